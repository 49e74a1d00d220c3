"""The layers of the guarantee: which clause describes which, who provides it, in what order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from guarantee_summarizer.embedded.document import Document, Line
from guarantee_summarizer.embedded.phrasing import clean, clip
from guarantee_summarizer.embedded.proposals import status
from guarantee_summarizer.normalize import Quantity
from guarantee_summarizer.schema import Citation, GuaranteeStructure, Layer, Term

__all__ = ["structure"]

_RANK = {
    "territorial_defence": 1,
    "reassurance": 2,
    "backstop": 3,
    "mutual_defence": 4,
    "capability_building": 5,
    "monitoring": 6,
}
_GO_ON = 4  # sentences in which announced layers are looked for
_CLAUSE = re.compile(
    r";\s+|, (?:and )?then |, (?:and|with|while) (?=(?:the )?[\w'’-]+)|, followed by "
)
_ORDINAL = re.compile(
    r"\b(first|second|third|fourth|fifth|innermost|outermost|last)\b(?:,| (?:line|layer|level|tier|ring|echelon|guarantee|stage|pillar)\b)",
    re.IGNORECASE,
)
_ORDER = {w: i for i, w in enumerate("first second third fourth fifth".split(), 1)} | {
    "innermost": 1
}
_NAMES = (
    r"first line of defen[cs]e|front ?lines?|so-called ['\"‘“]?(?:American )?['\"‘“]?backstop|backstop|safety net|"
    r"(?:[\w-]+ ){0,2}(?:reassurance|assurance|stabili[sz]ation|multinational|deterrence|peacekeeping) forces?(?: (?-i:[A-Z]\w+))?|"
    r"(?:an? |the )?(?:[\w'’-]+ ){0,2}(?:own )?(?:armed forces?|army|troops|soldiers|brigades)|"
    r"mechanism to monitor[^,.;]{0,40}|(?:monitoring|verification|observer) (?:mechanism|mission|force)|"
    r"legally binding (?:commitment|guarantee)|Article 5(?:-like|-style)? \w+|military support"
)
_NAME = re.compile(rf"(?<![\w,.])(?:{_NAMES})", re.IGNORECASE)
_LOCATION = re.compile(
    r"\b((?:well |further |far |away )?(?:behind|from|on|along|at|away from|inside) the (?:front|border|contact|dividing|yellow|frontier)[ -]?lines?"
    r"|(?:further|away) from the front lines?|well behind it[^.;]*|at (?:cities|ports)[^.;]*|along the border[^,.;]*)"
)
_TRIGGER = re.compile(
    r"\b((?:in case|in the event of|if|should|once|after) (?!it is|the meeting)[^,.;\"“”]{4,70})"
)
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
)  # the first that a sentence of the article speaks for
_PAST_CENTURY = re.compile(r"\b1[89]\d\d\b")  # what was signed then is history
_DISPUTED_FORM = re.compile(
    r"(?:is|are|whether) (?:it |they )?(?:legally )?binding\b.*\?|That is disputed", re.IGNORECASE
)
_UNSETTLED = re.compile(
    r"\b(?:discuss\w*|consider\w*|finali[sz]ed?|draft\w*|possib\w+|might|reject\w*|not)\b"
)
_PRECONDITION = re.compile(
    r"\b(?:after|once|following|in the event of|on the day after|only after|before|provided|as soon as) "
    r"((?:an? |the |any )?(?:lasting |possible )?(?:cease-?fire|truce|peace (?:deal|agreement|settlement|treaty)|end of the (?:fighting|war)|settlement|hostage release|withdrawal)"
    r"(?: or (?:an? |the )?(?:peace )?(?:deal|agreement|settlement))?)",
    re.IGNORECASE,
)
_RUNS_FOR = re.compile(
    r"\b(?:valid|runs?|lasts?|in force|apply|applies|concluded|term of|period of) (?:for )?(?:at least |up to )?$"
)
_ASKED_FOR = re.compile(
    r"\b(?:ask(?:s|ed|ing)?|request\w*|demand\w*|want(?:s|ed)?|seek(?:s|ing)?|sought|hop(?:es|ed|ing)|wish(?:es|ed)?)\b"
)
_EXPLICIT = re.compile(
    r"line of defen[cs]e|front ?lines?|backstop|safety net|\b(?:layer|level|tier|ring|echelon)s?\b|"
    r"(?:re)?assurance force|stabili[sz]ation force|multinational force|mechanism|first guarantee|binding|own army",
    re.IGNORECASE,
)


_PARTS = 2  # of one guarantee at least, else it has no layers


@dataclass(frozen=True, slots=True)
class _Candidate:
    function: str
    line: Line
    clause: str
    order: int | None
    weight: int


def structure(document: Document) -> GuaranteeStructure:
    """The layers, innermost first, with legal form, precondition and duration of the whole."""
    best: dict[str, _Candidate] = {}
    for candidate in _candidates(document):
        known = best.get(candidate.function)
        if known is None or candidate.weight > known.weight:
            best[candidate.function] = candidate
    chosen = sorted(best.values(), key=lambda c: (c.order or _RANK[c.function], _RANK[c.function]))
    if len(chosen) < _PARTS:
        chosen = []
    layers = tuple(_layer(document, rank, c) for rank, c in _ranked(chosen))
    precondition, where = _precondition(document)
    evidence = [Citation.of(c.line.sentence) for c in chosen] + where
    return GuaranteeStructure(
        layers=layers,
        legal_form=_legal_form(document),
        duration=_duration(document),
        precondition=precondition,
        evidence=tuple(dict.fromkeys(evidence)),
    )


def _ranked(chosen: list[_Candidate]) -> Iterator[tuple[int | None, _Candidate]]:
    """Layers with the rank that the text gives them, else the next one; none where it ranks nothing."""
    ranked, last = any(candidate.order for candidate in chosen), 0
    for candidate in chosen:
        last = candidate.order if candidate.order and candidate.order > last else last + 1
        yield last if ranked else None, candidate


def _candidates(document: Document) -> list[_Candidate]:
    """Clauses that describe a layer; those that rank it, or stand beside others, weigh more."""
    found: list[_Candidate] = []
    announced = 0  # sentences left that may describe the layers which the text has announced
    for line in document.lines:
        clauses = _described(document, line, announced=announced > 0)
        announced -= 1
        if document.cues.first("structure", line.text):
            announced = _GO_ON
        several = len({function for function, _ in clauses}) > 1
        for function, clause in clauses:
            ordinal = _ORDINAL.search(clause)
            order = _ORDER.get(ordinal[1].lower()) if ordinal else None
            weight = (
                3 * several
                + 3 * bool(ordinal)
                + bool(announced > 0)
                + bool(re.search(r"\b(?:would|will|is|be)\b", clause))
                - 2 * bool(re.search(r"\b(?:unclear|reject|no|no sense|not|replace)\b", clause))
            )
            if weight >= 0:
                found.append(_Candidate(function, line, clause, order, weight))
    return found


def _described(document: Document, line: Line, *, announced: bool) -> list[tuple[str, str]]:
    """The clauses of a sentence that describe a layer, each with the layer's function."""
    if line.text.rstrip().endswith("?"):
        return []
    found = []
    if document.cues.first("layer", line.text):
        for clause in _CLAUSE.split(line.text):
            function = document.cues.first("layer", clause)
            if function and _EXPLICIT.search(clause):
                found.append((function, clause))
    if not found and announced and (function := document.cues.first("tier", line.text)):
        found.append((function, line.text))
    return found


