"""Results are written whole, in their place and nowhere else; no text forges a line."""

import json
import logging
import os
import signal
import stat
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

import guarantee_summarizer as gs
from guarantee_summarizer.cli import app
from guarantee_summarizer.corpus.ledger import Ledger
from guarantee_summarizer.corpus.records import Entry
from guarantee_summarizer.lines import json_line, one_line, visible
from guarantee_summarizer.outputs import part_of, replacing
from guarantee_summarizer.prompts import prompts_folder
from guarantee_summarizer.render import terminal_text

ATTACKS = "\x1b]52;c;ZXZpbA==\x07", "\x1b[2J", "\x9b31m", "\u202egnp", "\U000e0041", "\u2028", "\r"
COMMAND = [sys.executable, "-m", "guarantee_summarizer"]


def run(*arguments: object):
    return CliRunner().invoke(app, [*map(str, arguments)])


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """A ledger with one summary and one failure, both with hostile words."""
    path, words = tmp_path / "l.sqlite", "".join(ATTACKS)
    with Ledger(path) as opened:
        number = opened.begin({"model": f"m{words}"})
        known = {"article": "a", "source": f"a\nerror: forged{words}.txt", "run": number}
        summary = json.dumps({"relevant": False, "headline": words}, ensure_ascii=False)
        opened.record(Entry(key="1", status="done", summary=summary, **known))
        failed = {"error": "RefusalError", "message": f"no\n{words}", "record": '{"text":"x"}'}
        opened.record(Entry(key="2", status="failed", **failed, **known))
    return path


def unsafe(text: str) -> set[str]:
    """What of a text can script or deface a terminal."""
    return {
        c
        for c in text
        if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"} and c not in "\n\t\u200c\u200d"
    }


@pytest.mark.parametrize("end", ["", "-wal", "-shm", "-journal"])
@pytest.mark.parametrize("command", ["export", "retry-failed"])
def test_no_output_takes_the_place_of_the_ledger_or_of_what_is_beside_it(ledger, command, end):
    before, place = ledger.read_bytes(), Path(f"{ledger}{end}")
    done = run("runs", command, ledger, "--output", place)
    assert done.exit_code == 2
    assert done.stderr.count("\n") == 1
    assert "l.sqlite" in done.stderr
    assert ledger.read_bytes() == before
    assert not end or not place.exists()


def test_no_output_takes_the_place_of_any_database_or_of_an_input(ledger, tmp_path):
    other, news = tmp_path / "other.db", tmp_path / "news.jsonl"
    other.write_bytes(ledger.read_bytes())
    news.write_text('{"text": "x"}\n')
    (tmp_path / "twin.jsonl").hardlink_to(news)
    for read, output in ((ledger, other), (ledger, Path(f"{other}-wal"))):
        assert run("runs", "export", read, "--output", output).exit_code == 2
    for output in (news, tmp_path / "twin.jsonl"):
        assert "is read" in run("batch", news, "--output", output).stderr
    assert run("batch", news, "--ledger", news).exit_code == 2
    assert other.read_bytes() == ledger.read_bytes()
    assert news.read_text() == '{"text": "x"}\n'


def _link(path: Path) -> None:
    target = path.with_name("target")
    target.write_text("kept")
    path.symlink_to(target)


def _dangling(path: Path) -> None:
    path.symlink_to(path.with_name("nothing"))


@pytest.mark.parametrize("make", [_link, _dangling, os.mkfifo, Path.mkdir])
@pytest.mark.parametrize("part", [False, True])
def test_links_pipes_and_folders_are_neither_replaced_nor_followed(tmp_path, make, part):
    path = tmp_path / "out.jsonl"
    make(part_of(path) if part else path)
    before = {file.name: file.lstat().st_mode for file in tmp_path.iterdir()}
    with pytest.raises(gs.ConfigurationError, match=r"out\.jsonl"), replacing(path) as file:
        file.write(b"lost")
    assert {file.name: file.lstat().st_mode for file in tmp_path.iterdir()} == before
    assert not (tmp_path / "target").exists() or (tmp_path / "target").read_text() == "kept"


