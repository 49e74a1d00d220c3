"""Render Jinja templates and an article to messages for a language model.

The system message is identical for every article; the article follows as numbered sentences
and is data, never template source.
"""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn, cast

import jinja2
from jinja2 import meta

from guarantee_summarizer.article import Article
from guarantee_summarizer.errors import PromptError
from guarantee_summarizer.sandbox import Sandbox
from guarantee_summarizer.schema.json_schema import wire_schema
from guarantee_summarizer.sentences import Sentence

__all__ = ["Prompt", "PromptBook", "prompts_folder"]

SYSTEM, ARTICLE, EXAMPLE = "system.md.jinja", "article.md.jinja", "example.md.jinja"
AGAIN, REPAIR, REVIEW = "again.md.jinja", "mend.md.jinja", "review.md.jinja"


@dataclass(frozen=True, slots=True)
class Prompt:
    """The prompt for one article; `fingerprint` identifies the templates and the schema."""

    system: str
    user: str
    schema: dict[str, Any]
    fingerprint: str

    @property
    def messages(self) -> list[dict[str, str]]:
        """The messages in OpenAI's form, a new list at each call."""
        return [
            {"role": "system", "content": self.system},
            {"role": "user", "content": self.user},
        ]


_LIKE_TEMPLATES = (".jinja", ".jinja2", ".j2", ".md", ".txt")


class PromptBook:
    """Render the templates `system`, `example`, `article`, `review`, `mend` and `again`.

    Their files end in `.md.jinja`.

    Args:
        folder: custom templates; missing ones are replaced by the bundled templates.

    Raises:
        PromptError: the folder does not exist, a template in it is unused, or one is broken; the
            message has file and line.

    `article` sees `article` (with `sentences`, `title`, `published`, `outlet`), `language` and
    `marker`; `mend` sees `claims` (with `section`, `written`, `reasons`), `sentences`, `names`,
    `language` and `marker`; `review` sees `claims`; `again` sees `problems` (with `path`,
    `message`). Other names are errors. All are plain values: text, numbers, lists, dictionaries;
    a rendering that takes too many steps or characters ends with an error (`sandbox`).
    """

    def __init__(self, folder: str | Path | None = None) -> None:
        folders = [prompts_folder()]
        if folder is not None:
            if not Path(folder).is_dir():
                raise PromptError(f"{folder}: is not a folder with prompt templates")
            folders.insert(0, Path(folder))
        self._sandbox = Sandbox(folders, {"one_line": _one_line})
        if folder is not None:
            self._insist_on_known_names(Path(folder))

    @cached_property
    def system(self) -> str:
        """The system message, the same for every article."""
        return self._render(SYSTEM)

    @cached_property
    def examples(self) -> tuple[dict[str, Any], ...]:
        """The JSON objects in `example`, which a model might copy instead of the article."""
        return tuple(_json_objects(self._render(EXAMPLE)))

    @cached_property
    def fingerprint(self) -> str:
        """12 hex digits of SHA-256 over the system message, the other templates and the schema."""
        return _digest([*self.parts.values()])

    @property
    def parts(self) -> dict[str, str]:
        """A digest for each part of the fingerprint, to see which one changed."""
        schema = json.dumps(wire_schema(), sort_keys=True)
        texts = {
            SYSTEM: self.system,
            **{n: self._source(n) for n in (ARTICLE, AGAIN, REPAIR, REVIEW)},
        }
        return {name: _digest([text]) for name, text in {**texts, "schema": schema}.items()}

    def prompt(self, article: Article, *, language: str = "English") -> Prompt:
        """Render the prompt for one article.

        Args:
            article: the article to summarize.
            language: English name of the summary's language.

        Raises:
            PromptError: a template is missing or broken, or uses an unknown variable.
        """
        user = self._render(
            ARTICLE,
            article={
                "title": article.title,
                "published": article.published,
                "outlet": article.outlet,
                "sentences": _sentences(article.sentences),
            },
            language=language,
            marker=article.id,
        )
        return Prompt(self.system, user, wire_schema(), self.fingerprint)

    def again(self, prompt: Prompt, problems: Sequence[Any]) -> list[dict[str, str]]:
        """Render the same prompt with the problems of the answer appended."""
        system, user = prompt.messages
        shown = [{"path": p.path, "message": p.message} for p in problems]
        appended = self._render(AGAIN, problems=shown)
        return [system, {**user, "content": user["content"] + appended}]

    def review(self, prompt: Prompt, claims: Sequence[Any]) -> list[dict[str, str]]:
        """Build the messages for the reviewer: the first messages unchanged, then the summary."""
        system, user = prompt.messages
        shown = [{"section": c.section, "written": c.written} for c in claims]
        return [system, {**user, "content": user["content"] + self._render(REVIEW, claims=shown)}]

    def repair(
        self, claims: Sequence[Any], sentences: Iterable[Sentence], **variables: Any
    ) -> list[dict[str, str]]:
        """Render the request to repair some claims; `variables` are those of `mend` above."""
        shown = [{"section": c.section, "written": c.written, "reasons": c.reasons} for c in claims]
        content = self._render(REPAIR, claims=shown, sentences=_sentences(sentences), **variables)
        return [{"role": "user", "content": content}]

    def _render(self, name: str, **variables: Any) -> str:
        try:
            return self._sandbox.render(name, **variables)
        except Exception as error:  # noqa: BLE001  (a template can raise any error)
            _explain(name, error)

    def _insist_on_known_names(self, folder: Path) -> None:
        """Refuse a template that no other uses: its name may be misspelt."""
        own = {path.name for path in folder.glob("*.jinja")}
        asked = {SYSTEM, ARTICLE, EXAMPLE, AGAIN, REPAIR, REVIEW}
        read: set[str] = set()
        while left := sorted(own & asked - read):
            name = left[0]
            read.add(name)
            try:
                tree = self._sandbox.parse(self._source(name), name, str(folder / name))
            except jinja2.TemplateError as error:
                _explain(name, error)
            asked.update(filter(None, meta.find_referenced_templates(tree)))
        if unknown := sorted(own - asked):
            near = difflib.get_close_matches(unknown[0], asked, n=1)
            hint = (
                f"; did you mean {near[0]}?" if near else f"; known are {', '.join(sorted(asked))}"
            )
            raise PromptError(f"{folder / unknown[0]}: no template asks for it{hint}")
        stems = {name.partition(".")[0]: name for name in asked}
        for path in sorted(folder.iterdir()):
            meant = stems.get(path.name.partition(".")[0].lower())
            if meant and path.name not in asked and path.suffix.lower() in _LIKE_TEMPLATES:
                raise PromptError(f"{path}: is not read; the template's name is {meant}")

    def _source(self, name: str) -> str:
        try:
            return cast("jinja2.BaseLoader", self._sandbox.loader).get_source(self._sandbox, name)[
                0
            ]
        except (jinja2.TemplateError, OSError, ValueError) as error:
            _explain(name, error)


