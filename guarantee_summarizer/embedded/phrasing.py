"""Short wordings cut out of sentences: titles, issues, headlines; never a word that is not there."""

from __future__ import annotations

import re
from functools import lru_cache

from guarantee_summarizer.embedded.document import Document
from guarantee_summarizer.schema import Summary

__all__ = ["abstract", "attribution", "clean", "clip", "headline", "title"]

_SAID = (
    r"(?:said|says|told \w+|added|adds|wrote|writes|reported|(?:reports|states)(?= that\b|[.:]?$)|stated|noted|explained|"
    r"announced|stressed|repeated|warned|argued|insisted|confirmed)"
)
_TAIL = re.compile(
    rf"(?:,|[\"”’'],?) (?:the )?[^,.;\"“”]{{2,60}} {_SAID}(?: (?:on|in|after|following|at|there|late)\b[^,]*)?\.?$"
    rf"|,[\"”’']? (?:he|she|they|it) {_SAID}[^,]*\.?$|,? according to [^,]+\.?$|,[\"”’']? {_SAID} [A-Z][^,]+\.?$"
)
_HEAD = re.compile(
    rf"^(?:[\"“]|(?:[A-Z][^,.;\"“”]{{2,60}}?|He|She|They|It) (?:also |later )?{_SAID} (?:reporters |on \w+ )?that |"
    r"(?:And|But|However|Meanwhile|Earlier|Later|According to [^,]+),? |(?:Over|At|On|In) [^,]{2,40}, )"
)
_SUBJECT = (
    r"(?:(?:[Tt]he|[Aa]n?|[Oo]ne|[Hh]is|[Hh]er|[Tt]heir|[Ii]ts|[Ss]everal|[Ss]ome|[Tt]wo) [A-Za-z]|[A-Z]|"
    r"(?:officials?|diplomats?|sources?|analysts?|critics|experts|aides|leaders)\b)"
)
_NO_SPEAKER = re.compile(
    r"(?i:he|she|they|it|that|which|who|there|this|asked|in|on|at|by|with|over|under|after|while|"
    r"when|if|and|but|as|nor|not|also)\b"
)
_WHO = re.compile(
    rf"(?:^|[,;\"”“] ?)(?:but |and |while |which |as )?(?P<who>{_SUBJECT}(?:[^,.;:\"“”]{{0,70}}?\w)?)"
    rf"(?:, [^,;\"“”]{{2,60}},)? (?:also |later |previously |has |had |have )*{_SAID}\b"
    rf"|\b(?:A|a)ccording to (?P<after>[^,.;\"“”]{{2,60}})"
    rf"|{_SAID} (?P<inverted>(?:the |a |an )?[A-Z][^,.;\"“”]{{1,60}})(?:,[^.]*)?\.?$"
)
_DATELINE = re.compile(
    r"^(?:[A-Z][A-Z./ ]{2,30}(?:, \w+\.? \d{1,2})?|[A-Z][\w./ ]{2,30}, (?:\d{1,2} \w+|\w+\.? \d{1,2}))"
    r"(?: \([^)]+\))? (?:--|[-–—]) |^[A-Z][A-Z. ]{2,30} \| "
)
_BULLET = re.compile(
    r"^(?:[-*•▪–—]|\(?\d{1,2}[.)]|\([a-z]{1,3}\)|(?:Art(?:icle)?|Sec(?:tion)?|§)\.? ?\w{1,4}[.:])\s+"
)
_SPEAKER_WORDS = 8
_CLAUSE_START = re.compile(r"(?:; |: |, (?:and |but |while |with )?|\b(?:that|which|who) |[\"“])")
_CLAUSE_END = re.compile(r"[;:]|\.(?!\d)|, |[\"”]| (?:which|who|while|because|although|so that)\b")
_TITLE_LEAST = 4  # words
_STOPS = frozenset(
    "the a an of to in on at by for with and or that which who as from is are was".split()
)


