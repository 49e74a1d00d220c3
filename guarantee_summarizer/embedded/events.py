"""Find meetings, signings, deadlines and next steps, with time, place and participants."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from guarantee_summarizer.embedded.document import Document
from guarantee_summarizer.embedded.facts import Clause, Phrase
from guarantee_summarizer.embedded.line import Line
from guarantee_summarizer.embedded.phrasing import brief, sentence
from guarantee_summarizer.normalize.units import MONTH_NAMES, WEEKDAY_NAMES
from guarantee_summarizer.schema import Event

__all__ = ["events"]

_DAY, _MONTH = f"(?:{'|'.join(WEEKDAY_NAMES)})", f"(?:{'|'.join(MONTH_NAMES)})"
_IS_DATE = re.compile(
    rf"\b(?:{_DAY}|{_MONTH}|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec)\.|weekend|end of|beginning of|yesterday|today|tomorrow|tonight|"
    r"(?:last|next|this|coming|same|following) (?:\w+ )?(?:days?|weeks?|months?|year)|(?:19|20)\d\d|(?:days?|weeks?|months?|hours?) (?:later|earlier|ago))\b",
    re.IGNORECASE,
)
_SPAN = re.compile(r"\b(?:by|until|till|within|before) (?:the )?$")
_IN_TIME = re.compile(r"\b(?:hours?|days?|weeks?|months?)$")
_NEAR = 16  # characters before a date
_SAME = re.compile(
    r"\b(?:at|in|of|joined?|attend\w*|opening|host|chair|present at) (?:the|this) (?:meeting|summit|talks|conference)\b|\balso present\b|"
    r"\b(?:was|were|be) represented\b|\b(?:attended|joined remotely|joined by video|took part)\b|"
    r"^(?:The|This) (?:meeting|summit|talks|session)\b|^The call\b",
    re.IGNORECASE,
)
_UNSURE = re.compile(
    r"\b(?:whether|never|did not|not come|no date|refused|unless)\b", re.IGNORECASE
)
_OVER = re.compile(r"\b(?:yesterday|last|ago|earlier|today)\b", re.IGNORECASE)
_CANCELLED = re.compile(r"\b(?:cancell?ed|called off|postponed|scrapped)\b")
_EXPECTED = ("would", "could", "may", "might", "can", "should")
_PLANNED = ("will", "shall", "must", "be to")
_WITH = frozenset("with between by of including from".split())
_AT = frozenset("in at on inside near to".split())
_WHAT_WORDS = 24
_BODIES = ("army", "force", "parliament", "government", "council", "plan")


def events(document: Document) -> tuple[Event, ...]:
    """Return the events in the order of the text: an occasion with a time, place or plan."""
    made: list[dict[str, Any]] = []
    last = -2
    for at, line in enumerate(document.lines):
        if made and at - last == 1 and _SAME.search(line.text) and not line.is_question:
            _join(document, made[-1], line)
            last = at
        elif (fields := _event(document, line)) is not None:
            made.append(fields)
            last = at
    return tuple(map(Event.model_validate, made))


def _join(document: Document, event: dict[str, Any], line: Line) -> None:
    """Extend an event by the next sentence, if it is about the same meeting."""
    event["evidence"] += (line.citation,)
    persons = (n.name for n in line.named if n.kind == "person")
    names = (*event["participants"], *_attending(document, line, line.clauses), *persons)
    event["participants"] = tuple(dict.fromkeys(names))
    event["where"] = event["where"] or _where(document, line, line.clauses)


def _event(document: Document, line: Line) -> dict[str, Any] | None:
    """Return the first past or planned event of a sentence, with participants, time or place."""
    if line.is_question or _UNSURE.search(line.text):
        return None
    for happening in _happenings(line):
        around = [happening, *(c for c in line.clauses if _belongs(line, c, happening))]
        when, where = _when(line, happening), _where(document, line, around)
        doers = _doers(document, line, happening)
        status = _status(line, happening, when)
        fields = {
            "what": _what(line, happening),
            "when": when,
            "where": where,
            "participants": _attending(document, line, around, doers),
            "status": status,
            "evidence": (line.citation,),
        }
        if _tells(line, happening, fields, acted=bool(doers)):
            return fields
    return None


def _tells(line: Line, clause: Clause, fields: dict[str, Any], acted: bool) -> bool:
    """Whether an event is complete: who acts, and when or where; less for plans and meetings."""
    when, where, size = fields["when"], fields["where"], len(fields["participants"])
    subjects = any(_is_occasion(line, p) for p in (*clause.subjects, *clause.agents))
    ahead = clause.modal in (*_PLANNED, *_EXPECTED)
    verb = line.verb(clause)
    signs = verb is not None and verb.sense == "sign"
    meets = verb is not None and verb.sense == "meet" and size > 1
    if not (acted or subjects):
        return bool(when and (where or ahead))
    return bool(when or where or meets or signs or ahead)


def _is_occasion(line: Line, phrase: Phrase) -> bool:
    return "occasion" in line.cues.values("event", phrase.head)


def _doers(document: Document, line: Line, clause: Clause) -> tuple[str, ...]:
    """Return who acts; for `planners from the coalition` the coalition."""
    phrases = clause.agents or clause.subjects
    if found := document.who(line, *phrases):
        return found
    start, end = (phrases[0].start, phrases[0].whole) if phrases else (clause.start, clause.at)
    inside = [p for p in line.facts.phrases if start <= p.start and p.end <= end]
    return tuple(name for name in document.who(line, *inside) if document.is_party(name))


def _what(line: Line, clause: Clause) -> str:
    hangs = ("xcomp", "pcomp", "advcl")
    while clause.relation in hangs and clause.tense == "base" and (above := line.parent(clause)):
        clause = above
    whole = sentence(line, clause)
    return (
        whole
        if len(whole.split()) <= _WHAT_WORDS
        else f"{brief(line, clause, _WHAT_WORDS, bare=False)}."
    )


def _happenings(line: Line) -> Iterator[Clause]:
    """Yield the clauses with an occasion, a dated act, a next step, or a deadline."""
    for clause in line.clauses:
        if clause.negated or clause.mark in ("if", "because", "unless", "once"):
            continue
        if (
            clause.tense == "base"
            and not clause.modal
            and clause.relation in ("acl", "relcl", "advcl")
        ):
            continue
        verb, when = line.verb(clause), _when(line, clause)
        lemma = clause.verb.partition(" ")[0]
        pairs = (line.cues.find("event", [lemma, phrase.head]) for phrase in clause.objects)
        kinds = {
            *line.cues.values("event", lemma),
            *(cue.value for found in pairs for cue in found if cue.end > 1),
        }
        phrases = (*clause.subjects, *clause.objects, *(p for _, p in clause.obliques))
        occasion = any(_is_occasion(line, p) for p in phrases)
        ahead = clause.modal in (*_PLANNED, *_EXPECTED)
        if verb is not None and verb.sense in ("say", "reject", "ask") and not occasion:
            continue
        if clause.relation in ("relcl", "acl") and not (kinds and when):
            continue
        meets = verb is not None and verb.sense in ("meet", "sign")
        due = when is not None and _SPAN.match(f"{when.split()[0]} ") is not None
        step = "step" in kinds and ahead
        reported = kinds and (when or occasion or meets)
        if reported or (occasion and (when or ahead)) or due or step:
            yield clause


def _belongs(line: Line, clause: Clause, happening: Clause) -> bool:
    return line.parent(clause) is happening


def _when(line: Line, clause: Clause) -> str | None:
    """Return the date nearest to the clause's verb, unless it belongs to another act."""
    dates = [
        (abs(start - clause.at), start, end)
        for start, end, of in _dates(line)
        if of is clause or (_are_one(line, of, clause) and not _tells_itself(line, of))
    ]
    if not dates:
        return None
    _, start, end = min(dates)
    words = line.sentence.text[start:end]
    return re.sub(r"^(?:on|the)\b ?", "", words).strip(" ,") or None