def _explain(name: str, error: Exception) -> NoReturn:
    """Raise the template's error as one line with file and line number."""
    if isinstance(error, jinja2.TemplateNotFound):
        raise PromptError(f"template {error.name!r} is missing (asked for by {name})") from error
    if isinstance(error, jinja2.TemplateSyntaxError):
        where = f"{error.filename or error.name or name}, line {error.lineno}"
        raise PromptError(f"{where}: {error.message}") from error
    raise PromptError(f"{_where(error) or name}: {error}") from error


def _where(error: BaseException) -> str | None:
    """Return file and line of the rendered template, which Jinja puts in the traceback."""
    trace, place = error.__traceback__, None
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename.endswith(".jinja"):
            place = f"{code.co_filename}, line {trace.tb_lineno}"
        trace = trace.tb_next
    return place


def _sentences(sentences: Iterable[Sentence]) -> list[dict[str, Any]]:
    return [{"number": s.number, "text": s.text, "hidden": s.hidden} for s in sentences]


def _one_line(text: str) -> str:
    """Replace runs of white space by one space, so that a sentence stays on its numbered line."""
    return " ".join(text.split())


def _json_objects(text: str) -> Iterator[dict[str, Any]]:
    """Yield the outermost JSON objects in a text; text that only resembles one is skipped."""
    decoder, at = json.JSONDecoder(), text.find("{")
    while at >= 0:
        try:
            item, end = decoder.raw_decode(text, at)
            yield item
        except (ValueError, RecursionError):
            end = at + 1
        at = text.find("{", end)


def _digest(texts: Sequence[str]) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:12]


_PACKAGE = Path(__file__).resolve().parent


def prompts_folder() -> Path:
    """Return the folder of the bundled templates.

    In a wheel `prompts/` is inside the package as `_bundled/prompts`; in a checkout it is beside
    the package.
    """
    bundled = _PACKAGE / "_bundled" / "prompts"
    return bundled if bundled.is_dir() else _PACKAGE.parent / "prompts"