def test_devices_are_told_to_be_none_for_results(ledger):
    for device in ("/dev/null", "/dev/full"):
        assert "device" in run("runs", "export", ledger, "--output", device).stderr
        assert stat.S_ISCHR(Path(device).stat().st_mode)


def test_a_part_with_a_second_name_is_not_emptied(tmp_path):
    kept, path = tmp_path / "kept", tmp_path / "out"
    kept.write_text("kept")
    part_of(path).hardlink_to(kept)
    with pytest.raises(gs.ConfigurationError, match="has two names"), replacing(path):
        pass
    assert kept.read_text() == "kept"


@pytest.mark.parametrize("form", ["out.jsonl", "out.csv/"])
def test_a_replaced_file_keeps_mode_and_owner_in_every_form(tmp_path, ledger, form):
    out = tmp_path / "out.jsonl"
    assert run("runs", "export", ledger, "--output", out).exit_code == 0
    commands = {
        "out.jsonl": (["runs", "export", ledger, "--output", out], out),
        "out.csv/": (["export", out, "--to", f"{tmp_path}/t/"], tmp_path / "t" / "summaries.csv"),
    }
    command, file = commands[form]
    run(*command)
    file.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(file, 1234, 5678)
    before = file.stat()
    assert run(*command).exit_code == 0
    after = file.stat()
    assert after.st_ino != before.st_ino, "it was written beside and renamed"
    assert (after.st_mode, after.st_uid, after.st_gid) == (
        before.st_mode,
        before.st_uid,
        before.st_gid,
    )


def test_of_two_that_write_one_output_the_second_is_told_and_changes_nothing(tmp_path):
    path = tmp_path / "out"
    with replacing(path) as file:
        file.write(b"first")
        with (
            pytest.raises(gs.ConfigurationError, match="another run is writing it"),
            replacing(path),
        ):
            pass
        file.flush()
        assert part_of(path).read_bytes() == b"first"
    assert path.read_bytes() == b"first"
    with replacing(path) as file:
        file.write(b"second")
    assert path.read_bytes() == b"second"


def _begin(file) -> None:
    file.write(b"begun")
    raise ZeroDivisionError


def test_what_was_begun_stays_beside_the_old_file_if_the_work_fails(tmp_path):
    path = tmp_path / "out"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError), replacing(path) as file:
        _begin(file)
    assert (path.read_text(), part_of(path).read_text()) == ("old", "begun")


def test_templates_are_not_written_through_links(tmp_path):
    name = next(prompts_folder().glob("*.jinja")).name
    (tmp_path / name).symlink_to(tmp_path / "target")
    assert run("prompts", "eject", tmp_path).exit_code == 2
    assert not (tmp_path / "target").exists()


ANY = st.text(st.characters(codec=None), max_size=30)


@given(ANY)
def test_one_line_is_one_line_without_anything_invisible(text):
    assert not unsafe(one_line(text))
    assert len(one_line(text).splitlines()) <= 1
    assert not unsafe(visible(text))


@given(st.lists(st.dictionaries(ANY, st.lists(ANY, max_size=3), max_size=3), max_size=3))
def test_json_keeps_its_meaning_without_anything_invisible(value):
    text = json.dumps(value, ensure_ascii=False, indent=1)
    assert json.loads(json_line(text)) == value
    assert not unsafe(json_line(text))


def test_the_words_of_a_ledger_reach_no_terminal(ledger):
    shown = run("runs", "show", ledger)
    assert not unsafe(shown.output)
    assert not [line for line in shown.output.splitlines() if line.startswith("error:")]
    for status in ("done", "failed"):
        exported = run("runs", "export", ledger, "--status", status).output
        assert not unsafe(exported)
        (line,) = exported.splitlines()
        assert "".join(ATTACKS) in str([*json.loads(line).values()][-1]) or status == "failed"


