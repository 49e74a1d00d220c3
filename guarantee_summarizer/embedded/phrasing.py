"""Write short wordings from the parts of a clause, without added words or cuts inside a part."""

from __future__ import annotations

import re
from functools import lru_cache

from guarantee_summarizer.embedded.document import Document
from guarantee_summarizer.embedded.facts import Clause, Phrase, Piece
from guarantee_summarizer.embedded.line import Line
from guarantee_summarizer.normalize.units import MONTH_NAMES
from guarantee_summarizer.schema import Summary
from guarantee_summarizer.sentences import without_marks

__all__ = [
    "abstract",
    "attribution",
    "bare",
    "brief",
    "clean",
    "headline",
    "phrase_text",
    "sentence",
    "title",
]

_DATELINE = re.compile(
    r"^(?:[A-Z][A-Z./ ]{2,30}(?:, \w+\.? \d{1,2})?|[A-Z][\w./ ]{2,30}, (?:\d{1,2} \w+|\w+\.? \d{1,2}))"
    r"(?: \([^)]+\))? (?:--|[-–—]) |^[A-Z][A-Z. ]{2,30} \| "
)
_BULLET = re.compile(r"^(?:[-*•▪–—]|\(?\d{1,2}[.)]|\([a-z]{1,3}\))\s+")
_CONNECTIVE = re.compile(r"^(?:And|But|However|Meanwhile|Earlier|Later|Also|Then)\b,? ")
_IDLE = frozenset(
    "also already still again now then however meanwhile later earlier even only".split()
)
_PRONOUNS = frozenset("he she it they we i this that these those who which what".split())
_MODALS = frozenset("will would shall".split())
_ACCORDING = re.compile(r"\b[Aa]ccording to ([^,.;\"“”]{2,60})")
_LEADS = re.compile(r"^(?:for|on|to|with|from|about|of|that) ", re.IGNORECASE)
_CARRIES = ("ask", "offer", "pledge", "agree", "sign", "discuss", "order")
_SPEAKER_WORDS, _HEADLINE_WORDS, _PROSE_WORDS = 10, 25, 8
_DANGLING = re.compile(
    r"(?: (?:an?|the|of|to|in|on|at|by|for|with|from|and|or|but|that|which|its|their|not|including))+$"
)
_OPENED, _CLOSED = re.compile(r"(?<!\w)['‘](?=\w)"), re.compile(r"(?<=[\w.,!?])['’](?!\w)")
_MONTH = re.compile(rf" (?:{'|'.join(MONTH_NAMES)})(?: \d{{4}})?|, (?:19|20)\d\d\b")
_LEAST_WORDS = 6  # of a headline
_OWNED = re.compile(r"(?:Its|Their|His|Her|Our|My) ")
_TELLING = 2  # points of relevance of a sentence for the headline
_LAST_RANK = 4  # ranks allowed in a short wording


def brief(
    line: Line, clause: Clause, words: int, about: Phrase | None = None, *, bare: bool = True
) -> str:
    """Word a clause in at most `words` words: subject, verb and object, then what fits.

    With `bare`, a subject that is a pronoun or too long is left out, with the modal after it. With
    `about`, only that phrase of the clause and its dependents are used.
    """
    text, kept = line.sentence.text, list(enumerate(clause.pieces))
    if about is None:
        kept = [(i, p) for i, p in kept if _belongs(text, clause, p, bare=bare)]
    chosen, fits = _fitting(text, kept, words, about)
    fits = fits and all(any(p.start < s.end <= p.end for p in chosen) for s in clause.subjects)
    if bare and about is None and not fits and _says_enough_alone(clause):
        chosen, _ = _fitting(text, [(i, p) for i, p in kept if p.end > clause.at], words)
    out = _joined(text, chosen)
    if about is None and clause.subjects and clause.subjects[0].end <= clause.start:
        whole = _with_subject(line, clause, out)
        out = whole if len(whole.split()) <= words else out
    return out if about is None else _capital(re.sub(_LEADS, "", out))


def _fitting(
    text: str, kept: list[tuple[int, Piece]], words: int, about: Phrase | None = None
) -> tuple[list[Piece], bool]:
    """Return the pieces that fit, and whether all main parts and list items are among them."""
    chosen: dict[int, Piece] = {}
    size, whole = 0, True
    turns: dict[int | None, int] = {}  # dependents of a piece come after it
    for i, piece in kept:
        turns[i] = max(piece.rank, turns.get(piece.within, 0))
    for i, piece in sorted(kept, key=lambda pair: (turns[pair[0]], pair[0])):
        holder = piece.within in chosen or (
            piece.within is None if about is None else piece.start <= about.start < piece.end
        )
        length = len(text[piece.start : piece.end].split())
        if not holder or piece.rank > _LAST_RANK or text[piece.start : piece.end].lower() in _IDLE:
            continue
        if size + length <= words or not chosen:
            chosen[i] = piece
            size += length
        elif piece.rank == 0 or piece.joint:
            whole = False
    return list(chosen.values()), whole


