"""What every check works on: a claim with its words, its evidence and its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, TypeVar

from guarantee_summarizer.article import Article
from guarantee_summarizer.lexicon import default_lexicon
from guarantee_summarizer.normalize import Quantity, quantities
from guarantee_summarizer.schema import Citation, Finding, Summary
from guarantee_summarizer.text import fold, looks_english
from guarantee_summarizer.verify.agents import Clauses, Named
from guarantee_summarizer.verify.overlap import Overlap

__all__ = ["Check", "Claim", "Reading", "claims", "error", "warning"]

T = TypeVar("T")
_WORDS = {
    "events": ("what",),
    "proposals": ("title", "description"),
    "layers": ("name", "description", "location", "trigger"),
    "disputes": ("issue",),
    "positions": ("stance",),
    "terms": ("value",),
}
_ABBREVIATED = 4  # letters: US, UK, U.S. stand before a noun as Russian does
_REFERENCES = {
    "events": ("participants",),
    "proposals": ("proposed_by",),
    "layers": ("providers",),
    "positions": ("party",),
}


@dataclass(frozen=True)
class Claim:
    """One thing that a summary says.

    `section` is the plural the schema uses (`proposals`, `terms`, `positions` …); `words` are its
    own wording by field; `references` name participants or groups; `cited` are the sentences that
    have to support it. Headline and abstract are claims that cite the whole article.
    """

    path: str
    section: str
    item: Any
    words: dict[str, str]
    references: dict[str, str]
    evidence: tuple[Citation, ...]


Check = Callable[[Claim, "Reading"], Iterable[Finding]]
"""A check looks at one claim and says what is wrong with it."""


@dataclass(frozen=True)
class Reading:
    """The article and the summary, with what several checks need read once."""

    article: Article
    summary: Summary

    @cached_property
    def names(self) -> frozenset[str]:
        """Folded names and aliases of all participants."""
        return frozenset(
            fold(form) for p in self.summary.participants for form in (p.name, *p.aliases)
        )

    @cached_property
    def _by_number(self) -> dict[int, int]:
        return {s.number: i for i, s in enumerate(self.article.sentences)}

    @cached_property
    def _quantities(self) -> dict[int, list[Quantity]]:
        return {}

    @cached_property
    def english(self) -> bool:
        """Whether article and summary are both English, so that figures in words can be read."""
        own = f"{self.summary.headline} {self.summary.abstract}"
        return self.article.english and (not own.strip() or looks_english(own))

    @cached_property
    def year(self) -> int:
        """The year of publication, else the latest that the article names; 0 if none."""
        if self.article.published:
            return self.article.published.year
        years = re.findall(r"\b(?:19|20)\d\d\b", self.article.text)
        return max(map(int, years), default=0)

    @cached_property
    def overlap(self) -> Overlap:
        """Which sentences share words with a claim."""
        return Overlap(self.article.folded_sentences)

    @cached_property
    def _forms(self) -> dict[str, tuple[str, ...]]:
        """Folded forms of every participant, under each of them."""
        found: dict[str, tuple[str, ...]] = {}
        for participant in self.summary.participants:
            names = (participant.name, *participant.aliases)
            if participant.kind == "person":
                names = (*names, participant.name.rsplit(maxsplit=1)[-1])
            elif participant.kind == "state":
                names = (*names, *_known(participant.name))
            forms = tuple(dict.fromkeys(map(fold, names)))
            found.update(dict.fromkeys(forms, forms))
        return found

    def forms(self, name: str) -> tuple[str, ...]:
        """The folded forms of the participant that has this name or alias; else the name itself."""
        folded = fold(name)
        return self._forms.get(folded, (folded,))

    def participant(self, name: str) -> str:
        """One form that stands for the participant of this name, whichever form is given."""
        return self.forms(name)[0]

    @cached_property
    def _states(self) -> dict[str, str]:
        """Whom the persons among the participants speak for."""
        people = [p for p in self.summary.participants if p.kind == "person" and p.affiliation]
        return {self.participant(p.name): self.participant(p.affiliation or "") for p in people}

    def known(self, name: str) -> bool:
        """Whether a participant has this name or alias."""
        return fold(name) in self._forms

    def represented(self, name: str) -> str:
        """The state or organization that a person speaks for; others speak for themselves."""
        known = self.participant(name)
        return self._states.get(known, known)

    def named(self, text: str) -> list[Named]:
        """The participants that a folded sentence names, and where."""
        if text not in self._named:
            self._named[text] = [
                Named(self._forms[m[0]][0], m.start(), m.end(), m[0] in self._adjectives)
                for m in (self._any_name.finditer(text) if self._forms else ())
            ]
        return self._named[text]

    @cached_property
    def clauses(self) -> Clauses:
        """Who acts and speaks in the article's sentences."""
        return Clauses(self.article.folded_sentences, self._acting, self.represented)

    def _acting(self, text: str) -> list[Named]:
        """Those named who may act: outlets only report."""
        return [named for named in self.named(text) if self.kind(named.name) != "media"]

    def kind(self, name: str) -> str | None:
        """What a participant is; None for groups without a name."""
        return self._kinds.get(self.participant(name))

    @cached_property
    def _kinds(self) -> dict[str, str]:
        return {self.participant(p.name): p.kind for p in self.summary.participants}

    @cached_property
    def _adjectives(self) -> frozenset[str]:
        states = [p.name for p in self.summary.participants if p.kind == "state"]
        return frozenset(form for state in states for form in _adjectives(state))

    def names_one(self, wanted: Iterable[str], text: str) -> bool:
        """Whether a folded sentence names any of the participants or groups in `wanted`."""
        there = {named.name for named in self.named(text)}
        return any(self.participant(w) in there or self.forms(w)[0] in text for w in wanted)

    def read(self, how: Callable[[str], T], text: str) -> T:
        """What `how` reads in a folded sentence; every sentence is read once."""
        key = (how, text)
        if key not in self._read:
            self._read[key] = how(text)
        found: T = self._read[key]
        return found

    @cached_property
    def _read(self) -> dict[Any, Any]:
        return {}

    def says(self, pattern: re.Pattern[str], text: str) -> bool:
        """Whether a pattern is in a folded sentence; every sentence is searched once for it."""
        key = (pattern.pattern, text)
        if key not in self._says:
            self._says[key] = pattern.search(text) is not None
        return self._says[key]

    @cached_property
    def _says(self) -> dict[tuple[str, str], bool]:
        return {}

    @cached_property
    def _named(self) -> dict[str, list[Named]]:
        return {}

    @cached_property
    def _any_name(self) -> re.Pattern[str]:
        longest = sorted(self._forms, key=len, reverse=True)
        return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest))})(?!\w)")

    @cached_property
    def first_said(self) -> dict[tuple[str, frozenset[int], str], str]:
        """The first claim of each section, evidence and gist; filled by the check that needs it."""
        return {}

    def sharing(self, claim: Claim) -> tuple[str, ...]:
        """The parties that take the very stance of a position: a joint text is all of theirs."""
        return self._sharing.get(claim.words.get("stance", ""), ())

    @cached_property
    def _sharing(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for dispute in self.summary.disputes:
            for position in dispute.positions:
                found[position.stance] = (*found.get(position.stance, ()), position.party)
        return found

    def whole(self, claim: Claim) -> Any:
        """The dispute or proposal that a position or term stands in."""
        section, index, _ = re.split(r"[\[\]]", claim.path, maxsplit=2)
        return getattr(self.summary, section)[int(index)]

    def before(self, claim: Claim, sentences: int) -> list[str]:
        """The folded sentences right before those that a claim cites."""
        cited = self.sentences(claim)
        wanted = {i - back for i in cited for back in range(1, sentences + 1)} - set(cited)
        return [self.article.folded_sentences[i] for i in sorted(wanted) if i >= 0]

    @property
    def _metadata(self) -> str:
        """Title and day of publication, which headline and abstract may tell."""
        article = self.article
        day = article.published.isoformat() if article.published else ""
        return f"{article.title or ''}\n{day}"

    def sentences(self, claim: Claim) -> list[int]:
        """Indexes of the sentences that a claim cites; all of them for headline and abstract."""
        if not claim.evidence and claim.section == "text":
            return list(range(len(self.article.sentences)))
        return sorted({self._by_number[c.sentence] for c in claim.evidence})

    def folded(self, claim: Claim) -> list[str]:
        """The folded sentences that a claim cites."""
        return [self.article.folded_sentences[i] for i in self.sentences(claim)]

    def quantities(self, claim: Claim) -> list[Quantity]:
        """The figures in the sentences that a claim cites; every sentence is read once."""
        found = quantities(self._metadata) if claim.section == "text" else []
        for i in self.sentences(claim):
            if i not in self._quantities:
                self._quantities[i] = quantities(self.article.sentences[i].text)
            found += self._quantities[i]
        return found


@lru_cache(maxsize=512)
def _known(state: str) -> tuple[str, ...]:
    """Other names, adjectives and seats of power of a state."""
    actor = default_lexicon().actor(state)
    return (*actor.aliases, *actor.demonyms, *actor.metonyms, actor.name) if actor else ()


@lru_cache(maxsize=512)
def _adjectives(state: str) -> frozenset[str]:
    """The folded adjectives of a state: Russian, US."""
    actor = default_lexicon().actor(state)
    forms = (
        (*actor.demonyms, *(a for a in actor.aliases if len(a) <= _ABBREVIATED)) if actor else ()
    )
    return frozenset(map(fold, forms))


def error(code: str, path: str, message: str) -> Finding:
    """A finding that moves the claim to `withheld`."""
    return Finding.model_construct(code=code, severity="error", path=path, message=message)


def warning(code: str, path: str, message: str) -> Finding:
    """A finding that stays beside the claim."""
    return Finding.model_construct(code=code, severity="warning", path=path, message=message)


def claims(summary: Summary) -> Iterator[Claim]:
    """Everything that a summary says, in the order of the schema, parts right after wholes."""
    for name in ("headline", "abstract"):
        if text := getattr(summary, name):
            yield Claim(name, "text", text, {name: text}, {}, ())
    for i, participant in enumerate(summary.participants):
        path = f"participants[{i}]"
        yield Claim(path, "participants", participant, {}, {}, participant.evidence)
    yield from _with_parts("events", summary.events)
    yield from _with_parts("proposals", summary.proposals, "terms")
    for i, layer in enumerate(summary.structure.layers):
        yield _claim(f"structure.layers[{i}]", "layers", layer)
    if summary.structure.duration is not None:
        yield _claim("structure.duration", "terms", summary.structure.duration)
    yield from _with_parts("disputes", summary.disputes, "positions")


def _with_parts(section: str, items: Iterable[Any], parts: str | None = None) -> Iterator[Claim]:
    """The claims of a section; the parts of each also rest on what the whole cites."""
    for i, item in enumerate(items):
        yield _claim(f"{section}[{i}]", section, item)
        for j, part in enumerate(getattr(item, parts) if parts else ()):
            yield _claim(f"{section}[{i}].{parts}[{j}]", str(parts), part, item.evidence)


def _claim(path: str, section: str, item: Any, whole: tuple[Citation, ...] = ()) -> Claim:
    words = {name: getattr(item, name) for name in _WORDS[section] if getattr(item, name)}
    references = {}
    for name in _REFERENCES.get(section, ()):
        value = getattr(item, name)
        for i, one in enumerate(value if isinstance(value, tuple) else (value,)):
            references[f"{name}[{i}]" if isinstance(value, tuple) else name] = one
    return Claim(path, section, item, words, references, (*item.evidence, *whole))
