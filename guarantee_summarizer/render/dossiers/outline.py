"""Outline a dossier: the sections for terminal and Markdown, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date

from guarantee_summarizer.dossier import Dossier
from guarantee_summarizer.render.dossiers.book import Entry, Line
from guarantee_summarizer.render.dossiers.view import DossierView, ShownSide, dossier_view
from guarantee_summarizer.render.entries import OutlineEntry, OutlineFact
from guarantee_summarizer.render.outline import Outline, OutlineSection

__all__ = ["dossier_outline"]


def dossier_outline(dossier: Dossier, since: date | str | None = None) -> Outline:
    """Describe a dossier for the renderers of text.

    Raises:
        DossierError: `since` is not a day.
    """
    view = dossier_view(dossier, since)
    return Outline(
        title=view.title,
        subtitle="",
        abstract=f"{view.counts}.",
        warnings=tuple(_warnings(view)),
        sections=tuple(section for section in _sections(view) if section.entries),
        support="",
        origin="",
    )


def _warnings(view: DossierView) -> Iterator[str]:
    if view.since and not view.news:
        yield f"No report since {view.since} says that anything changed."
    if undated := len(view.dossier.undated):
        yield f"Without a date, so in no contradiction and no change: {undated} of the articles."
    if left := len(view.dossier.left_out):
        yield f"Left out: {left}; the reasons are at the end."


def _sections(view: DossierView) -> Iterator[OutlineSection]:
    earlier = "Earlier changes" if view.since else "What changed"
    for name, title, entries, show in (
        ("news", f"Changed since {view.since}", view.news if view.since else (), _opposed),
        ("conflicts", "Contradictions", view.conflicts, _opposed),
        ("changes", earlier, view.changes, _opposed),
        ("threads", "Threads", view.threads, _thread),
        ("moments", "Timeline", view.moments, _moment),
        ("layers", "Layers of the guarantee, by report", view.layers, _layer),
        ("disputes", "Disputes", view.disputes, _dispute),
        ("actors", "Actors", view.actors, _actor),
    ):
        yield OutlineSection(name, title, _shown(entries, show))
    yield OutlineSection("articles", "Articles", tuple(_articles(view)))
    left = (OutlineEntry(one.what, (), (OutlineFact("because", one.reason),)) for one in view.dossier.left_out)  # fmt: skip
    yield OutlineSection("left-out", "Left out", tuple(left))


def _shown(
    entries: Iterable[Entry], show: Callable[[Entry], OutlineEntry]
) -> tuple[OutlineEntry, ...]:
    return tuple(show(entry) for entry in entries)


def _words(name: str) -> str:
    return name.replace("_", " ")


def _source(line: Line) -> str:
    return f"{line.who}, {line.when}" + (" (new)" if line.new else "")


def _quoted(line: Line) -> str:
    return " ".join(f"“{quote}”" for quote in line.quotes)


def _said(line: Line) -> OutlineFact:
    """Format a report with its sentences."""
    cited = ", ".join(cite.label for cite in line.cites)
    return OutlineFact(_source(line), f"[{cited}] {_quoted(line)}")


def _looks(lines: Iterable[Line]) -> Iterator[OutlineFact]:
    """What verification said of reports."""
    return (OutlineFact("look at this", w) for line in lines for w in line.report.warnings)


def _opposed(entry: Entry) -> OutlineEntry:
    item, new = entry.item, ("new",) if entry.new else ()
    day = getattr(item, "date", None)
    labels = (*((str(day),) if day else ()), *new)
    facts = [fact for side in entry.more for fact in _side(side)]
    return OutlineEntry(f"{item.title}, {_words(item.what)}", labels, tuple(facts))


def _side(shown: ShownSide) -> Iterator[OutlineFact]:
    words = f"{shown.side.words} ({shown.value})" if shown.value else shown.side.words
    for line in shown.first[:3]:
        yield OutlineFact(words, f"{_source(line)}: {_quoted(line)}")
        yield from _looks([line])
    if rest := (*shown.first[3:], *shown.more):
        yield OutlineFact(words, f"also {'; '.join(map(_source, rest))}")


def _thread(entry: Entry) -> OutlineEntry:
    thread = entry.item
    counted = f"{len(thread.sources)} sources" if len(thread.sources) > 1 else "one source only"
    labels = (_words(thread.measure), *thread.actors, f"reported by {counted}")
    facts = [
        OutlineFact(_words(what), "; ".join(f"{v.side.words} ({v.first[0].when})" for v in values))
        for what, values in entry.more.items()
    ]
    for line in entry.lines:
        said = _said(line)
        facts.append(OutlineFact(said.name, f"{_words(line.report.status)} {said.value}"))
        facts += _looks([line])
    return OutlineEntry(thread.title, labels, tuple(facts))


def _moment(entry: Entry) -> OutlineEntry:
    moment = entry.item
    kind = {"event": "event", "thread": "first report", "change": "change"}[moment.kind]
    labels = filter(None, (kind, moment.status, moment.where))
    when = moment.date or "without a date"
    event = moment.kind == "event"
    facts = (*map(_said, entry.lines[:1]), *_looks(entry.lines)) if event else ()
    return OutlineEntry(f"{when}: {moment.what}", tuple(labels), facts)


def _layer(entry: Entry) -> OutlineEntry:
    layer = entry.item.layer
    rank = f"{layer.rank}. " if layer.rank else ""
    labels = (_words(layer.function), _words(layer.status), *entry.item.providers)
    facts = (*map(_said, entry.lines), *_looks(entry.lines))
    return OutlineEntry(f"{rank}{layer.name}", labels, facts)


def _dispute(entry: Entry) -> OutlineEntry:
    labels = (_words(entry.item.kind), entry.item.status)
    facts = [OutlineFact("look at this", warning) for warning in entry.warnings]
    for party, lines in entry.more.items():
        for line in lines:
            said = f"{line.report.stance} {_source(line)}: {_quoted(line)}"
            facts += [OutlineFact(party, said), *_looks([line])]
    if not entry.more:
        facts += [*map(_said, entry.lines), *_looks(entry.lines)]
    return OutlineEntry(entry.item.issue, labels, tuple(facts))


def _actor(entry: Entry) -> OutlineEntry:
    actor = entry.item
    labels = (actor.kind, *filter(None, (actor.country,)), f"articles: {len(entry.lines)}")
    also = ", ".join(name for name in actor.names if name != actor.name)
    facts = [OutlineFact("also", also)] if also else []
    first = [_said(entry.lines[0])] if entry.lines else []
    return OutlineEntry(actor.name, labels, (*facts, *first, *_looks(entry.lines)))


def _articles(view: DossierView) -> Iterator[OutlineEntry]:
    for number, summary in enumerate(view.book.summaries.values(), 1):
        article = summary.article
        title = (article and article.title) or summary.headline or "(no title)"
        day = str(article.published) if article and article.published else "undated"
        labels = (article.outlet, day, article.url) if article else (day,)
        yield OutlineEntry(f"[{number}] {title}", tuple(filter(None, labels)))