def _are_one(line: Line, of: Clause, clause: Clause) -> bool:
    """Whether one clause is part of the other without describing a noun of it."""
    for inner, outer in ((of, clause), (clause, of)):
        seen: Clause | None = inner
        while seen is not None and seen is not outer:
            seen = None if seen.relation in ("acl", "relcl", "conj") else line.parent(seen)
        if seen is outer:
            return True
    return False


def _dates(line: Line) -> Iterator[tuple[int, int, Clause]]:
    """Yield the dates of a sentence with `by` or `until`, and their innermost clause."""
    text = line.sentence.text
    for entity in line.facts.entities:
        at, words = entity.start, text[entity.start : entity.end]
        before = text[max(0, at - _NEAR) : at]
        span = _SPAN.search(before)
        dated = _IS_DATE.search(words) or (span and _IN_TIME.search(words))
        if entity.label == "DATE" and dated and line.clauses:
            nearest = min(line.clauses, key=lambda c: (not c.start <= at <= c.end, c.end - c.start))
            yield at - (len(before) - span.start() if span else 0), entity.end, nearest


def _tells_itself(line: Line, clause: Clause) -> bool:
    """Whether a date belongs to a clause: it is the time of speaking or acting."""
    verb, kinds = line.verb(clause), line.cues.values("event", clause.verb.partition(" ")[0])
    return bool((verb and verb.sense == "say") or kinds)


