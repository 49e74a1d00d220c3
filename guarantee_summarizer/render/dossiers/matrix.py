"""Build the matrix of a dossier: which actor takes part in which kind of measure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from guarantee_summarizer.dossier import Dossier, Thread
from guarantee_summarizer.dossier.model import latest_of
from guarantee_summarizer.render.dossiers.book import Book, Cite

__all__ = ["Cell", "Matrix", "matrix"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One actor in one thread.

    Attributes:
        code: the code of the thread.
        given: whether the actor only receives the measure, or is asked for it.
        cites: the sentences of the latest statement that names the actor or a representative; none
            if no statement does.
    """

    code: str
    given: bool
    cites: tuple[Cite, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Actors by measures, both sorted by number of threads, most first."""

    measures: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[Cell, ...], ...]], ...]


def matrix(dossier: Dossier, codes: dict[str, str], book: Book) -> Matrix:
    """Return who takes part in which threads, by measure."""
    cells = defaultdict[str, dict[str, list[Cell]]](lambda: defaultdict(list))
    threads, voices = defaultdict[str, int](int), _voices(dossier)
    for thread in dossier.threads:
        threads[thread.measure] += 1
        for actor in _who(thread):
            names = voices.get(actor, frozenset((actor,)))
            cells[actor][thread.measure].append(_cell(names, thread, codes[thread.id], book))
    measures = sorted(threads, key=lambda name: (-threads[name], name))
    rows = sorted(cells, key=lambda name: (-sum(map(len, cells[name].values())), name))
    return Matrix(
        tuple(measures),
        tuple((name, tuple(tuple(cells[name].get(m, ())) for m in measures)) for name in rows),
    )


def _who(thread: Thread) -> dict[str, None]:
    said = (name for s in thread.statements for name in (*s.proposed_by, *s.recipients))
    return dict.fromkeys((*thread.actors, *said))


def _cell(names: frozenset[str], thread: Thread, code: str, book: Book) -> Cell:
    """Return the cell of an actor; `names` include those of its representatives."""
    doing = [s for s in thread.statements if names.intersection(s.proposed_by)]
    given = [s for s in thread.statements if names.intersection(s.recipients)]
    some = doing or given
    cites = book.line(latest_of(some)).cites if some else ()
    return Cell(code, bool(given) and not doing, cites)


def _voices(dossier: Dossier) -> dict[str, frozenset[str]]:
    """Return each actor with its representatives."""
    voices = defaultdict[str, set[str]](set)
    for actor in dossier.actors:
        for name in (actor.name, *actor.principals):
            voices[name].add(actor.name)
    return {name: frozenset((name, *some)) for name, some in voices.items()}
