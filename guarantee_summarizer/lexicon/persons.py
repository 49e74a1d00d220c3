"""Find persons in running text by title, by apposition, and by recurring surname."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from guarantee_summarizer.lexicon.actors import Lexicon
from guarantee_summarizer.lexicon.names import spelling
from guarantee_summarizer.normalize.units import MONTH_NAMES, WEEKDAY_NAMES

__all__ = ["Person", "begins_name", "find_people", "surname", "variant"]

_CAPITAL = r"[A-Z\u00c0-\u00de\u0100-\u017f\u0400-\u042f][\w'’\-]{0,60}\w"
_PARTICLE = (
    r"(?:von der|van der|van den|de la|von|van|de|del|della|di|da|dos|bin|ibn|ben|al|el|der|du)"
)
_NAME = rf"{_CAPITAL}(?: (?:[A-Z]\.(?:[A-Z]\.)*|{_PARTICLE}(?= {_CAPITAL})|{_CAPITAL})){{0,3}}"
_INITIALS = rf"(?:[A-Z]\. ?){{1,6}}{_NAME}"
_PERSON = re.compile(rf"(?:{_INITIALS}|{_NAME})")
_FULL = rf"{_CAPITAL}(?: (?:{_PARTICLE} )?{_CAPITAL}){{1,2}}"
_NEXT = re.compile(rf"(?:, and | and |, )(?={_CAPITAL} )")
_MODIFIER = (
    r"(?:first|deputy|vice|acting|interim|former|ex|then|outgoing|incoming|caretaker|special|senior|"
    r"chief|top|lead|national|presidential|parliamentary|foreign|defen[cs]e|interior|finance|"
    r"military|government|ministry|state|high-ranking|veteran|retired|newly elected)[ -]"
)
_GAP = re.compile(r",? ")
_OF = re.compile(r" (of|for|to) (?:the )?")
_BEFORE_TITLE = re.compile(r"('s|’s)? $")
_NAME_AT_END = re.compile(rf"({_INITIALS}|{_NAME})$")
_PAIR = re.compile(rf"(?<![\w.] )(?<!\w){_FULL}(?!\w)")
_ALONE = re.compile(rf"(?<![A-Z\w] )(?<!\w){_CAPITAL}")
_OWNED = re.compile(r"['’]s\b.")
_GOES_ON = re.compile(r"[,.;]| who\b| and\b| at\b| in\b| of\b| for\b|$")
_WORD = re.compile(r"[^\W\d_]+")
_REPRESENTED = re.compile(r" (?:will be|was|is|were|are) (?:to be )?represented by (?:the )?$")
_NO_PERSON = frozenset(
    "The A An In On At It He She They We But And Or If When While After Before As For From To With "
    "By This That These Those There Here What Who Whom Whose Which Whether Why How Where No Not Some Many Most Both Each "
    "Even Only Just Without Amid Like Unlike Because Although Though Since Until Yet Later Earlier "
    "Beside Besides Meanwhile However Still Then Now Also Despite During Over Under Another Other Yesterday Today State "
    "House Palace Street Square Memorandum Article Treaty Council Force Forces Union Ministry "
    "Minister University Institute Sea Ocean Gulf Conference Summit Accord Accords Agreement Group "
    "Party Air Army Navy Guard Senate Congress Parliament Court Bank Fund Office Officials Airport "
    "Base Hall Hotel Castle Tower Bridge Province Region District County City Town Village River "
    "Mountain Mountains Island Islands Peninsula Strait Valley Act Law Plan Pact Protocol "
    "Declaration Charter Convention Resolution Chapter Security Defense Defence National Foreign "
    "International Central Northern Southern Eastern Western North South East West Middle Black "
    "White Red Oval Cold World War Peace League Cup Premier Champions Saint San Los New United "
    "European Asian African Arab Islamic Christian Jewish "
    "General Provisions Provision Staff Secretary Elections Affairs Headquarters Amendment Annex Section Assembly Commission Committee Agency Department Board Mission Contact".split()
).union(WEEKDAY_NAMES, MONTH_NAMES)


@dataclass(frozen=True, slots=True)
class Person:
    """Describe a mention of a person; `start` and `end` are offsets into the text."""

    name: str
    title: str | None
    affiliation: str | None
    start: int
    end: int


def begins_name(word: str) -> bool:
    """Return whether a person's name may begin with a capitalized word: `Marco`, not `The`."""
    return word not in _NO_PERSON


