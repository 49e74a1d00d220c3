"""Does the claim say it as strongly, and with the same sign, as the sentences it cites?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from guarantee_summarizer.schema import Finding
from guarantee_summarizer.text import fold
from guarantee_summarizer.verify.base import Claim, Reading, error, warning
from guarantee_summarizer.verify.overlap import stems

__all__ = ["acts_are_said", "certainty_is_said", "polarity_agrees", "status_is_said"]

_Stems = frozenset[str]
_FIRM = {
    "agreed": re.compile(
        r"\b(?:agree\w*|accept\w*|adopt\w*|approv\w*|endors\w*|commit(?:s|ted|ments?)?|undert[ao]\w*|decided|pledg\w*|"
        r"set up|establish\w*|conclu\w*|sign(?:s|ed|ing|ature)?|announc\w*|confirm\w*|voted|authori[sz]\w*|initial\w*|ratif\w*|"
        r"declar\w*|settled|gave|given|joined|oblig\w*|stipulat\w*|has been|have been|four steps|provides|points)\b"
    ),
    "signed": re.compile(
        r"\b(?:sign(?:s|ed|ing|ature)?|initial(?:led|ed|s)|ratif\w*|conclud\w*|countersign\w*|seal\w*)\b"
    ),
    "in_force": re.compile(
        r"\b(?:in(?:to)? force|takes? effect|took effect|shall|operat\w*|began|begun|started|has been|have been|already|"
        r"is|are|was|were|since|runs?|valid|keeps?|provides?|holds?|has|have|allow(?:s|ed)|deployed|stationed)\b"
    ),
}
_TENTATIVE = re.compile(
    r"\b(?:propos\w*|may|might|could|would|possib\w*|consider\w*|discuss\w*|envision\w*|suggest\w*|"
    r"float\w*|ask\w*|demand\w*|want\w*|seek\w*|sought|hop\w*|call\w* for|ready to|prepared to|plan\w*|draft\w*)\b"
)
_NEGATION = re.compile(
    r"\b(?:not|no|never|none|neither|nor|without|cannot|n't|reject\w*|refus\w*|rul(?:e|es|ed|ing) out|oppos\w*|"
    r"den(?:y|ies|ied)|declin\w*|exclud\w*|unacceptable|prohibit\w*|forbid\w*|bar(?:s|red)?|object\w*|dismiss\w*|"
    r"against|unable|fail\w*|lack\w*|stop\w*|end(?:s|ed)?|drop\w*|remov\w*|avoid\w*|less|halt\w*|prevent\w*|"
    r"instead|yet|only|scrapp\w*|cancel\w*|withdr\w*|contest\w*|disput\w*|doubt\w*|sceptic\w*|skeptic\w*|"
    r"unclear|unlike\w*|limit\w*|give up|gave up|leav\w*|red line|out of the question|illegitimate|no one|nobody|nothing)\b"
)
_ACTS = {
    name: re.compile(rf"\b(?:{forms})")
    for name, forms in {
        "agreeing": r"agree\w*|accept\w*|approv\w*|adopt\w*|endors\w*|consent\w*|back(?:s|ed)\b|support\w*|settl\w*|deal\b|undert|commit|pledg",
        "promising": r"promis|pledg|commit|vow|undert[ao]|guarantee[sd]?\b|assur|oblig|bind|binding|offer|prepared|ready|shall|obliged",
        "signing": r"sign(?:s|ed|ing|at\w*)?\b|initial|ratif|conclud|seal",
        "ratifying": r"ratif|vote|senate|parliament",
        "rejecting": r"reject|refus|oppos|rul(?:es|ed|ing) out|declin|den(?:y|ies|ied)|not\b|no\b|never|accept no|against|unacceptable|contest|disput|object",
        "attending": r"attend|present\b|join(?:s|ed|ing)?\b|travel|host|took part|takes? part|take part|met\b|meet|came|chair|gather|particip|represent",
        "withdrawing": r"withdr|pull|leav|left\b|drop|gave up|give up|abandon|quit",
        "expiring": r"expir|laps|ran out|term\b",
        "sending": r"sen[dt]|deploy|station|dispatch|contribut|provid|troops|soldiers|contingent|force",
        "joining": r"join(?:s|ed|ing)?\b|member|access|enter",
        "demanding": r"demand|insist|requir|want|ask|must|call(?:s|ed)? (?:for|on)|urg|seek|sought|need|condition",
    }.items()
}
_CERTAIN = re.compile(r"\b(?:will|has|have|had|is|are|was|were|did|\w{3,}ed)\b")
_OPENS = re.compile(r"\b(?:agreed|adopted|signed|pledged|committed|undertook|in force)\b")
_DENIES = re.compile(
    r"\b(?:not|never|(?P<verb>[\w'-]+ )?no|without|cannot|reject\w*|refus\w*(?: to)?|rul(?:es|ed|ing) out|oppos\w*(?: to)?|den(?:y|ies|ied)|"
    r"declin\w* to|drop\w*|against|away from|short of|instead of|rather than)(?P<after>(?:[ \"(]+[\w'-]+){1,4})"
    r"|(?P<before>[\w'-]+ [\w'-]+) (?:none|nothing|nobody)\b"
)
_UNSETTLED = re.compile(
    r"\b(?:would|could|may|might|should|must|can|whether|unless|if|until|before|once|not|no|never|"
    r"(?:ready|prepared|due|expected|yet|about|plans?|hopes?|wants?|asked|urged|have|has|is|are) to)\b(?: [\w'-]+){1,4}"
)
_ITEM = re.compile(r"\W*(?:to|not|first|second|third|fourth|fifth|finally|and|also|\d+)\b")
_OPENED = 4  # sentences, where the cited one is tentative itself
_LIST = 10  # sentences before the cited ones in which a list may be opened ("signed a memorandum")


def status_is_said(claim: Claim, reading: Reading) -> Iterator[Finding]:
    """Agreed, signed and in force are said by the cited sentences, or by what opens their list."""
    status = getattr(claim.item, "status", None)
    if claim.section not in ("proposals", "layers") or not reading.english:
        return
    pattern = _FIRM.get(status or "")
    if pattern is None:
        return
    cited = reading.folded(claim)
    if any(reading.says(pattern, reading.read(_settled, text)) for text in cited):
        return
    listed = any(map(_ITEM.match, cited))
    tentative = any(reading.says(_TENTATIVE, text) for text in cited)
    near = reading.before(claim, _LIST if listed else _OPENED)
    opens = _OPENS if tentative else pattern
    if not any(reading.says(opens, reading.read(_settled, text)) for text in near):
        message = f"the cited sentences do not say that it is {(status or '').replace('_', ' ')}"
        yield warning("status_not_in_evidence", claim.path, message)


def _settled(text: str) -> str:
    """What a sentence says without what it only says may, would or is to happen."""
    return _UNSETTLED.sub(" ", text)


def polarity_agrees(claim: Claim, reading: Reading) -> Iterator[Finding]:
    """What the claim denies is denied in what it cites, and what it affirms is not."""
    if claim.section not in ("proposals", "layers", "positions", "events") or not reading.english:
        return
    words = fold(" ".join(v for k, v in claim.words.items() if k not in ("title", "name")))
    words = words or fold(" ".join(claim.words.values()))
    cited = reading.folded(claim)
    if _NEGATION.search(words) and not any(reading.says(_NEGATION, text) for text in cited):
        yield error("polarity_turned", claim.path, "denies what the cited sentences do not deny")
        return
    if claim.section == "positions" and cited:
        at = reading.overlap.closest(words, reading.sentences(claim))
        cited = [reading.article.folded_sentences[at]]
    phrases, affirmed = _signs(words)
    there = [reading.read(_signs, text) for text in cited]
    phrases_there = [phrase for found, _ in there for phrase in found]
    affirmed_there = frozenset[str]().union(*(found for _, found in there))
    if _contradicts(affirmed, phrases, phrases_there, affirmed_there):
        yield warning("polarity_turned", claim.path, "affirms what the cited sentences deny")
    elif _contradicts(affirmed_there, phrases_there, phrases, affirmed):
        yield warning("polarity_turned", claim.path, "denies what the cited sentences affirm")


def _contradicts(
    affirmed: _Stems, phrases: Iterable[_Stems], denied: Iterable[_Stems], also_affirmed: _Stems
) -> bool:
    """Whether one side affirms, and nowhere denies, what the other denies and nowhere affirms."""
    own = frozenset[str]().union(*phrases)
    return any(phrase & affirmed - also_affirmed for phrase in denied if not phrase & own)


def _signs(text: str) -> tuple[list[_Stems], _Stems]:
    """The stems that stand right beside each word of denial, and all others."""
    phrases = [stems(" ".join(filter(None, match.groups()))) for match in _DENIES.finditer(text)]
    return phrases, stems(_DENIES.sub(" ", text)).difference(*phrases)


def acts_are_said(claim: Claim, reading: Reading) -> Iterator[Finding]:
    """Promising, signing, refusing and the like are done in the cited sentences, in some such word."""
    if claim.section not in ("proposals", "positions", "events") or not reading.english:
        return
    words = fold(" ".join(claim.words.values()))
    near = (*reading.folded(claim), *reading.before(claim, 1))
    for act, pattern in _ACTS.items():
        match = pattern.search(words)
        if match and not any(reading.says(pattern, text) for text in near):
            listed = reading.before(claim, _LIST) if act in ("promising", "signing") else ()
            if any(reading.says(_FIRM["signed"], text) for text in listed):
                continue  # the points of what was signed are promised
            message = f"the cited sentences say nothing of {act} ({match[0]!r})"
            yield warning("act_not_in_evidence", claim.path, message)
            return


def certainty_is_said(claim: Claim, reading: Reading) -> Iterator[Finding]:
    """What may, would or is asked to happen is not told as done or settled."""
    if claim.section not in ("proposals", "layers", "positions") or not reading.english:
        return
    prose = [v for k, v in claim.words.items() if k in ("description", "stance")]
    words = fold(" ".join(prose))
    if not _CERTAIN.search(words) or _TENTATIVE.search(words):
        return
    cited = reading.folded(claim)
    if cited and all(
        reading.says(_TENTATIVE, text) and not reading.says(_CERTAIN, text) for text in cited
    ):
        message = "tells as certain what the cited sentences only propose or think possible"
        yield warning("certainty_stronger_than_text", claim.path, message)
