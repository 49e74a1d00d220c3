"""Find the lexicon's forms in a text, and decide from the context whether they name an actor.

A capital may be only a place ("in Paris") or part of an occasion's name ("the Budapest
Memorandum"), a state's name part of a river's or a person's, a newspaper's an ordinary word.
The rules use some fifty characters on either side and drop a mention only on clear evidence.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from guarantee_summarizer.lexicon.tables import Actor, Mention, Via
from guarantee_summarizer.normalize.units import MONTH_NAMES, WEEKDAY_NAMES
from guarantee_summarizer.plain import even, even_text

__all__ = ["Finder", "Window", "is_meant", "is_reported"]

_REACH = 50
_DAYS = "|".join([*WEEKDAY_NAMES, *MONTH_NAMES])
_OFFICES = (
    r"President|Prime|Foreign|Defen[cs]e|Interior|Vice|Deputy|Chancellor|Minist(?:er|ry)|King|Queen|"
    r"Crown|Ambassador|Army|Parliament|Supreme|National|Press|Chief|Secretary|Spokes\w+|Special|Envoy"
)
_NEW_NAME = re.compile(rf" (?!(?:{_DAYS})\b)[A-Z]\w")

# --- metonyms
_SEATS = frozenset(
    ("Kremlin", "White House", "Pentagon", "State Department", "Downing Street", "Whitehall",
     "10 Downing Street", "Foggy Bottom", "Foreign Office", "Zhongnanhai", "Blue House",
     "Quai d'Orsay", "Élysée", "Elysée", "Elysee", "Élysée Palace", "Elysee Palace", "Bankova")
)  # fmt: skip
_OCCASION_NOUN = (
    r"(?:summits?|declarations?|memorand(?:um|a)|agreements?|accords?|talks|conferences?|meetings?|"
    r"treat(?:y|ies)|negotiations|protocols?|process|format|formula|forum|communiqu[eé]|convention|"
    r"ceremony|dinner|visit|gathering|round|attacks?|bombings?|bureau|airport|embassy|suburbs?|"
    r"region|oblast|province|streets?|mayor|residents?|metro|time|university|stock|skyline|hotel)"
)
_OCCASION = re.compile(
    r" (?:(?:peace|cease-?fire|truce|climate|nuclear|trade|security|donors?|framework|leaders'|"
    rf"ministerial|grain|arms control) )?{_OCCASION_NOUN}\b"
)
_SITE = re.compile(r"-based\b|,? D\.?C\b|, (?:Texas|Ohio|Idaho|Ontario|Kentucky)\b")
_DATELINE = re.compile(
    rf" ?\([A-Z][\w. -]+\)| [-\u2014] |\u2014|, (?:{_DAYS}|[A-Z][a-z]{{2}}\.) \d|, \d\d? [A-Z]"
)
_BEFORE_SITE = re.compile(
    r"(?:\b(?:in|at|near|inside|outside|around|across|via|into|over|throughout|toured?|visit\w*|"
    r"reach(?:ed|es|ing)?|left|leaves|leaving|bound for|left for|leaves for|departed for|capital,?|"
    r"capital city,?|city of|capital of|(?:treaty|congress|declaration|peace|battle|siege|fall|mayor|"
    r"university|bishop|port|duke|suburbs?|outskirts|streets?|cent(?:er|re)|north|south|east|west|"
    r"centre) of|kilomet(?:er|re)s from|km from|miles from)"
    r"(?: (?:both|either|central|downtown|nearby|northern|southern|eastern|western|the))?|"
    r"\b(?:East|West|North|South|Old|Greater|New|Port|Fort|Mount|Lake|Camp|George|Saint|St\.))[ -]$",
    re.IGNORECASE,
)
_ON_THE_WAY = re.compile(
    r"\b(?:travel\w*|fl(?:y|ies|ew|own|ying|ights?)|trips?|journey\w*|return\w*|went|go(?:es|ing)?|"
    r"gone|c[ao]mes?|coming|arriv\w+|head(?:s|ed|ing)?|dr[io]ves?|driving|invit\w+|welcom\w+|"
    r"rushed|back|train|road|mov(?:e|ed|ing)|relocat\w+|evacuat\w+|spoke|speaking|broadcast\w*|"
    r"report(?:s|ed|ing)|visits?)(?: \w+){0,3} (?:to|from) $",
    re.IGNORECASE,
)
_VIEW = re.compile(
    r"'s (?:interests?|favou?r|hands|eyes|view|opinion|calculations?|demands?|strategy|position|"
    r"thinking|stance|approach|proposals?|plans?|policy|rhetoric|security|defen[cs]e|army)\b"
)
_LISTED = re.compile(r"(?: and| or| then|, then|, and|,) ")
_LIST_GOES_ON = re.compile(r"(?:, [A-Z]\w+)*,? (?:and|or) [A-Z]")

# --- names and adjectives of states
_GIVEN_NAMES = frozenset(("Chad", "Georgia", "Israel", "Jordan", "Kenya"))
_SURNAME = re.compile(rf" (?!(?:{_DAYS}|{_OFFICES})\b)(?:[A-Z]\.|[A-Z][a-z])")
_GIVEN = re.compile(r"[a-z,;][\"')]* (?!(?:A|But|And|While|In|Like|Unlike|I)\b)[A-Z][a-z]+ $")
_FIRST_NAME = re.compile(r"\b(?:Michael|Jim|Vernon|Steve|Robert|Barbara|Hamilton|David) $")
_US_STATE_BEFORE = re.compile(
    r"(?:\b(?:Atlanta|Augusta|Savannah|Macon|Athens|Fort \w+), |\bstate of )$"
)
_US_STATE_AFTER = re.compile(
    r"(?:'s)? (?:(?:state )?(?:Gov|Sen|Rep)(?:\b|\.)|Senators?\b|Governor|Republicans?\b|Democrat|"
    r"voters|National Guard|Tech\b|Bulldogs|Fulton|governor|lieutenant governor|congress(?:wo)?man)"
)
_WATERS = re.compile(
    r" (?:Straits?|Sea|Ocean|River|Valley|Canal|Delta|Basin|Channel|Trench|Bay|Archipelago|Airlines|"
    r"Airways|Orthodox|Grand Prix|Premier League|Open|Cup|Stock Exchange)\b"
)
_OF_WATERS = re.compile(r"\b(?:(?:Gulf|Sea|Bay|Straits?|Bank|Church|Isle) of (?:the )?|Lake )$")
_ETHNIC = re.compile(r"\bethnic(?:ally)? $", re.IGNORECASE)
_LANGUAGE = re.compile(r"(?:[- ](?:speak(?:ing|ers?)|language)\b| translation\b)")

# --- names that are ordinary words too
_REPORTING_BEFORE = re.compile(
    r"\b(?:told|according to|newspapers?|daily|weekly|broadcaster|magazine|agency|outlet|channel|"
    r"tabloid|website|interview (?:with|to|for|in)|reported by|quoted by|cited by|citing|quoting|"
    r"quotes|cites|writing (?:in|for)|wrote (?:in|for)|article (?:in|for)|published (?:in|by)|"
    r"obtained by|seen by|speaking to|spoke to|reports in)(?: [A-Z][\w ]{1,30} and)?(?: the)? [\"']?$",
    re.IGNORECASE,
)
_REPORTING_AFTER = re.compile(
    r"[\"']?(?:'s)?(?:,? (?:(?:has|had|also|later|first) )?(?:report(?:s|ed)|said|says|wrote|writes|"
    r"cited|quoted|quoting|citing|noted|revealed|published)\b| (?:newspaper|daily|magazine|weekly|"
    r"tabloid|broadcaster|channel|website|reporter|correspondent|columnist|news agency)\b)"
)


@dataclass(frozen=True, slots=True)
class Window:
    """Describe a form in its context.

    `start` and `stop` are offsets into the text; `place_end` is the end of the last capital that
    is only a place.
    """

    text: str
    start: int
    stop: int
    place_end: int

    @property
    def form(self) -> str:
        """Return the form."""
        return self.text[self.start : self.stop]

    @property
    def before(self) -> str:
        """Return the text before the form in its paragraph, up to a fixed length."""
        return self.text[max(0, self.start - _REACH) : self.start].rpartition("\n")[2]

    @property
    def after(self) -> str:
        """Return the text after the form in its paragraph, up to a fixed length."""
        return self.text[self.stop : self.stop + _REACH].partition("\n")[0]


def is_meant(actor: Actor, via: Via, window: Window) -> bool:
    """Return whether the form names its actor here.

    Args:
        actor: the actor of the form.
        via: the kind of form: name, alias, demonym or metonym.
        window: the form in its context.
    """
    if actor.kind != "state":
        return True
    if via == "metonym":
        return _is_seat(window) if window.form in _SEATS else _is_government(window)
    if _WATERS.match(window.after) or _OF_WATERS.search(window.before):
        return False
    if via == "demonym":
        return not (_ETHNIC.search(window.before) or _LANGUAGE.match(window.after))
    return window.form not in _GIVEN_NAMES or _is_state(window)


def is_reported(window: Window) -> bool:
    """Return whether ordinary words are the name of an outlet here."""
    if _NEW_NAME.match(window.after):
        return False
    if window.before.endswith("(") and window.after.startswith(")"):
        return True
    return bool(_REPORTING_BEFORE.search(window.before) or _REPORTING_AFTER.match(window.after))


def _is_seat(window: Window) -> bool:
    """Return whether a palace or an office refers to its government."""
    return not (
        _BEFORE_SITE.search(window.before)
        or _OCCASION.match(window.after)
        or re.match(r" (?:Palace|Papers|Correspondents|Wall|Armoury)\b", window.after)
    )


def _is_government(window: Window) -> bool:
    """Return whether a capital refers to its government, not just to a place or an occasion."""
    before, after = window.before, window.after
    if _NEW_NAME.match(after) or _OCCASION.match(after) or _SITE.match(after):
        return False
    if window.start == 0 or window.text[window.start - 1] == "\n":
        return not _DATELINE.match(after)
    if _BEFORE_SITE.search(before):
        return bool(_VIEW.match(after))
    return not (_ON_THE_WAY.search(before) or _is_listed(window))


def _is_listed(window: Window) -> bool:
    """Return whether the capital continues a list of places: `in Paris, Berlin and London`."""
    if window.place_end < 0:
        return False
    between = window.text[window.place_end : window.start]
    if not _LISTED.fullmatch(between):
        return False
    return between != ", " or bool(_LIST_GOES_ON.match(window.after))


def _is_state(window: Window) -> bool:
    """Return whether a form that is also a personal name refers to the state."""
    before, after = window.before, window.after
    if _SURNAME.match(after) or _GIVEN.search(before) or _FIRST_NAME.search(before):
        return False
    american = _US_STATE_BEFORE.search(before) or _US_STATE_AFTER.match(after)
    return not (window.form == "Georgia" and american)


_WORD = re.compile(r"\w+")
_CAPITAL = re.compile(r"[^\W\d_a-z]")  # or a letter of another alphabet
_SHORT = 3  # function words are in lower case in every name


class _Entry(NamedTuple):  # five thousand are made at loading: twice as fast as a dataclass
    form: str
    actor: Actor | None  # None: a lookalike of an actor's name
    via: Via
    loose: bool  # case-insensitive


class Finder:
    """Find forms by their first word; immutable.

    Args:
        actors: the actors to find; a form of two actors belongs to the later one.
        lookalikes: names that contain an actor's form but name something else.
        words: forms that are ordinary words too and count only beside a word of reporting.
    """

    def __init__(
        self, actors: Iterable[Actor], lookalikes: Iterable[str], words: Iterable[str]
    ) -> None:
        entries = {even(form): _Entry(even(form), None, "name", False) for form in lookalikes}
        for actor in actors:
            for entry in _entries(actor):
                entries[entry.form] = entry
        self._words = frozenset(map(even, words))
        self._exact: dict[str, list[_Entry]] = defaultdict(list)
        self._loose: dict[str, list[_Entry]] = defaultdict(list)
        for entry in sorted(entries.values(), key=lambda entry: -len(entry.form)):
            if first := _WORD.match(entry.form):
                index = self._loose if entry.loose else self._exact
                index[first[0].lower() if entry.loose else first[0]].append(entry)
        small = sorted(w for w in {*self._exact, *self._loose} if not _CAPITAL.match(w))
        self._first_word = re.compile(
            rf"\b(?:{_CAPITAL.pattern}\w*|(?:{'|'.join(map(re.escape, small)) or '(?!)'})\b)"
        )

    def mentions(self, text: str) -> Iterator[Mention]:
        """Yield the mentions in the order of the text; linear in its length."""
        evened = even_text(text)
        place_end = -1
        for entry, start, stop in self._matches(evened.text):
            if entry.actor is None:
                continue
            window = Window(evened.text, start, stop, place_end)
            if not is_meant(entry.actor, entry.via, window):
                place_end = stop if entry.via == "metonym" else place_end
                continue
            begin, end = evened.span(start, stop)
            yield Mention(entry.actor, " ".join(text[begin:end].split()), begin, end, entry.via)

    def _matches(self, text: str) -> Iterator[tuple[_Entry, int, int]]:
        end = 0
        for word in self._first_word.finditer(text):
            start = word.start()
            if start < end or (start and text[start - 1] in "@#"):
                continue
            for entry in self._candidates(word[0]):
                stop = start + len(entry.form)
                there = text.startswith(entry.form, start) or (
                    entry.loose and text[start:stop].lower() == entry.form.lower()
                )
                if there and _ends_at(text, stop) and self._is_name(entry, text, start, stop):
                    end = stop
                    yield entry, start, stop
                    break

    def _is_name(self, entry: _Entry, text: str, start: int, stop: int) -> bool:
        """Return whether the words are a name; if not, they may contain a shorter form."""
        return entry.form not in self._words or is_reported(Window(text, start, stop, -1))

    def _candidates(self, word: str) -> list[_Entry]:
        exact, loose = self._exact.get(word), self._loose.get(word.lower())
        if exact and loose:
            return sorted(exact + loose, key=lambda entry: -len(entry.form))
        return exact or loose or []


def _entries(actor: Actor) -> Iterator[_Entry]:
    """Yield the forms of one actor; of a repeated form the more specific kind comes last."""
    may_be_loose = actor.kind in ("coalition", "force")
    forms: dict[Via, tuple[str, ...]] = {
        "demonym": actor.demonyms,
        "metonym": actor.metonyms,
        "alias": actor.aliases,
        "name": (actor.name,),
    }
    for via, given in forms.items():
        for form in map(even, given):
            yield _Entry(form, actor, via, may_be_loose and _is_written_small(form))


def _is_written_small(form: str) -> bool:
    """Return whether a form ignores case: `coalition of the willing`, but not `Contact Group`."""
    return " " in form and any(word[0].islower() and len(word) > _SHORT for word in form.split())


def _ends_at(text: str, stop: int) -> bool:
    """Return whether `stop` is the end of a word."""
    following = text[stop : stop + 1]
    return not ((following.isalnum() or following == "_") and text[stop - 1].isalnum())