def surname(name: str) -> str:
    """Return the last word with the particles before it.

    >>> surname("Ursula von der Leyen"), surname("Donald J. Trump")
    ('von der Leyen', 'Trump')
    """
    words = name.split()
    at = len(words) - 1
    while at > 1 and words[at - 1].islower():
        at -= 1
    return " ".join(words[at:])


@lru_cache(maxsize=4096)  # every surname in the tables is looked up in every article
def variant(name: str) -> str:
    """Return a key that all spellings of one surname share.

    >>> variant("Zelenskyy") == variant("Zelensky") == variant("Zelenskiy")
    True
    """
    return spelling(surname(name))


@lru_cache(maxsize=4)  # several modules search one article
def find_people(text: str, lexicon: Lexicon) -> tuple[Person, ...]:
    """Return the persons that `text` names, in order; one entry for each full name in it.

    Args:
        text: running text.
        lexicon: the known actors, offices and honorifics.
    """
    finder = _Finder(text, lexicon)
    found: dict[int, Person] = {}
    for person in (
        *finder.titled(),
        *finder.apposed(),
        *finder.recurring(),
    ):
        known = found.get(person.start)
        if known is None or (known.title is None and person.title):
            found[person.start] = person
    return tuple(found[start] for start in sorted(found))


class _Finder:
    def __init__(self, text: str, lexicon: Lexicon) -> None:
        self._text, mentions = text, lexicon.mentions(text)
        self._office, self._honorific = _patterns(lexicon)
        self._ends = {m.end: m for m in mentions}
        self._starts = {m.start: m for m in mentions}
        self._taken: dict[int, Person] = {}  # by end offset
        self._offices = list(_offices(text, lexicon))
        self._plural = tuple({o.lower() for o in lexicon.offices if o.endswith(" Affairs")})
        self._office_starts = [match.start() for match in self._offices]

    def titled(self) -> Iterator[Person]:
        """Find `British Prime Minister Keir Starmer`, `envoys Steve Witkoff and Jared Kushner`."""
        for match in self._offices:
            at = match.end()
            affiliation, title = self._before(match.start(), match[0])
            if of := _OF.match(self._text, at):
                mention = self._starts.get(of.end())
                if mention is None:
                    continue
                sent = of[1] != "of"  # an ambassador to, an envoy for a state does not speak for it
                affiliation, at = affiliation if sent else mention.actor.name, mention.end
            gap = _GAP.match(self._text, at)
            if gap is None:
                continue
            comma = "," in gap[0]
            for person in self._names(gap.end(), title, affiliation, plural=match[0].endswith("s")):
                if comma and " " not in person.name:
                    break
                self._taken[person.end] = person
                yield person

    def apposed(self) -> Iterator[Person]:
        """Find `Steven Pifer, a former American diplomat who …`."""
        for match in self._offices:
            start = self._text.rfind(", ", max(0, match.start() - 60), match.start())
            if start < 0 or any(c in self._text[start + 2 : match.start()] for c in ",.;:"):
                continue
            name = _NAME_AT_END.search(self._text[max(0, start - 60) : start])
            if (
                name is None
                or " " not in name[1]
                or not self._is_person(name[1], start - len(name[1]))
            ):
                continue
            if not _GOES_ON.match(self._text, match.end()):
                continue
            affiliation, title = self._before(match.start(), match[0])
            yield Person(name[1], title, affiliation, start - len(name[1]), start)

    def recurring(self) -> Iterator[Person]:
        """Find full names whose last word also appears alone, which news does only with persons."""
        alone = frozenset(_ALONE.findall(self._text))
        for match in _PAIR.finditer(self._text):
            name = match[0]
            if name.split()[-1] in alone and self._is_person(name, match.start()):
                yield Person(name, None, None, match.start(), match.end())

    def _before(self, start: int, title: str) -> tuple[str | None, str]:
        """Return the affiliation directly before a title, and the title as it is reported."""
        several = title.endswith("s") and not title.endswith("ss")
        if several and not title.lower().endswith(self._plural):  # "envoys Witkoff and Kushner"
            title = title[:-1]
        gap = _BEFORE_TITLE.search(self._text[max(0, start - 3) : start])
        at = start - len(gap[0]) if gap else start
        mention = self._ends.get(at)
        if mention is not None:
            seat = mention.via == "metonym" and title in ("head", "chief", "leader")
            return mention.actor.name, f"{mention.form} {title}" if seat else title
        represented = _REPRESENTED.search(self._text, max(0, start - 60), start)
        if represented and (state := self._ends.get(represented.start())):
            return state.actor.name, title
        owner = self._taken.get(at)
        return (owner.affiliation if owner else None), title

    def _names(
        self, at: int, title: str, affiliation: str | None, *, plural: bool
    ) -> Iterator[Person]:
        while True:
            if honorific := self._honorific.match(self._text, at):
                at = honorific.end()
            match = _PERSON.match(self._text, at)
            if match is None or not self._is_person(match[0], at, titled=True):
                return
            name = re.sub(r"['’]s$", "", match[0])
            yield Person(name, title, affiliation, at, at + len(name))
            following = _NEXT.match(self._text, match.end())
            if not (plural and following):
                return
            at = following.end()

    def _offices_near(self, start: int) -> list[re.Match[str]]:
        """Return the office title inside which a name would begin, if any."""
        at = bisect_right(self._office_starts, start) - 1
        return self._offices[at : at + 1] if at >= 0 else []

    def _is_person(self, name: str, start: int, *, titled: bool = False) -> bool:
        words = name.split()
        if words[0] in _NO_PERSON or any(word in _NO_PERSON for word in words[1:]):
            return False
        if any(m.start() <= start < m.end() for m in self._offices_near(start)):
            return False
        if any(word.startswith("Saint") for word in words):
            return False
        if self._office.match(name) or name.isupper() or _OWNED.search(name):
            return False
        mention = self._starts.get(start)
        return mention is None or (titled and mention.end - start < len(name))


