"""Define `Summary`: the complete record, including the fields that the library adds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, ValidationError, model_validator

from guarantee_summarizer.article import Article
from guarantee_summarizer.errors import SchemaError
from guarantee_summarizer.fields import Metadata
from guarantee_summarizer.schema.base import Model, Prose, added
from guarantee_summarizer.schema.claims import (
    SECTIONS,
    Dispute,
    Event,
    GuaranteeStructure,
    Participant,
    Proposal,
)
from guarantee_summarizer.schema.evidence import Citation
from guarantee_summarizer.schema.migration import migrated
from guarantee_summarizer.schema.support import Support, support
from guarantee_summarizer.sentences import Sentence

__all__ = [
    "SCHEMA_VERSION",
    "ArticleRecord",
    "Finding",
    "Provenance",
    "Summary",
    "Usage",
    "Withheld",
    "describe",
]

SCHEMA_VERSION = "2"


class ArticleRecord(Model):
    """The data of its article in a summary, enough to read every citation without the file.

    Attributes:
        id: 16 hex digits, a hash of text, title, day, outlet and address; equal on every machine.
        title: its headline, if known.
        published: the day of publication, if known; dates in the text are relative to it.
        outlet: who published it, if known.
        url: its address, if known; the library never fetches it.
        language: the language of the text as a BCP 47 tag (`en`), if known.
        sentences: every sentence with its number, offsets and words.
        metadata: the unknown fields of the input record, and under `source` file and row; use them
            to join a summary to its input.
        warnings: notes on input that could not be used, each a sentence without full stop.
    """

    id: str
    title: str | None = None
    published: date | None = None
    outlet: str | None = None
    url: str | None = None
    language: str | None = None
    sentences: tuple[Sentence, ...] = ()
    metadata: Annotated[dict[str, Any], AfterValidator(Metadata)] = Field(default_factory=Metadata)
    warnings: tuple[str, ...] = ()

    @classmethod
    def of(cls, article: Article, language: str | None = None) -> ArticleRecord:
        """Return the record of `article`; `language` is a BCP 47 tag, if known."""
        return cls.model_construct(
            id=article.id,
            title=article.title,
            published=article.published,
            outlet=article.outlet,
            url=article.url,
            language=language,
            sentences=article.sentences,
            metadata=Metadata(article.metadata),
            warnings=article.warnings,
        )


class Finding(Model):
    """A problem of one claim, found by a check or the reviewer.

    Attributes:
        code: the kind of problem, one of the codes in `guarantee_summarizer.verify.CHECKS`; stable.
        severity: `error` moves the claim, or the field, to `withheld`; `warning` keeps it in place
            for a person to check.
        path: the claim or field: `proposals[2].terms[0]`, `events[0].where`.
        message: a readable description.
    """

    code: str
    severity: Literal["error", "warning"]
    path: str
    message: str


class Withheld(Model):
    """A claim, or a field of one, that was removed from the summary, and the reasons.

    Attributes:
        path: its path in the summary before any removal.
        claim: its complete content, as JSON values.
        findings: the reasons, each an error.
    """

    path: str
    claim: Any
    findings: tuple[Finding, ...]


class Provenance(Model):
    """The origin of the summary: extractor or model, versions, time.

    Attributes:
        backend: `embedded` for the extractor without a model, `llm` for a language model.
        model: the name of the language model; None for the embedded extractor.
        prompt: fingerprint of the templates and the schema that the model was sent.
        review: the state of the review: `off`, `done`, `done in part`, or `failed` or `skipped`
            with the reason.
        reviewer: the model that reviewed the summary.
        schema_version: version of this schema, with a note if the summary was migrated.
        library_version: version of this library.
        created: when it was made, in UTC.
    """

    backend: Literal["embedded", "llm"]
    model: str | None = None
    prompt: str | None = Field(None, description="Fingerprint of templates and schema.")
    review: str = Field(
        "off", description="off, done, done in part, or failed or skipped with the reason."
    )
    reviewer: str | None = Field(None, description="The model that reviewed the record.")
    schema_version: str = SCHEMA_VERSION
    library_version: str
    created: datetime


class Usage(Model):
    """The cost of the summary, summed over all attempts, including review and re-asks.

    Attributes:
        input_tokens: tokens sent, as the endpoint counted them.
        output_tokens: tokens received, as the endpoint counted them.
        cached_tokens: tokens sent that the endpoint read from its cache.
        estimated_tokens: tokens of both kinds that the endpoint did not count; bytes / 4.
        attempts: requests sent; 1 for the embedded extractor.
        seconds: time from the first request to the summary.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    estimated_tokens: int = 0
    attempts: int = 0
    seconds: float = 0.0

    @property
    def tokens(self) -> int:
        """Tokens in and out."""
        return self.input_tokens + self.output_tokens

    def __add__(self, other: Usage) -> Usage:
        sums = {name: getattr(self, name) + getattr(other, name) for name in Usage.model_fields}
        return Usage(**sums)