def _says_enough_alone(clause: Clause) -> bool:
    """Whether a clause is clear without its subject: it reports an act without negation."""
    before = bool(clause.subjects) and clause.subjects[0].start < clause.at
    return before and not (clause.passive or clause.negated or clause.verb.startswith("be"))


def _with_subject(line: Line, clause: Clause, words: str) -> str:
    """Return a wording with the subject of the previous clause: `Poland … would`, `Ukraine to be`."""
    subject = _balanced(phrase_text(line, clause.subjects[0], 4))
    to = "to " if clause.relation == "xcomp" else ""
    joined = clause.relation == "conj" and clause.tense != "base"
    if subject.lower() in _PRONOUNS or not (joined or (to and clause.modal in ("must", "be to"))):
        return words
    rest = re.sub(r"^[Tt]o ", "", words) if to else words
    return _capital(f"{subject} {to}{rest[:1].lower()}{rest[1:]}")


def _belongs(text: str, clause: Clause, piece: Piece, *, bare: bool) -> bool:
    """Whether a piece may be in a short wording: no pronoun, nothing before the subject."""
    subject = clause.subjects[0] if clause.subjects else None
    if clause.mark.startswith(("wh", "how")) and clause.relation not in ("relcl", "advcl"):
        return True
    if subject is None or subject.start > clause.at:
        return piece.rank == 0 or piece.end > clause.at
    idle = bare and text[subject.start : subject.end].lower() in _PRONOUNS
    if idle and _goes(text[piece.start : piece.end]):
        return False
    if text[piece.start : piece.end].lower() == clause.mark:
        return False
    return piece.end > subject.start or clause.relation in ("relcl", "xcomp", "acl")


def title(line: Line, clause: Clause, words: int, *, content: bool = False) -> str:
    """Word a proposal: what is asked, offered, agreed; for other acts, who does what.

    With `content`, only the content of other acts, too.
    """
    verb = line.verb(clause)
    if not content and (verb is None or verb.sense not in _CARRIES or clause.negated):
        return bare(brief(line, clause, words))
    contents = [
        (other.start, other.end, brief(line, other, words))
        for other in line.facts.clauses
        if other.start > clause.at and other.relation in ("xcomp", "ccomp")
        and line.parent(other) is clause
    ]  # fmt: skip
    about = list(clause.subjects[:1] if clause.passive else clause.objects)
    about += [p for prep, p in clause.obliques if prep in ("for", "on", "to")]
    contents += [
        (p.start, p.whole, brief(line, clause, words, p))
        for p in about
        if not any(n.end >= p.end > n.start for n in line.named)
    ]
    contents.sort(key=lambda content: content[0])
    contents = _promised(line, clause, words) or contents
    telling = [c for c in contents if line.found("measure", c[0], c[1])] or contents
    short = bare(telling[0][2]) if telling else ""
    named = len(short.split()) > 1 and not _OWNED.match(short)
    return short if named else bare(brief(line, clause, words))


def _promised(line: Line, clause: Clause, words: int) -> list[tuple[int, int, str]]:
    """Return the promise in a noun of the clause: `reiterated its commitment to reinforce …`."""
    return [
        (other.start, other.end, brief(line, other, words))
        for other in line.facts.clauses
        if other.relation == "acl" and other.tense == "base" and not other.passive
        and line.cues.values("noun", other.noun) and line.parent(other) is clause
    ]  # fmt: skip


def bare(words: str) -> str:
    """Return a wording without a leading article or `to`, with paired quotation marks."""
    return _capital(_balanced(re.sub(r"^(?:To|The|An?|That|And|But) (?=\w)", "", words)))


def _goes(words: str) -> bool:
    return words.lower() in _PRONOUNS or words.lower() in _MODALS


def _joined(text: str, pieces: list[Piece]) -> str:
    """Join the pieces in the order of the text, with the punctuation between neighbours."""
    out, end = "", -1
    for piece in sorted(pieces, key=lambda p: p.start):
        if piece.start < end:
            continue
        gap = text[end : piece.start] if end >= 0 else ""
        near = re.fullmatch(r"[\s,\"'“”‘’-]*", gap) is not None
        out += (
            (gap if near else " ") + text[piece.start : piece.end]
            if out
            else text[piece.start : piece.end]
        )
        end = piece.end
        while tail := re.match(r"[-’']?\w+", text[end:]) or _split_date(text, end):
            out += tail[0]
            end += tail.end()
    if re.match(r"[\"”’]", text[end : end + 1]):
        out += text[end]
    out = _DANGLING.sub("", out)
    return _capital(_balanced(" ".join(without_marks(out).split()).strip(" ,;:.-–—")))


