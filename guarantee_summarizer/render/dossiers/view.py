"""Prepare a dossier for rendering: entries in order, each with its reports."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any, Literal

from guarantee_summarizer.dossier import Conflict, Dossier, Side, Statement, Thread
from guarantee_summarizer.dossier.dossier import day_of
from guarantee_summarizer.render.dossiers.book import Book, Entry, Line
from guarantee_summarizer.render.dossiers.matrix import Matrix, matrix
from guarantee_summarizer.schema import Citation
from guarantee_summarizer.text import fold

__all__ = ["DossierView", "ShownSide", "dossier_view"]


@dataclass(frozen=True, slots=True)
class ShownSide:
    """One side of a contradiction or a change, or one value of a thread.

    Attributes:
        side: its value and words.
        first: the first report of each source, without reprints, with the sentences of this value.
        more: the remaining reports, including reprints of the same sentences.
    """

    side: Side
    first: tuple[Line, ...]
    more: tuple[Line, ...]

    @property
    def value(self) -> str:
        """The normalized value, if it differs from the words."""
        said = fold(self.side.value.replace("_", " "))
        return "" if said == fold(self.side.words) else self.side.value


@dataclass(frozen=True, slots=True)
class DossierView:
    """The content of a dossier for rendering.

    `more` of an entry is: for conflicts and changes the two `ShownSide`s; for threads the values by
    kind, each with its first report; for disputes the lines by party.
    """

    dossier: Dossier
    since: date | None
    book: Book
    codes: dict[str, str]
    conflicts: tuple[Entry, ...]
    changed: tuple[Entry, ...]
    threads: tuple[Entry, ...]
    moments: tuple[Entry, ...]
    matrix: Matrix
    layers: tuple[Entry, ...]
    disputes: tuple[Entry, ...]
    actors: tuple[Entry, ...]

    @property
    def news(self) -> tuple[Entry, ...]:
        """Changes since the requested day."""
        return tuple(entry for entry in self.changed if entry.new)

    @property
    def changes(self) -> tuple[Entry, ...]:
        """Earlier changes; all changes, if no day is requested."""
        return tuple(entry for entry in self.changed if not entry.new)

    @property
    def days(self) -> tuple[date, ...]:
        """The days of the first and of the last article; empty if no article has one."""
        known = [s.article.published for s in self.dossier.summaries if s.article]
        days = sorted(filter(None, known))
        return (days[0], days[-1]) if days else ()

    @property
    def title(self) -> str:
        """Number of articles, first and last day."""
        several = _count(len(self.dossier.summaries), "article")
        first_last = dict.fromkeys(map(str, self.days))
        return f"Dossier of {several}" + (f", {' to '.join(first_last)}" if first_last else "")

    @property
    def counts(self) -> str:
        """Its content, on one line."""
        once = len(self.dossier.told_once)
        single = f" ({once} reported by one source only)" if once else ""
        return ", ".join(
            (
                _count(len(self.conflicts), "contradiction"),
                _count(len(self.changed), "change"),
                _count(len(self.threads), "thread") + single,
                _count(len(self.disputes), "dispute"),
                _count(len(self.actors), "actor"),
            )
        )


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("" if number == 1 else "s")


def dossier_view(dossier: Dossier, since: date | str | None = None) -> DossierView:
    """Prepare a dossier for rendering.

    Args:
        dossier: the dossier.
        since: a day; changes from it on come first, and new entries are marked.

    Raises:
        DossierError: `since` is not a day.
    """
    day = None if since is None else day_of(since)
    book = Book(dossier, day)
    codes = {thread.id: f"T{n}" for n, thread in enumerate(dossier.threads, 1)}
    return DossierView(
        dossier=dossier,
        since=day,
        book=book,
        codes=codes,
        conflicts=tuple(_conflicts(dossier.conflicts(), book)),
        changed=tuple(_changes(dossier, book)),
        threads=tuple(_thread(codes[one.id], one, book) for one in dossier.threads),
        moments=tuple(_numbered("E", dossier.timeline(), book)),
        matrix=matrix(dossier, codes, book),
        layers=tuple(_numbered("L", dossier.layers, book)),
        disputes=tuple(_disputes(dossier, book)),
        actors=tuple(_actors(dossier, book)),
    )


def _conflicts(conflicts: Iterable[Conflict], book: Book) -> Iterator[Entry]:
    for number, one in enumerate(conflicts, 1):
        yield _opposed(f"X{number}", one, one.sides, book)


def _changes(dossier: Dossier, book: Book) -> Iterator[Entry]:
    for number, one in enumerate(dossier.changes(), 1):
        yield _opposed(f"C{number}", one, (one.before, one.after), book, one.date)


def _opposed(
    code: str, item: Any, pair: tuple[Side, Side], book: Book, day: date | None = None
) -> Entry:
    """Return an entry with two sides; a contradiction is as new as its latest report."""
    sides = tuple(_side(side, item.what, book) for side in pair)
    lines = [line for side in sides for line in (*side.first, *side.more)]
    new = any(line.new for line in lines) if day is None else book.is_new(day)
    return book.entry(code, item, lines, sides, new=new)


def _side(side: Side, what: str, book: Book) -> ShownSide:
    lines = [book.line(report, _saying(report, what, side)) for report in side.reports]
    first = dict[str, Line]()
    said = set[tuple[str, ...]]()
    for line in lines:
        if line.quotes not in said:
            first.setdefault(line.who, line)
        said.add(line.quotes)
    apart = {id(line) for line in first.values()}
    more = tuple(line for line in lines if id(line) not in apart)
    return ShownSide(side, tuple(first.values()), more)


def _saying(report: Statement, what: str, side: Side) -> tuple[Citation, ...]:
    """Return the sentences with a value; for a status, all sentences of the statement."""
    said = [c for t in report.terms if t.what == what and _is(t, side) for c in t.evidence]
    return tuple(said) or report.evidence


def _is(term: Any, side: Side) -> bool:
    return (term.normalized or fold(term.value)) == side.value


def _thread(code: str, thread: Thread, book: Book) -> Entry:
    values = defaultdict[str, list[ShownSide]](list)
    for value in thread.values:
        first = book.line(value.reports[0], _saying(value.reports[0], value.what, value))
        values[value.what].append(ShownSide(value, (first,), ()))
    return book.entry(code, thread, map(book.line, thread.statements), dict(values))


def _numbered(letter: Literal["E", "L"], items: Iterable[Any], book: Book) -> Iterator[Entry]:
    """Yield entries for moments, or for layers, which are reports themselves."""
    for number, item in enumerate(items, 1):
        lines = [book.line(report) for report in (item.reports if letter == "E" else (item,))]
        yield book.entry(f"{letter}{number}", item, lines, new=_is_new(item, lines, book))


def _is_new(item: Any, lines: list[Line], book: Book) -> bool:
    """Whether it is new: by the day of a change, a thread's first report, else the latest report."""
    kind = getattr(item, "kind", None)
    if kind == "change":
        return book.is_new(date.fromisoformat(item.date))
    return any(line.new for line in (lines[:1] if kind == "thread" else lines))


def _disputes(dossier: Dossier, book: Book) -> Iterator[Entry]:
    for number, one in enumerate(dossier.disputes, 1):
        lines = [book.line(stance) for stance in one.stances]
        by_party = sorted(lines, key=lambda line: line.report.party)  # keeps the order of time
        parties = {
            p: tuple(some) for p, some in groupby(by_party, key=lambda line: line.report.party)
        }
        reports = lines or [book.line(report) for report in one.reports]
        yield book.entry(f"D{number}", one, reports, parties)


def _actors(dossier: Dossier, book: Book) -> Iterator[Entry]:
    """Yield actors by number of articles, most first; with the first sentence of each mention."""
    by_mentions = sorted(dossier.actors, key=lambda actor: -len(actor.mentions))
    for number, actor in enumerate(by_mentions, 1):
        lines = (book.line(mention, mention.evidence[:1]) for mention in actor.mentions)
        yield Entry(f"A{number}", actor, tuple(lines))
