"""Find the layers of the guarantee, if a text describes at least two, and its legal form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from guarantee_summarizer.embedded.acts import status
from guarantee_summarizer.embedded.document import Document
from guarantee_summarizer.embedded.facts import Clause, Phrase
from guarantee_summarizer.embedded.line import Line
from guarantee_summarizer.embedded.phrasing import clean, phrase_text
from guarantee_summarizer.embedded.proposals import condition
from guarantee_summarizer.normalize import Amount
from guarantee_summarizer.schema import Citation, GuaranteeStructure, Layer, Term

__all__ = ["structure"]

_PARTS = 2  # minimum for one guarantee, else it has no layers
_NEAR = 60  # characters around a figure that show what it is
_GO_ON = 8  # sentences in which announced layers are searched
_ORDINALS = "first second third fourth fifth sixth".split()
_ORDINAL = re.compile(
    rf"(?:^|[^\w])({'|'.join(_ORDINALS)}|innermost|outermost)\b(?=,| [a-z]+)", re.IGNORECASE
)
_UNSURE = re.compile(r"\b(?:unclear|rejects?|rejected|no sense|whether|replace)\b")
_PLACES = frozenset("behind from on along at inside near".split())
_LINES = frozenset("line border port city site territory zone ukraine".split())
_LEGAL = (
    (
        "treaty",
        re.compile(
            r"^(?!.*\b(?:not|never|no|without|refus\w+|reject\w*)\b).*(?:"
            r"\b(?:sign|ratif|initial|conclud)\w*\b[^.;]{0,80}(?<!peace )\btreaty\b|"
            r"(?<!peace )\btreaty\b[^.;]{0,80}\b(?:signed|ratif\w+|in(?:to)? force)\b)",
            re.IGNORECASE | re.DOTALL,
        ),
    ),
    ("legally_binding", re.compile(r"(?<!\bnot )(?<!\bnot be )legally binding", re.IGNORECASE)),
    (
        "political",
        re.compile(
            r"\bpolitical (?:commitment|declaration|and need)|declarations? (?:is|are) political|not (?:be )?legally binding|non-binding",
            re.IGNORECASE,
        ),
    ),
)  # the first that matches a sentence of the article
_PAST_CENTURY = re.compile(r"\b1[89]\d\d\b")  # what was signed then is history
_WHETHER = re.compile(r"\bwhether\b.{0,300}?\bbinding\b", re.IGNORECASE)
_DISPUTED_FORM = re.compile(
    r"(?:is|are) (?:it |they )?(?:legally )?binding\b.*\?|That is disputed", re.IGNORECASE
)
_PEACE = frozenset("ceasefire truce deal agreement settlement treaty fire".split())
_LOOSE = re.compile(r"(?:,? (?:then|and|or|but))+[ ,;]*$")  # what led on to the next layer
_RUNS_FOR = re.compile(
    r"\b(?:valid|runs?|(?<!the )lasts?|in force|apply|applies|concluded|term of|period of) (?:for )?(?:at least |up to )?$"
)
_ASKED_FOR = re.compile(
    r"\b(?:ask(?:s|ed|ing)?|request\w*|demand\w*|want(?:s|ed)?|seek(?:s|ing)?|sought|hop(?:es|ed|ing)|wish(?:es|ed)?)\b"
)


@dataclass(frozen=True, slots=True)
class _Part:
    """A stretch of a sentence that describes a layer."""

    function: str
    line: Line
    clause: Clause | None
    start: int
    end: int
    cue: tuple[int, int]
    order: int | None

    @property
    def words(self) -> str:
        return self.line.sentence.text[self.start : self.end]


def structure(document: Document) -> GuaranteeStructure:
    """Return the layers, innermost first, with legal form, precondition and duration of the whole."""
    chosen = _chosen(document)
    layers = tuple(_layer(document, rank, part) for rank, part in enumerate(chosen, 1))
    precondition, where = _precondition(document)
    evidence = [part.line.citation for part in chosen] + where
    return GuaranteeStructure(
        layers=layers,
        legal_form=_legal_form(document),
        duration=_duration(document),
        precondition=precondition,
        evidence=tuple(dict.fromkeys(evidence)),
    )


def _chosen(document: Document) -> list[_Part]:
    """Return the parts in the passage that describes most of them."""
    best: list[_Part] = []
    for at, line in enumerate(document.lines):
        if line.is_question or not line.text:
            continue
        announced = bool(line.found("structure")) or _begins(line)
        lines = document.lines[at : at + _GO_ON] if announced else [line]
        families = ("layer", "tier") if announced else ("layer",)
        parts = list(_distinct(_connected(lines, families)))
        ranked = any(p.order for p in parts) or announced
        if len(parts) >= _PARTS and ranked and len(parts) > len(best):
            best = parts
    return sorted(best, key=lambda p: p.order or best.index(p) + 1)


def _connected(lines: list[Line], families: tuple[str, ...]) -> Iterator[_Part]:
    """Yield the parts in consecutive sentences, with at most one sentence without a part between."""
    last: int | None = None
    for at, line in enumerate(lines):
        if last is not None and at - last > _PARTS:
            return
        for part in _parts(line, families):
            last = at
            yield part


def _begins(line: Line) -> bool:
    """Whether a sentence begins an enumeration of parts: `First, peacekeepers would …`."""
    return re.match(r"\W*(?:First|The first)\b", line.text) is not None and bool(line.found("tier"))


def _distinct(parts: Iterator[_Part]) -> Iterator[_Part]:
    """Keep one part for each function: the numbered one, else the first."""
    kept: dict[str, _Part] = {}
    for part in parts:
        if part.function not in kept or (part.order and not kept[part.function].order):
            kept[part.function] = part
    yield from kept.values()


def _parts(line: Line, families: tuple[str, ...]) -> Iterator[_Part]:
    """Yield the parts in a sentence: one for each clause with a layer's words."""
    if line.is_question or _UNSURE.search(line.text):
        return
    for clause, start, end in _stretches(line):
        hits = next((found for f in families if (found := line.found(f, start, end))), None)
        if not hits:
            continue
        words = line.sentence.text[start:end]
        number = _ORDINAL.search(words)
        order = (
            _ORDINALS.index(number[1].lower()) + 1
            if number and number[1].lower() in _ORDINALS
            else None
        )
        cue, first, last = max(hits, key=lambda hit: hit[0].weight)
        yield _Part(cue.value, line, clause, start, end, (first, last), order)