def _split_date(text: str, end: int) -> re.Match[str] | None:
    """Return the rest of a date that a piece cuts: `5 | March 2014`, `March 5 | , 2014`."""
    return _MONTH.match(text, end) if text[end - 1 : end].isdigit() else None


def phrase_text(line: Line, phrase: Phrase, words: int = _SPEAKER_WORDS) -> str:
    """Word a noun phrase: complete if it is short, else without the words after its head."""
    text = line.sentence.text
    whole = text[phrase.start : phrase.whole].strip(" ,;:.\"“”'’")
    fits = len(whole.split()) <= words and not re.search(r"[,\"“”:;]", whole)
    return " ".join((whole if fits else text[phrase.start : phrase.end]).split())


@lru_cache(maxsize=1024)
def clean(text: str) -> str:
    """Return a sentence without dateline, bullet and connective, with paired quotation marks."""
    plain = " ".join(without_marks(text).split())
    plain = _CONNECTIVE.sub("", _BULLET.sub("", _DATELINE.sub("", plain)))
    return _capital(_balanced(plain).strip(" ,;:-–—"))


def sentence(line: Line, clause: Clause | None = None) -> str:
    """Word a description: its clause without the source, else the sentence."""
    if clause is not None and clause.relation in ("ccomp", "parataxis"):
        text = line.sentence.text[clause.start : clause.end]
        text = re.sub(r"^that ", "", text)
    else:
        text = line.sentence.text
    return clean(text).rstrip(".") + "."


def _balanced(text: str) -> str:
    """Return the text with paired quotation marks only."""
    for first, second in ('""', "“”"):
        odd = text.count(first) % 2 if first == second else text.count(first) != text.count(second)
        if odd:
            text = text.replace(first, "").replace(second, "")
    if len(_OPENED.findall(text)) > len(_CLOSED.findall(text)):
        text = _OPENED.sub("", text)
    return text


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def attribution(document: Document, line: Line, clause: Clause) -> str | None:
    """Return the source of a clause's statement in the text's words; None if not stated."""
    for above in line.speakers(clause):
        verb = line.verb(above)
        if verb and verb.sense in ("say", "ask", "reject") and above.agents:
            return _speaker(document, line, above.agents[0])
    if match := _ACCORDING.search(line.sentence.text):
        return " ".join(match[1].split())
    return None


def _speaker(document: Document, line: Line, phrase: Phrase) -> str | None:
    names = document.who(line, phrase)
    words = phrase_text(line, phrase)
    if words.lower() in _PRONOUNS:
        return names[0] if names else None
    person = names and any(n.name == names[0] and n.kind == "person" for n in line.named)
    return names[0] if person else words


def headline(document: Document) -> str:
    """Return the article's title, else the main clause of its first full sentence."""
    given = document.article.title
    if (
        given
        and "\\" not in given
        and all(document.article.naming(m.form) for m in document.lexicon.mentions(given))
    ):
        return clean(given).rstrip(".") + "."
    prose = _prose(document) or document.lines
    telling = (x for x in prose if sum(cue.weight for cue, _, _ in x.found("relevant")) >= _TELLING)
    lead = next(telling, prose[0])
    text = clean(lead.text or lead.sentence.text)
    if len(text.split()) <= _HEADLINE_WORDS or not lead.clauses:
        return " ".join(text.split()[:_HEADLINE_WORDS]).rstrip(".,;:") + "."
    root = next((c for c in lead.clauses if c.relation == "ROOT"), lead.clauses[0])
    content = next((c for c in lead.clauses if c.relation == "ccomp" and c.subjects), root)
    verb = lead.verb(root)
    short = brief(lead, content if verb and verb.sense == "say" else root, 20, bare=False).rstrip(
        "."
    )
    if len(short.split()) < _LEAST_WORDS:
        short = re.split(r", |; ", " ".join(text.split()[:_HEADLINE_WORDS]))[0].rstrip(".,;:")
    return short + "."


def abstract(document: Document, claims: Summary | None = None) -> str:
    """Return the lead, and the sentences on the layers and the first dispute; at most four."""
    prose = [clean(line.text) for line in _prose(document)]
    chosen = prose[:1] if claims and claims.relevant else prose[:2]
    if claims is not None:
        weighty = [layer.evidence[0] for layer in claims.structure.layers[:3]]
        weighty += [p.evidence[0] for p in claims.proposals if p.proposed_by][: 3 - len(weighty)]
        weighty += [dispute.evidence[0] for dispute in claims.disputes[:1]]
        for citation in weighty:
            text = clean(document.lines[citation.sentence - 1].text)
            if text and text not in chosen:
                chosen.append(text)
    return " ".join(text if text.endswith(("?", "!", ".")) else f"{text}." for text in chosen[:4])


def _prose(document: Document) -> list[Line]:
    """Return the sentences that are not headings."""
    return [x for x in document.lines if len(x.text.split()) >= _PROSE_WORDS and x.clauses]