def _layer(document: Document, rank: int | None, found: _Candidate) -> Layer:
    text = clean(found.clause)
    name = _NAME.search(text)
    return Layer.model_validate(
        {
            "rank": rank,
            "name": _trimmed(name[0]) if name else clip(text, 6),
            "providers": _providers(found),
            "function": found.function,
            "description": text.rstrip(".") + ".",
            "location": _first(_LOCATION, found.clause),
            "trigger": _first(_TRIGGER, found.clause),
            "status": _status(document, found.clause),
            "evidence": (Citation.of(found.line.sentence),),
        }
    )


def _status(document: Document, clause: str) -> str:
    """A layer that is described is at least proposed."""
    if re.search(r"\b(?:would|will)\b", clause) and not _UNSETTLED.search(clause):
        return "proposed"
    found = status(document, clause, hearsay=False)
    return "proposed" if found == "unclear" else found


def _trimmed(name: str) -> str:
    return re.sub(
        r"^(?:an?|the|so-called) ", "", name.strip(" '\"‘“”’"), flags=re.IGNORECASE
    ).strip("'\"‘“ ")


def _first(pattern: re.Pattern[str], text: str) -> str | None:
    match = pattern.search(text)
    return match[1].strip(" ,'\"’”") if match else None


def _providers(found: _Candidate) -> tuple[str, ...]:
    """Who is named in the clause, or the text's own words for the group."""
    start = found.line.text.find(found.clause)
    inside = [
        n for n in found.line.named
        if start <= n.start and n.end <= start + len(found.clause) and n.kind not in ("media", "person")
    ]  # fmt: skip
    if found.function == "territorial_defence":
        inside = inside[:1]
    elif found.function != "mutual_defence":
        inside = [
            n
            for n in inside
            if not re.search(
                r"\b(?:in|against|to|with|of|for|inside) (?:the )?$", found.line.text[: n.start]
            )
        ] or inside[-1:]
        if found.function == "reassurance":
            inside = [n for n in inside if n.kind in ("coalition", "force") or n.via != "demonym"]
    if inside:
        return tuple(dict.fromkeys(n.name for n in inside))[:3]
    group = re.search(
        r"\b(coalition of [a-z ]+?(?:countries|willing|states|nations))", found.clause
    ) or re.search(
        r"\b((?:European|multinational|Arab|Muslim-majority|several|\w+-\w+|\d+) (?:countries|troops|forces|states|nations|allies))\b",
        found.clause,
    )
    return (group[1],) if group else ()


def _legal_form(document: Document) -> str:
    if _DISPUTED_FORM.search(document.article.text[document.article.body :]):
        return "disputed"
    sentences = [line.text for line in document.lines if not _PAST_CENTURY.search(line.text)]
    forms = (form for form, pattern in _LEGAL if any(map(pattern.search, sentences)))
    return next(forms, "unclear")


def _precondition(document: Document) -> tuple[str | None, list[Citation]]:
    for line in document.lines:
        if match := _PRECONDITION.search(line.text):
            return match[1], [Citation.of(line.sentence)]
    return None, []


def _duration(document: Document) -> Term | None:
    """The term of the guarantee, rather the one that is proposed than the one somebody asked for."""
    asked_for: Term | None = None
    for line in document.lines:
        for figure in line.figures:
            term = _term(line, figure)
            if term and not _ASKED_FOR.search(line.text[: figure.start]):
                return term
            asked_for = asked_for or term
    return asked_for


def _term(line: Line, figure: Quantity) -> Term | None:
    """A duration that is called a term (`a 15-year term`), or that something runs for."""
    match = re.match(r"[ -](?:term|period|guarantee|pact)\w*", line.text[figure.end :])
    runs = _RUNS_FOR.search(line.text[: figure.start])
    if figure.kind != "duration" or not (match or runs):
        return None
    value = line.text[figure.start : figure.end + (len(match[0]) if match else 0)]
    return Term(what="duration", value=value, evidence=(Citation.of(line.sentence),))