def _where(document: Document, line: Line, clauses: Iterable[Clause]) -> str | None:
    """Return the place after `in` or `at`: a city or a building, not a state or an occasion."""
    text = line.sentence.text
    for clause in clauses:
        for prep, phrase in clause.obliques:
            if prep in _AT and _is_place(document, line, phrase) and not _is_theirs(line, phrase):
                return re.sub(r"['’]s$|^the ", "", text[phrase.start : phrase.end])
    return None


def _is_theirs(line: Line, place: Phrase) -> bool:
    """Whether a place only identifies people: `the commander of the forces in Europe`."""
    before = line.sentence.text[: place.start].rstrip()
    return any(
        before.startswith(" ", p.end)
        and len(before) - p.end <= len(" inside the")
        and line.cues.values("head", p.head) & {"group", "troops", "force"}
        for p in line.facts.phrases
        if p.end < len(before)
    )


def _is_place(document: Document, line: Line, phrase: Phrase) -> bool:
    words = line.sentence.text[phrase.start : phrase.end]
    labels = {e.label for e in line.facts.entities if e.start < phrase.end <= e.end}
    bare = re.sub(r"^[Tt]he ", "", words)
    if (
        not bare[:1].isupper()
        or _IS_DATE.search(words)
        or (document.lexicon.country(bare) and labels != {"GPE"})
    ):
        return bool(labels & {"FAC"})
    actor = document.lexicon.actor(bare)
    if actor is not None and bare not in actor.metonyms:
        return False
    return (
        bool(labels & {"GPE", "FAC", "LOC"})
        or (not labels and phrase.head not in _BODIES)
        or "place" in line.cues.values("head", phrase.head)
    )


def _attending(
    document: Document, line: Line, clauses: Iterable[Clause], doers: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """Return who meets, signs or travels, and with whom."""
    names = list(doers)
    for clause in clauses:
        names += document.who(line, *clause.agents, *clause.objects)
        names += document.who(line, *(p for prep, p in clause.obliques if prep in _WITH))
        for prep, phrase in clause.obliques:
            if prep == "including":  # a list that the parser may lose
                names += [
                    n.name for n in line.within(phrase.start, clause.end) if n.kind == "person"
                ]
    media = {n.name for n in line.named if n.kind == "media"}
    return tuple(name for name in dict.fromkeys(names) if name not in media)


def _status(line: Line, clause: Clause, when: str | None) -> str:
    if _CANCELLED.search(line.text):
        return "cancelled"
    above = line.parent(clause)
    hoped = above is not None and above.verb in ("expect", "hope", "be likely", "plan", "want")
    if clause.modal in _EXPECTED or (hoped and clause.tense == "base"):
        return "expected"
    if (
        clause.modal in _PLANNED
        or (clause.tense == "present" and when and not _OVER.search(when))
        or (clause.tense == "base" and clause.relation == "xcomp")
    ):
        return "planned"
    return "held"
