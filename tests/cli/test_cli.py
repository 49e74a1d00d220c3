"""The shell command, run as a user runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from guarantee_summarizer import Summary, __version__, cli
from guarantee_summarizer.cli import app
from guarantee_summarizer.prompts import PromptBook
from guarantee_summarizer.testing import Reply, ScriptedEndpoint
from tests.conftest import SEED

PROSE = "France will send troops to Ukraine to guarantee a ceasefire. Russia rejects them.\n"


def run(*arguments: object, stdin: bytes | None = None):
    return CliRunner().invoke(app, [str(a) for a in arguments], input=stdin)


@pytest.fixture
def article(tmp_path: Path) -> Path:
    file = tmp_path / "article.txt"
    file.write_text(PROSE)
    return file


def test_the_version_is_the_librarys():
    assert run("--version").output.strip() == f"guarantee-summarizer {__version__}"


@pytest.mark.parametrize(
    "arguments", [["--help"], [], ["summarize", "--help"], ["prompt", "--help"]]
)
def test_help_says_what_a_newcomer_needs(arguments):
    result = run(*arguments)
    assert "Usage" in result.output
    if "summarize" in arguments:
        for option in ("--model", "--base-url", "--prompts", "--format", "--output", "--strict"):
            assert option in result.output


def test_the_terminal_shows_the_seed_with_its_layers():
    result = run("summarize", SEED)
    assert result.exit_code == 0
    assert "LAYERS OF THE GUARANTEE" in result.output
    assert "embedded extractor" in result.output


def test_json_is_one_summary_a_line_that_reads_back(article):
    result = run("summarize", article, SEED, "--format", "json")
    summaries = [Summary.model_validate_json(line) for line in result.stdout.splitlines()]
    assert len(summaries) == 2
    assert summaries[1].article.published.isoformat() == "2026-01-06"


def test_markdown_goes_to_a_file_and_replaces_it_whole(article, tmp_path):
    out = tmp_path / "summary.md"
    out.write_text("old")
    result = run("summarize", article, "--format", "markdown", "--output", out)
    assert result.exit_code == 0
    assert result.output == ""
    assert out.read_text().startswith("# ")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["article.txt", "summary.md"]


def test_html_is_one_page_of_all_articles_and_says_which_failed(article, tmp_path):
    out = tmp_path / "page.html"
    assert run("summarize", article, "--format", "html", "--output", out).exit_code == 0
    assert 'id="s1"' in out.read_text()
    result = run("summarize", article, tmp_path / "gone", SEED, "--format", "html", "--output", out)
    assert result.exit_code == 2
    assert out.read_text().count("<!doctype html>") == 1
    for words in ('id="n1-s1"', 'id="n3-s1"', "2 summaries, 1 failed", f"{tmp_path / 'gone'}: "):
        assert words in out.read_text()


def test_a_page_is_kept_when_everything_fails(tmp_path):
    out = tmp_path / "page.html"
    out.write_text("precious")
    gone = (tmp_path / "a", tmp_path / "b")
    assert run("summarize", *gone, "--format", "html", "--output", out).exit_code == 2
    assert [file.read_text() for file in tmp_path.iterdir()] == ["precious"]


def test_standard_input_is_read():
    result = run("summarize", "-", "--format", "json", stdin=PROSE.encode())
    assert json.loads(result.stdout)["relevant"] is True


def test_a_failing_file_does_not_cost_the_others(article, tmp_path):
    empty = tmp_path / "empty.txt"
    empty.write_text("")
    result = run("summarize", empty, article, tmp_path / "gone.txt", "--format", "json")
    assert result.exit_code == 2
    assert len(result.stdout.splitlines()) == 1
    assert "error: " in result.stderr
    assert f"{empty}: is empty" in result.stderr
    assert "2 of 3 articles failed" in result.stderr


def test_a_file_with_earlier_results_is_kept_when_everything_fails(tmp_path):
    out = tmp_path / "out.json"
    out.write_text("precious")
    assert run("summarize", tmp_path / "gone", "--output", out).exit_code == 2
    assert out.read_text() == "precious"


def test_a_run_is_exported_whole_and_what_failed_is_done_again(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    news, ledger, out = (tmp_path / name for name in ("news.jsonl", "run.sqlite", "out.jsonl"))
    news.write_text(json.dumps({"text": PROSE}) + "\n")
    answer = {"relevant": True, "headline": "H.", "abstract": "A."}
    with ScriptedEndpoint([Reply(status=400, body="{}"), Reply(answer=answer)]) as endpoint:
        place = ("--model", "m", "--base-url", endpoint.url, "--ledger", ledger)
        assert run("batch", news, *place, "--output", out).exit_code == 2
        assert out.read_text() == ""
        assert run("runs", "export", ledger, "--status", "failed", "--output", out).exit_code == 0
        assert json.loads(out.read_text())["text"] == PROSE
        assert run("runs", "retry-failed", ledger, "--run", "7").exit_code == 2
        assert run("runs", "retry-failed", ledger, "--output", out).exit_code == 2
        again = ("--base-url", endpoint.url, "--output", out)
        assert run("runs", "retry-failed", ledger, *again).exit_code == 0
    assert Summary.model_validate_json(out.read_text()).headline == "H."
    assert run("runs", "export", ledger).stdout == out.read_text()
    assert run("runs", "export", ledger, "--output", "/gone/out.jsonl").exit_code == 2
    assert not list(tmp_path.glob("*.part"))


BAD = [
    ("empty.txt", b"", "is empty"),
    ("binary.txt", b"\0\1\2", "is binary"),
    ("cp1251.txt", "Привіт, світе.".encode("cp1251"), "is not UTF-8"),
    ("word.txt", b"Guarantee", "no full sentence"),
    ("headings.txt", b"One\n\nTwo\n", "no full sentence"),
    ("a.json", b"{}", "needs a field 'text'"),
    ("a.docx", b"PK\3\4", "is a .zip, or a Word"),
    ("long.txt", b"This is a sentence. " * 250_000, "split it"),
    ("uk.txt", "Україна чекає на гарантії безпеки від союзників.".encode(), "name a model"),
]


@pytest.mark.parametrize(("name", "content", "says"), BAD, ids=[b[0] for b in BAD])
def test_bad_input_is_one_line_and_status_2(tmp_path, name, content, says):
    file = tmp_path / name
    file.write_bytes(content)
    result = run("summarize", file)
    assert result.exit_code == 2
    assert result.stderr.startswith((f"error: {file}: ", f"error: {file}, line 1: "))
    assert says in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["https://example.org/a"], "is a URL"),
        (["/nowhere/a.txt"], "there is no such file"),
        (["/dev/null"], "is a device"),
        ([SEED, "--model", "m"], "needs a key"),
        ([SEED, "--model", "m", "--base-url", "nonsense"], "has to begin with http"),
        ([SEED, "--base-url", "http://127.0.0.1:9/v1"], "name the model"),
        (
            [SEED, "--model", "m", "--base-url", "http://127.0.0.1:9/v1", "--prompts", "/gone"],
            "/gone",
        ),
        ([SEED, "--output", "/gone/out.txt"], "cannot be written"),
        ([SEED, "--output", "/"], "cannot be written"),
    ],
)
def test_bad_arguments_are_one_line_and_status_2(arguments, says):
    result = run("summarize", *arguments)
    assert result.exit_code == 2
    assert says in result.stderr
    assert result.stderr.count("\n") == 1


def test_an_endpoint_that_does_not_answer_is_noted_at_once_and_one_line_in_the_end(article):
    where = ["--model", "m", "--base-url", "http://127.0.0.1:9/v1"]
    result = run("summarize", article, *where, "--seconds", "0.5")
    assert result.exit_code == 2
    note, error = result.stderr.splitlines()
    assert note.startswith("note: http://127.0.0.1:9/v1: nobody answers there yet")
    assert error.startswith("error: http://127.0.0.1:9/v1: nobody answers there, after ")


def test_a_model_is_asked_when_one_is_named(article):
    answer = {"relevant": True, "headline": "H.", "abstract": "A."}
    with ScriptedEndpoint([Reply(answer=answer)]) as endpoint:
        result = run(
            "summarize",
            article,
            "--model",
            "m",
            "--base-url",
            endpoint.url,
            "--language",
            "Polish",
            "--format",
            "json",
        )
    assert json.loads(result.stdout)["provenance"]["model"] == "m"
    assert "in Polish" in endpoint.requests[0]["messages"][1]["content"]


def test_settings_of_the_shell_reach_the_endpoint(article, tmp_path):
    settings = ["--mode", "json_schema", "--max-tokens", "700", "--set", "temperature=0"]
    settings += ["--set", "reasoning_effort=low", "--no-review"]
    for command in (["summarize"], ["batch", "--output", tmp_path / "out.jsonl"]):
        with ScriptedEndpoint([Reply(answer={"relevant": False, "headline": "x"})]) as endpoint:
            where = ["--model", "m", "--base-url", endpoint.url]
            run(*command, article, *where, *settings)
        request = endpoint.requests[0]
        assert "response_format" in request
        sent = {"max_tokens": 700, "temperature": 0, "reasoning_effort": "low"}
        assert request | sent == request


@pytest.mark.parametrize(
    ("setting", "says"),
    [("temperature", "KEY=VALUE"), ("=0", "KEY=VALUE"), ("stream=true", "stream")],
)
def test_a_setting_that_cannot_work_is_refused_in_one_line(article, setting, says):
    result = run(
        "summarize", article, "--model", "m", "--base-url", "http://x/v1", "--set", setting
    )
    assert result.exit_code == 2
    assert says in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_what_every_article_would_meet_is_said_once(article, tmp_path):
    others = [tmp_path / f"{n}.txt" for n in range(3)]
    for other in others:
        other.write_text(PROSE)
    for command in ("summarize", "batch"):
        with ScriptedEndpoint([Reply(status=402, body="{}")]) as endpoint:
            result = run(command, article, *others, "--model", "m", "--base-url", endpoint.url)
        assert result.exit_code in (2, 3)
        assert result.stderr.count("is spent (402)") == 1


def test_what_an_endpoint_refuses_is_noted(article):
    body = json.dumps({"error": {"message": "tool_choice is not supported"}})
    replies = [Reply(status=400, body=body), Reply(answer={"relevant": False})]
    with ScriptedEndpoint(replies) as endpoint:
        result = run("summarize", article, "--model", "m", "--base-url", endpoint.url)
    assert f"note: {endpoint.url}: refuses a named tool" in result.stderr


def test_prompt_shows_about_how_many_tokens_and_the_mode():
    shown = json.loads(run("prompt", SEED, "--format", "json", "--mode", "json_schema").stdout)
    assert shown["mode"] == "json_schema"
    assert shown["tokens_estimated"] == sum(shown["bytes"].values()) // 4
    text = run("prompt", SEED).output
    assert (
        f"about {shown['tokens_estimated']:,} tokens (an estimate: bytes / 4); mode tools" in text
    )


def test_prompt_shows_exactly_what_a_model_would_get(seed):
    prompt = PromptBook().prompt(seed)
    shown = json.loads(run("prompt", SEED, "--format", "json").stdout)
    assert shown["messages"] == prompt.messages
    assert shown["schema"] == prompt.schema
    assert shown["fingerprint"] == prompt.fingerprint
    assert shown["bytes"]["article"] == len(prompt.user.encode())
    text = run("prompt", SEED).output
    assert prompt.system in text
    assert prompt.user in text
    assert prompt.fingerprint in text


def test_the_module_is_the_command_too_and_works_from_anywhere(article, tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(SEED.parent.parent)}
    done = subprocess.run(
        [sys.executable, "-m", "guarantee_summarizer", "summarize", str(article)],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "France" in done.stdout


def test_the_templates_can_be_copied_out_and_are_never_written_over(tmp_path):
    """`prompts eject` gives a folder that `--prompts` takes; a second time it is refused."""
    folder = tmp_path / "mine"
    assert run("prompts", "eject", str(folder)).exit_code == 0
    assert {p.name for p in folder.iterdir()} >= {"system.md.jinja", "article.md.jinja"}
    assert run("prompt", SEED, "--prompts", str(folder)).exit_code == 0
    again = run("prompts", "eject", str(folder))
    assert again.exit_code == 2
    assert "already" in again.stderr


def test_title_and_day_of_the_shell_describe_the_one_article(article):
    """`--title` and `--date` reach summary and prompt; an impossible day or two articles: refused."""
    named = ("--title", "Plans", "--date", "6 January 2026")
    (line,) = run("summarize", article, *named, "--format", "json").stdout.splitlines()
    about = Summary.model_validate_json(line).article
    assert (about.title, str(about.published)) == ("Plans", "2026-01-06")
    assert "Published: 2026-01-06" in run("prompt", article, *named).stdout
    for arguments, says in [
        ((article, "--date", "TBD"), "'TBD': is not a date"),
        ((article, SEED, "--title", "Plans"), "describe one article"),
    ]:
        result = run("summarize", *arguments)
        assert result.exit_code == 2
        assert says in result.stderr


@pytest.mark.parametrize("command", ["summarize", "batch"])
def test_a_lexicon_of_the_user_is_read_and_a_misspelt_table_refused(tmp_path, command):
    text, folder = tmp_path / "text.txt", tmp_path / "lexicon"
    text.write_text("Hespera will send troops to Ukraine to guarantee a ceasefire.\n")
    folder.mkdir()
    (folder / "actors.csv").write_text("name,kind,aliases\nHespera,organization,\n")
    more = ("--format", "json") if command == "summarize" else ()
    result = run(command, text, "--lexicon", folder, *more)
    names = [p.name for p in Summary.model_validate_json(result.stdout).participants]
    assert "Hespera" in names
    (folder / "actors.csv").rename(folder / "actorz.csv")
    result = run(command, text, "--lexicon", folder, *more)
    assert result.exit_code == 2
    assert "actorz.csv: no lexicon table has that name; did you mean actors.csv?" in result.stderr


def test_help_loads_no_command_and_each_line_is_what_the_command_says_of_itself():
    code = (
        "import sys; from guarantee_summarizer.cli import app; app(['--help'], standalone_mode=False);"
        "print('\\n', {'pydantic', 'guarantee_summarizer.article'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1].strip() == "set()"
    for name, (_, line) in cli.COMMANDS.items():
        assert " ".join(cli.command(name).help.split("\n\n")[0].split()) == line