def test_the_words_of_an_article_and_its_name_reach_no_terminal(tmp_path, caplog):
    folder = tmp_path / "n"
    folder.mkdir()
    words = "".join(ATTACKS)
    bad, good = folder / f"a\nerror: forged{words}.json", folder / f"b\nerror: x{words}.txt"
    bad.write_text("{broken")
    good.write_text(f"France offered Ukraine a guarantee. {words} They said that it would be long.")
    commands = (
        ("prompt", good),
        ("prompt", good, "--format", "json"),
        ("summarize", bad, good, "--format", "json"),
        ("summarize", bad, good),
        ("batch", folder, "--processes", 1),
        ("dossier", bad, good),
        ("evaluate", folder),
        ("summarize", folder / f"missing\nerror: y{words}"),
    )
    with caplog.at_level(logging.INFO, "guarantee_summarizer"):
        for command in commands:
            done = run(*command)
            assert not unsafe(done.output), command
            forged = [line for line in done.output.splitlines() if line.startswith("error: forged")]
            assert not forged, command
    assert caplog.records
    for record in caplog.records:
        assert not unsafe(record.getMessage())
        assert "\n" not in record.getMessage()


def test_errors_and_failures_are_one_line_also_in_python():
    error = gs.ArticleError("a\nb\x1b[1m.txt: is none")
    assert str(error) == r"a\nb\x1b[1m.txt: is none"
    assert str(gs.Failure("a\nb\x1b[1m.txt", error)) == str(error)


@pytest.mark.parametrize("command", ["export", "show"])
def test_a_full_or_closed_standard_output_is_one_line(ledger, command):
    arguments = [*COMMAND, "runs", command, str(ledger)]
    with Path("/dev/full").open("w") as full:
        one = subprocess.run(arguments, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    reading, writing = os.pipe()
    os.close(reading)
    two = subprocess.run(arguments, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    for done, reason in ((one, "No space left"), (two, "Broken pipe")):
        assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
        assert reason in done.stderr


def test_a_batch_whose_reader_has_gone_is_one_line_and_a_hint(tmp_path):
    news = tmp_path / "news.jsonl"
    record = json.dumps({"text": "France offered Ukraine a guarantee, and they said it was long."})
    news.write_text(f"{record}\n" * 3)
    arguments = [*COMMAND, "batch", str(news), "--processes", "1"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            arguments, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert done.stderr.count("error: ") == done.stderr.count("not finished: ") == 1


@pytest.mark.slow
def test_sigterm_ends_a_single_article_without_a_traceback(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    running = subprocess.Popen(
        [*COMMAND, "summarize", "-"], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        with pytest.raises(subprocess.TimeoutExpired):
            running.wait(4)
        running.send_signal(signal.SIGTERM)
        assert running.wait(20) != 0
        assert "Traceback" not in running.stderr.read()
    finally:
        running.kill()
        running.wait()
        running.stdin.close()
        running.stderr.close()


@pytest.mark.parametrize(
    ("command", "closed", "told"),
    [
        ("summarize {} ", ">&-", "standard output: cannot be written (it is closed)"),
        ("prompt {} ", ">&-", "standard output: cannot be written (it is closed)"),
        ("summarize -", "<&-", "standard input: is closed; pipe the text into it"),
        ("batch -", "<&-", "standard input: is closed; pipe the text into it"),
        ("batch --processes 1 {} --output out.jsonl", ">&-", "1 done, 0 failed"),
    ],
)
def test_a_stream_that_is_closed_is_told_in_one_line_where_it_is_needed(
    command, closed, told, tmp_path
):
    article = Path("seeds/000_2fc7fc292f528f96.txt").resolve()
    words = [*COMMAND, *command.format(article).split()]
    line = f'"$@" {closed}'
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    done = subprocess.run(
        ["/bin/sh", "-c", line, "sh", *words],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert done.returncode == (0 if "done" in told else 2)


def test_line_ends_in_what_an_article_says_of_itself_forge_no_line_of_a_terminal():
    forged = "A title\nerror: forged\r\nerror: forged"
    article = gs.Article.from_text(
        "Ostmark is ready to station soldiers in Norvia.", title=forged, outlet=forged
    )
    told = gs.Summary.model_validate(
        {"relevant": False, "headline": forged, "abstract": forged}
    ).model_copy(update={"article": gs.summarize(article).article})
    for full in (True, False):
        lines = terminal_text(told, full=full).splitlines()
        assert not [line for line in lines if line.startswith("error")]
        assert "A title error: forged error: forged" in lines[0]