@lru_cache(maxsize=1024)
def clean(sentence: str) -> str:
    """A sentence without dateline, bullet, attribution in front or behind, and loose quotes."""
    text = " ".join(sentence.split())
    text = _BULLET.sub("", _DATELINE.sub("", text))
    text = _TAIL.sub("", text)
    for _ in range(2):
        text = _HEAD.sub("", text)
    text = _balanced(text).strip(" ,;:-–—")
    return re.sub(r"[,;]([\"'’”]+)$", r"\1", text)


def _balanced(text: str) -> str:
    """Quotation marks only in pairs."""
    for pair in ('""', "“”"):
        if pair[0] == pair[1]:
            odd = text.count(pair[0]) % 2
        else:
            odd = text.count(pair[0]) != text.count(pair[1])
        if odd:
            text = text.replace(pair[0], "").replace(pair[1], "")
    return text


def clip(text: str, words: int) -> str:
    """At most `words` words, cut at the last comma or before function words that would dangle."""
    parts = clean(text).split()
    if len(parts) <= words:
        return _capital(" ".join(parts).rstrip(".,;: "))
    kept = parts[:words]
    comma = next(
        (i for i in range(len(kept) - 1, 3, -1) if kept[i].endswith((",", ";", ":"))), None
    )
    if comma is not None and comma >= words // 2:
        kept = kept[: comma + 1]
    while len(kept) > 2 and _dangles(kept[-1]):  # noqa: PLR2004
        kept.pop()
    return _capital(_balanced(" ".join(kept).rstrip(".,;: ")))


def title(text: str, first: int, last: int, words: int) -> str:
    """At most `words` words that hold `text[first:last]`, from the start of its clause if that fits.

    Args:
        text: a sentence, cleaned.
        first: where the words begin that say what is done.
        last: where the words end that say what it is about.
        words: how many words at most.
    """
    clause = max((m.end() for m in _CLAUSE_START.finditer(text, 0, first + 1)), default=0)
    fitting = [at for at in (clause, first) if len(text[at:last].split()) <= words]
    start = fitting[0] if fitting else clause
    end = _CLAUSE_END.search(text, last)
    short = clip(text[start : end.start() if end else len(text)], words)
    return short if len(short.split()) >= _TITLE_LEAST else clip(text, words)


def _dangles(word: str) -> bool:
    """Whether a wording cannot end here: a function word, or a figure without its unit."""
    return word.lower().strip(".,;:'\"“”") in _STOPS or bool(re.search(r"\d$|^[$€£]", word))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def attribution(sentence: str) -> str | None:
    """Who says it, in the sentence's own words; None where it does not say.

    >>> attribution("Norway will send troops, a senior official in Oslo said.")
    'a senior official in Oslo'
    """
    match = _WHO.search(_DATELINE.sub("", " ".join(sentence.split())))
    who: str | None = None
    if match:
        who = match["who"] or match["after"] or match["inverted"]
    if not who or _NO_SPEAKER.match(who) or len(who.split()) > _SPEAKER_WORDS:
        return None
    return who


_HEADLINE_WORDS = 25
_PROSE_WORDS = 8


def headline(document: Document) -> str:
    """The article's title, else its first full sentence, cut to 25 words."""
    title = document.article.title
    lead = title or next((t for t in _prose(document)), document.lines[0].text)
    return clip(lead, _HEADLINE_WORDS).rstrip(".") + "."


def abstract(document: Document, claims: Summary | None = None) -> str:
    """The lead, and the sentences that carry the layers and the first dispute; at most four."""
    prose = _prose(document)
    chosen = prose[:1] if claims and claims.relevant else prose[:2]
    if claims is not None:
        layers = [layer.evidence[0] for layer in claims.structure.layers]
        open_issues = [dispute.evidence[0] for dispute in claims.disputes]
        for citation in (*layers[:3], *open_issues[:1]):
            sentence = document.lines[citation.sentence - 1].text
            text = clean(sentence)
            if text and text not in chosen:
                chosen.append(text)
    return " ".join(text.rstrip(".") + "." for text in chosen[:4])


def _prose(document: Document) -> list[str]:
    """The sentences that are more than a heading, cleaned."""
    return [clean(x.text) for x in document.lines if len(x.text.split()) >= _PROSE_WORDS] or [
        line.text for line in document.lines[:1]
    ]