def _stretches(line: Line) -> Iterator[tuple[Clause | None, int, int]]:
    """Yield the main clauses of a sentence, each with its words."""
    mains = [
        c
        for c in line.clauses
        if c.subjects and c.relation in ("ROOT", "conj", "ccomp", "parataxis") and c.tense != "base"
    ]
    mains = [c for n, c in enumerate(mains) if not n or c.subjects[0] != mains[n - 1].subjects[0]]
    mains = [c for c in mains if not ((verb := line.verb(c)) and verb.sense == "say")]
    starts = sorted(
        {
            min([c.start, *(p.start for p in c.subjects if p.start > 0)])
            if c.relation == "conj"
            else c.start
            for c in mains
        }
    )
    for n, start in enumerate(starts):
        end = starts[n + 1] if n + 1 < len(starts) else len(line.sentence.text)
        clause = next((c for c in mains if start <= c.at < end), None)
        yield clause, start, end
    if not mains:
        yield None, 0, len(line.sentence.text)


def _layer(document: Document, rank: int, part: _Part) -> Layer:
    phrase = _named(part)
    found = status(part.line, part.clause) if part.clause else ""
    return Layer.model_validate(
        {
            "rank": rank,
            "name": _bare(phrase_text(part.line, phrase, 6))
            if phrase
            else _bare(part.line.sentence.text[slice(*part.cue)]),
            "providers": _providers(document, part),
            "function": part.function,
            "description": clean(_LOOSE.sub("", part.words).strip(" ,;")).rstrip(".") + ".",
            "location": _location(part),
            "trigger": condition(part.line, part.clause) if part.clause else None,
            "status": found or "proposed",
            "evidence": (part.line.citation,),
        }
    )