class Summary(Model):
    """The structured summary of one article on an international security guarantee.

    A language model or the embedded extractor fills the fields up to `disputes`; the library adds
    the rest. Each claim has `evidence`: citations with the exact words of the article.

    Attributes:
        relevant: whether the text is about a security guarantee, an alliance, a peace force, its
            monitoring, or talks on these. If False, all lists are empty.
        headline: one sentence, at most 25 words.
        abstract: two to four sentences.
        participants: persons, states, organizations, coalitions, forces, media, offices and groups
            that take part; see `help(Participant)`.
        events: meetings, signings, deadlines and next steps; see `help(Event)`.
        proposals: measures, with who proposes them to whom, status and terms; see `help(Proposal)`.
        structure: the layers of the guarantee, its legal form, duration and precondition; see
            `help(GuaranteeStructure)` and `help(Layer)`.
        disputes: disputes and open questions, with the position of each party; see `help(Dispute)`.
        article: the article's metadata and its sentences; see `help(ArticleRecord)`.
        findings: the findings of checks and reviewer; errors explain what is in `withheld`.
        withheld: complete claims and fields that are not supported, with the reasons; not facts.
        incomplete: losses from a broken answer, each a sentence; empty if there were none.
        provenance: model, prompt, versions, review and time; see `help(Provenance)`.
        usage: tokens, requests and seconds; see `help(Usage)`.
    """

    relevant: bool = Field(
        description="Does the text concern a security guarantee, assurance, alliance, peace force, "
        "its monitoring, or talks in which these are or could be settled?"
    )
    headline: Prose = Field("", description="One sentence, at most 25 words.")
    abstract: Prose = Field("", description="Two to four sentences; only what the text says.")
    participants: tuple[Participant, ...] = ()
    events: tuple[Event, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    structure: GuaranteeStructure = Field(default_factory=GuaranteeStructure)
    disputes: tuple[Dispute, ...] = ()

    article: ArticleRecord | None = added(None)
    findings: tuple[Finding, ...] = added(())
    withheld: tuple[Withheld, ...] = added(())
    incomplete: tuple[str, ...] = added(())
    provenance: Provenance | None = added(None)
    usage: Usage | None = added(None)

    @classmethod
    def ground(cls, data: Any, article: Article) -> Self:
        """Read a summary whose evidence is sentence numbers or fragments of `article`.

        Raises:
            SchemaError: a field breaks the schema, or a citation is not in the article; the
                message names every such field.
        """
        try:
            return cls.model_validate(data, context={"article": article})
        except ValidationError as error:
            raise SchemaError(f"{article.source}: {describe(error)}") from error

    @property
    def complete(self) -> bool:
        """Whether no part of the answer was lost; `incomplete` lists the losses."""
        return not self.incomplete

    @property
    def support(self) -> Support:
        """Counts of checked, flagged and withheld claims, the reviewer, and uncited sentences."""
        return support(self)

    def citations(self) -> Iterator[Citation]:
        """Yield all citations, in the order of the fields, including repetitions."""
        fields = dict.fromkeys(section.field for section in SECTIONS)
        return _citations(tuple(getattr(self, field) for field in fields))

    def __repr__(self) -> str:
        """Return the headline and the number of claims in each section, in one line."""
        layers = self.structure.layers if self.structure else ()
        counts = {section.field: getattr(self, section.field) for section in SECTIONS}
        counts = {name: v for name, v in counts.items() if isinstance(v, tuple)}
        counted = ", ".join(f"{len(v)} {n}" for n, v in (counts | {"layers": layers}).items() if v)
        return f"<Summary {self.headline!r}: {counted or 'no claims'}>"

    __str__ = __repr__

    def _repr_html_(self) -> str:
        """Return HTML for notebooks."""
        from guarantee_summarizer.render.html.notebook import notebook_html  # noqa: PLC0415

        return notebook_html(self)  # the only import of a higher layer, when a cell is shown

    @model_validator(mode="before")
    @classmethod
    def _of_this_version(cls, data: Any) -> Any:
        """Migrate a summary of version 1 and record it in the provenance."""
        try:
            return migrated(data)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ValueError("is of version 1 of the schema, and broken") from error

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if not self.relevant and any(section.items(self) for section in SECTIONS if section.many):
            raise ValueError("relevant is false, so every list has to be empty")
        if self.article is not None:
            sentences = {s.number: s for s in self.article.sentences}
            for c in self.citations():
                s = sentences.get(c.sentence)
                if s is None or s.text[c.start - s.start : c.end - s.start] != c.quote:
                    raise ValueError(f"citation {c.quote[:60]!r} is not in sentence {c.sentence}")
        return self


def _citations(node: Any) -> Iterator[Citation]:
    if isinstance(node, Citation):
        yield node
    elif isinstance(node, tuple):
        for item in node:
            yield from _citations(item)
    elif isinstance(node, Model):
        for name in type(node).model_fields:
            yield from _citations(getattr(node, name))


_HINTS = {
    "order": "is a field of schema version 1; call it rank, and leave it out where the text "
    "ranks nothing"
}


def describe(error: ValidationError) -> str:
    """Return the errors of a validation in one line: field, reason; at most five of them."""
    parts = []
    for item in error.errors(include_url=False, include_input=False)[:5]:
        path = ""
        for step in item["loc"]:
            path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else str(step)
        hint = _HINTS.get(str(item["loc"][-1])) if item["type"] == "extra_forbidden" else None
        parts.append(f"{path}: {hint or item['msg']}" if path else item["msg"])
    rest = error.error_count() - len(parts)
    return "; ".join(parts) + (f"; and {rest} more" if rest > 0 else "")
