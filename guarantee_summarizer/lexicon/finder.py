"""Finds the lexicon's forms in running text: whole words, longest first, without overlap."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from guarantee_summarizer.lexicon.context import Context, is_meant, is_reported
from guarantee_summarizer.lexicon.model import Actor, Mention, Via
from guarantee_summarizer.lexicon.plain import PlainText, even

__all__ = ["Finder"]

_WORD = re.compile(r"\w+")
_SHORT = 3  # small words are written small in every name


class _Entry(NamedTuple):  # five thousand are made at loading: twice as fast as a dataclass
    form: str
    actor: Actor | None  # None: a name that only looks like an actor's
    via: Via
    loose: bool  # capitals do not matter


class Finder:
    """An index of forms by their first word; immutable once made.

    Args:
        actors: whom to find; where two claim a form, the later one gets it.
        lookalikes: names that hold an actor's form but name something else.
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

    def mentions(self, text: str) -> Iterator[Mention]:
        """Every mention in the order of the text; linear in its length."""
        plain = PlainText(text)
        place_end = -1
        for entry, start, stop in self._matches(plain.text):
            if entry.actor is None:
                continue
            context = Context(plain.text, start, stop, place_end)
            if not is_meant(entry.actor, entry.via, context):
                place_end = stop if entry.via == "metonym" else place_end
                continue
            begin, end = plain.span(start, stop)
            yield Mention(entry.actor, " ".join(text[begin:end].split()), begin, end, entry.via)

    def _matches(self, text: str) -> Iterator[tuple[_Entry, int, int]]:
        end = 0
        for word in _WORD.finditer(text):
            start = word.start()
            if start < end or (start and text[start - 1] in "@#"):
                continue
            for entry in self._candidates(word[0]):
                stop = start + len(entry.form)
                if _stands(entry, text, start, stop) and self._is_name(entry, text, start, stop):
                    end = stop
                    yield entry, start, stop
                    break

    def _is_name(self, entry: _Entry, text: str, start: int, stop: int) -> bool:
        """Whether the words are a name at all; else a shorter form may stand in them."""
        return entry.form not in self._words or is_reported(Context(text, start, stop, -1))

    def _candidates(self, word: str) -> list[_Entry]:
        exact, loose = self._exact.get(word), self._loose.get(word.lower())
        if exact and loose:
            return sorted(exact + loose, key=lambda entry: -len(entry.form))
        return exact or loose or []


def _entries(actor: Actor) -> Iterator[_Entry]:
    """The forms of one actor; where it lists a form twice, the more telling kind comes last."""
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
    """Whether capitals do not matter: `coalition of the willing`, but not `Contact Group`."""
    return " " in form and any(word[0].islower() and len(word) > _SHORT for word in form.split())


def _stands(entry: _Entry, text: str, start: int, stop: int) -> bool:
    """Whether the form stands at `start` and ends where a word ends."""
    if not text.startswith(entry.form, start) and not (
        entry.loose and text[start:stop].lower() == entry.form.lower()
    ):
        return False
    following = text[stop : stop + 1]
    return not ((following.isalnum() or following == "_") and text[stop - 1].isalnum())