def _named(part: _Part) -> Phrase | None:
    """Return the noun phrase with the words that name the layer."""
    first, last = part.cue
    over = [
        p for p in part.line.facts.phrases if p.start <= first < p.end or p.start < last <= p.end
    ]
    return max(over, key=lambda p: p.end - p.start, default=None)


def _bare(name: str) -> str:
    """Return a name without article, "so-called" and quotes."""
    plain = re.sub(
        r"^(?:(?:an?|the|its|so-called)\b ?|['\"‘“])+",
        "",
        name.strip(" '\"‘“”’"),
        flags=re.IGNORECASE,
    )
    return plain.strip("'\"‘“”’ ")


def _providers(document: Document, part: _Part) -> tuple[str, ...]:
    """Return who provides a layer: who acts, or the owners of the troops."""
    line, clause = part.line, part.clause
    names = [n.name for n in line.within(part.start, part.end) if n.kind not in ("media", "person")]
    if clause is not None and part.function not in ("territorial_defence", "reassurance"):
        names = [
            *document.who(line, *clause.agents),
            *(
                document.who(
                    line, *(p for prep, p in clause.obliques if prep in ("from", "of", "by"))
                )
            ),
        ] or names
    if part.function == "reassurance":
        grouped = [
            n.name for n in line.within(part.start, part.end) if n.kind in ("coalition", "force")
        ]
        from_whom = [
            p for c in line.clauses for _, p in c.obliques if part.start <= p.start < part.end
        ]
        names = grouped or [*document.who(line, *from_whom)]
    return tuple(dict.fromkeys(names))[: 1 if part.function == "territorial_defence" else 3]


def _location(part: _Part) -> str | None:
    """Return the place of a layer: `well behind it, at cities, ports …`, `from the front line`."""
    for clause in part.line.clauses:
        for prep, phrase in clause.obliques:
            if prep in _PLACES and phrase.head in _LINES and part.start <= phrase.start < part.end:
                text = part.line.sentence.text
                further = re.search(
                    r"\b(?:further|farther|well|right|just|far) $",
                    text[max(0, phrase.start - _NEAR) : phrase.start - len(prep) - 1],
                )
                return f"{further[0] if further else ''}{prep} {text[phrase.start : phrase.end]}"
    return None


def _legal_form(document: Document) -> str:
    sentences = [line.text for line in document.lines if not _PAST_CENTURY.search(line.text)]
    if any(map(_WHETHER.search, sentences)) or _DISPUTED_FORM.search(
        document.article.text[document.article.body :]
    ):
        return "disputed"
    forms = (form for form, pattern in _LEGAL if any(map(pattern.search, sentences)))
    return next(forms, "unclear")


def _precondition(document: Document) -> tuple[str | None, list[Citation]]:
    """Return the precondition of the guarantee: a ceasefire, a peace deal."""
    for line in document.lines:
        for clause in line.clauses:
            for prep, phrase in clause.obliques:
                if (
                    prep in ("after", "before", "following")
                    and phrase.head in _PEACE
                    and clause.modal
                ):
                    return phrase_text(line, phrase), [line.citation]
    return None, []


def _duration(document: Document) -> Term | None:
    """Return the duration of the guarantee; a proposed one before a requested one."""
    asked_for: Term | None = None
    for line in document.lines:
        for amount in line.amounts:
            term = _term(line, amount)
            if term and not _ASKED_FOR.search(
                line.text[max(0, amount.start - 4 * _NEAR) : amount.start]
            ):
                return term
            asked_for = asked_for or term
    return asked_for


def _term(line: Line, amount: Amount) -> Term | None:
    """Return a duration that is called a term (`a 15-year term`), or that something runs for."""
    start, end = amount.start, max(amount.end, amount.high.end)
    match = re.match(r"[ -](?:term|period|guarantee|pact)\w*", line.text[end : end + _NEAR])
    runs = _RUNS_FOR.search(line.text[max(0, start - _NEAR) : start])
    if amount.unit not in ("year", "month") or not (match or runs):
        return None
    value = line.text[start : end + (len(match[0]) if match else 0)]
    return Term(what="duration", value=value, evidence=(line.citation,))