def _offices(text: str, lexicon: Lexicon) -> Iterator[re.Match[str]]:
    """Yield the office titles in a text; only words that can begin one are examined."""
    office, _ = _patterns(lexicon)
    first_words = _first_words(lexicon)
    end = 0
    for word in _WORD.finditer(text):
        if word.start() < end or word[0].lower() not in first_words:
            continue
        if match := office.match(text, word.start()):
            end = match.end()
            yield match


@lru_cache(maxsize=8)
def _first_words(lexicon: Lexicon) -> frozenset[str]:
    firsts = {_WORD.findall(title)[0].lower() for title in lexicon.offices}
    return frozenset(firsts | {f"{word}s" for word in firsts} | set(_WORD.findall(_MODIFIER)))


@lru_cache(maxsize=8)
def _patterns(lexicon: Lexicon) -> tuple[re.Pattern[str], re.Pattern[str]]:
    offices = "|".join(re.escape(o) for o in sorted(lexicon.offices, key=len, reverse=True))
    honorifics = "|".join(map(re.escape, lexicon.honorifics))
    office = re.compile(rf"(?<!\w)(?:{_MODIFIER}){{0,6}}(?:{offices})s?(?!\w)", re.IGNORECASE)
    return office, re.compile(rf"(?:{honorifics}) ")
