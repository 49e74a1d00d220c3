"""The package as a whole: what it exports, what importing it costs, that twins agree."""

from __future__ import annotations

import asyncio
import inspect
import subprocess
import sys
from importlib import import_module

import pytest

import guarantee_summarizer as gs


def test_each_listed_name_has_a_module_and_the_other_way_round():
    assert sorted([*gs._MODULES, "__version__"]) == gs.__all__
    for name, module in gs._MODULES.items():
        assert getattr(gs, name) is getattr(import_module(f"guarantee_summarizer.{module}"), name)


def test_modules_are_found_without_being_imported_and_no_other_names():
    code = "import guarantee_summarizer as gs; print(gs.errors.ArticleError is gs.ArticleError)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"
    with pytest.raises(AttributeError, match="has no attribute 'summarise'"):
        _ = gs.summarise


def test_everything_public_has_a_docstring():
    for name in gs.__all__:
        assert name == "__version__" or inspect.getdoc(getattr(gs, name)), name


def test_importing_loads_neither_pydantic_nor_a_model_library():
    heavy = {
        "pydantic",
        "openai",
        "instructor",
        "httpx2",
        "jinja2",
        "tenacity",
        "rich",
        "typer",
        "nupunkt",
        "asyncio",
        "sqlite3",
        "pandas",
        "pyarrow",
        "openpyxl",
    }
    code = f"import sys, guarantee_summarizer; print({heavy!r} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_embedded_summaries_need_no_model_library_either():
    code = (
        "import sys, guarantee_summarizer as gs;"
        "gs.summarize('France will send troops to Ukraine to guarantee a ceasefire.');"
        "print({'openai', 'instructor', 'tenacity'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_every_sync_call_has_an_async_twin_with_the_same_arguments():
    twins = ("summarize", "asummarize"), ("stream", "astream"), ("close", "aclose"), ("map", "amap")
    for name, twin in twins:
        one, other = (inspect.signature(getattr(gs.Summarizer, n)) for n in (name, twin))
        assert list(one.parameters) == list(other.parameters)
    assert list(inspect.signature(gs.summarize).parameters) == list(
        inspect.signature(gs.asummarize).parameters
    )


def test_options_are_listed_once_for_people_and_once_for_type_checkers():
    from guarantee_summarizer.options import OptionFields

    assert list(OptionFields.__annotations__) == list(inspect.signature(gs.Options).parameters)


def test_sync_async_and_stream_of_the_embedded_backend_agree(seed, embedded):
    async def last():
        async for partial in gs.Summarizer().astream(seed):
            result = partial
        return result

    results = [
        asyncio.run(gs.asummarize(seed)),
        list(gs.Summarizer().stream(seed))[-1],
        asyncio.run(last()),
        gs.summarize(gs.Article.from_text(seed.text, source=seed.source)),
    ]
    plain = {"provenance": None, "usage": None}
    for result in results:
        assert result.replace(**plain) == embedded.replace(**plain)


def test_a_stored_summary_reads_back_without_loss(embedded):
    assert gs.Summary.model_validate_json(embedded.model_dump_json()) == embedded
    assert gs.Summary.model_validate(embedded.model_dump()) == embedded


def test_dir_shows_everything_public():
    assert set(gs.__all__) <= set(dir(gs))


def test_a_summary_and_an_article_are_shown_in_one_short_line(seed, embedded):
    for shown in (
        repr(seed),
        repr(embedded),
        str(embedded),
        repr(gs.Article.from_text("Go on. " * 99)),
    ):
        assert "\n" not in shown
        assert len(shown) < 300
    assert repr(seed) == f"<Article {seed.id} 2026-01-06: {len(seed.text):,} characters>"
    assert f"{len(embedded.proposals)} proposals" in repr(embedded)
    assert "3 layers" in repr(embedded)
