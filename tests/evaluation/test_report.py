"""Summaries stored earlier are scored as if they had just been made; what does not fit is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

import guarantee_summarizer as gs
from guarantee_summarizer.cli.evaluate import evaluate as command
from guarantee_summarizer.cli.evaluate import select
from guarantee_summarizer.evaluation import evaluate, load_gold, score_stored, to_dict

GOLD = Path(__file__).parent.parent / "gold"
FIRST = "01-london-summit"


@pytest.fixture(scope="module")
def items():
    return load_gold(GOLD)


@pytest.fixture(scope="module")
def made(items):
    return {item.name: gs.summarize(item.article) for item in items}


def lines(made, tmp_path: Path) -> Path:
    file = tmp_path / "summaries.jsonl"
    file.write_text("".join(f"{s.model_dump_json(exclude_none=True)}\n" for s in made.values()))
    return file


def run(*arguments: str):
    app = typer.Typer()
    app.command()(command)
    return CliRunner().invoke(app, [str(GOLD), *arguments])


def test_stored_summaries_score_the_same_as_fresh_ones_from_lines_and_from_a_folder(
    items, made, tmp_path
):
    by_id = {item.article.id: made[item.name] for item in items}
    fresh = evaluate(items, lambda article: by_id[article.id]).over_all
    assert score_stored(GOLD, lines(made, tmp_path)).over_all == fresh
    folder = tmp_path / "folder"
    folder.mkdir()
    for name, summary in made.items():
        (folder / f"{name}.json").write_text(summary.model_dump_json())
    assert score_stored(str(GOLD), str(folder)).over_all == fresh


def test_the_seconds_are_what_the_summaries_say_they_took_or_unknown(items, made, tmp_path):
    timed = {
        n: s.replace(usage=gs.Usage(seconds=float(i))) for i, (n, s) in enumerate(made.items())
    }
    assert score_stored(items, lines(timed, tmp_path)).seconds == sum(range(16)) / 16
    untimed = {n: s.replace(usage=None) for n, s in made.items()}
    result = score_stored(items, lines(untimed, tmp_path))
    assert result.seconds is None
    assert to_dict(result)["seconds_median"] is None


def test_a_gold_article_without_a_stored_summary_is_named(items, made, tmp_path):
    file = lines({FIRST: made[FIRST]}, tmp_path)
    assert score_stored(items[:1], file).by_article.keys() == {FIRST}
    with pytest.raises(gs.SchemaError, match="has no summary of 02-"):
        score_stored(items, file)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "s.jsonl, line 1: is not valid JSON"),
        ("\n[]", "s.jsonl, line 2: needs one JSON object"),
        ('{"relevant": true}', "line 1: has no article.id"),
    ],
)
def test_a_broken_line_is_refused_with_its_number(items, tmp_path, text, says):
    file = tmp_path / "s.jsonl"
    file.write_text(text)
    with pytest.raises(gs.SchemaError, match=says):
        score_stored(items, file)


def test_a_file_that_is_not_there_is_refused(items, tmp_path):
    with pytest.raises(gs.SchemaError, match=r"none\.jsonl: cannot be read"):
        score_stored(items, tmp_path / "none.jsonl")


def test_two_summaries_of_one_article_are_refused(items, made, tmp_path):
    file = lines({FIRST: made[FIRST]}, tmp_path)
    file.write_text(file.read_text() * 2)
    with pytest.raises(gs.SchemaError, match=f"line 2: is a second summary of {FIRST}"):
        score_stored(items[:1], file)


def test_a_stored_summary_that_breaks_the_schema_is_refused_with_its_field(items, tmp_path):
    (tmp_path / f"{FIRST}.json").write_text('{"relevant": true, "headlin": "x"}')
    with pytest.raises(gs.SchemaError, match=rf"{FIRST}\.json: headlin: Extra inputs"):
        score_stored(items[:1], tmp_path)


def test_a_summary_of_another_article_is_refused(items, made, tmp_path):
    other = made["03-paris-26-countries"]
    file = tmp_path / f"{FIRST}.json"
    file.write_text(other.model_dump_json())
    with pytest.raises(gs.SchemaError, match=f"is a summary of another article than {FIRST}"):
        score_stored(items[:1], tmp_path)
    file.write_text(other.replace(article=None).model_dump_json())
    with pytest.raises(gs.SchemaError, match=f"cites words that {FIRST} does not have there"):
        score_stored(items[:1], tmp_path)


def test_articles_are_chosen_by_parity_by_beginning_or_by_glob(items):
    names = {only: [i.name[:2] for i in select(items, only)] for only in ("odd", "even", "0[13]*")}
    assert names["odd"] == ["01", "03", "05", "07", "09", "11", "13", "15"]
    assert names["even"] == ["02", "04", "06", "08", "10", "12", "14", "16"]
    assert names["0[13]*"] == ["01", "03"]
    assert [i.name for i in select(items, "01")] == [FIRST]
    assert select(items, None) == items


def test_a_choice_that_names_no_article_is_refused(items):
    with pytest.raises(gs.ConfigurationError, match="'99' selects no gold article; there are 01-"):
        select(items, "99")


def test_the_command_judges_stored_summaries_and_prints_json_that_parses(made, tmp_path):
    stored = str(lines(made, tmp_path))
    done = run("--summaries", stored, "--only", "odd", "--format", "json", "--show-errors")
    assert done.exit_code == 0
    assert len(json.loads(done.stdout)["articles"]) == 8
    assert f"== {FIRST}" in done.stderr


def test_the_command_prints_a_table_of_what_the_library_makes():
    done = run("--only", "01")
    assert done.exit_code == 0
    assert "1 articles; relevance 1/1" in done.output


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--only", "99"), "selects no gold article"),
        (("--summaries", "x", "--model", "m"), "stored summaries need no --model"),
        (("--summaries", "/nowhere"), "/nowhere: cannot be read"),
    ],
)
def test_the_command_says_in_one_line_what_is_wrong(arguments, says):
    done = run(*arguments)
    assert done.exit_code == 2
    assert says in done.stderr
    assert done.stderr.startswith("error: ")


def test_a_citation_whose_words_were_changed_is_refused(items, made, tmp_path):
    data = json.loads(made[FIRST].replace(article=None).model_dump_json(exclude_none=True))
    cited = data["proposals"][0]["evidence"][0]
    cited["quote"] = f"X{cited['quote'][1:]}"
    (tmp_path / f"{FIRST}.json").write_text(json.dumps(data))
    with pytest.raises(gs.SchemaError, match="cites words"):
        score_stored(items[:1], tmp_path)
