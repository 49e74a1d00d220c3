"""Read an article once: the parse of every sentence, and the actors named in it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from guarantee_summarizer.article import Article
from guarantee_summarizer.embedded.facts import Clause, Phrase
from guarantee_summarizer.embedded.line import Line
from guarantee_summarizer.embedded.names import Names
from guarantee_summarizer.lexicon import Cues, Lexicon
from guarantee_summarizer.lexicon.persons import Person, find_people, surname

__all__ = ["Document", "core"]

_DETERMINERS = frozenset(
    "the a an these those this that its their his her our both all other some".split()
)
_SINGULAR, _PLURAL, _THING = ("he", "she", "him", "her"), ("they", "them"), ("it",)
_WHOLE = 7  # words of a group's name
_TITLE = 60  # characters of an office's
_BACK = re.compile(
    r"(?:the|these|those|both|all)(?: (?:two|three|four|other|same))? \w+|both \w+|the two \w+"
)
_MORE = re.compile(r" (?:of|from|with|on|in|at|familiar|close|meeting|including)\b[^,;:\"“”()]*")
_HEADS = frozenset(
    "coalition force alliance board council commission committee mission union".split()
)
_LEADERS = ("leader", "president", "minister", "chancellor")
_SPEAKERS = ("representative", "delegation", "government")
_OF = re.compile(r" of (?:the )?[A-Z]\w+(?: (?:[A-Z]\w+|of|and(?= [A-Z])))*")
_RULED = (*_LEADERS, *_SPEAKERS)
_AND = re.compile(r",? (?:and|or) |, ")
_TOWARDS = ("from", "by", "with", "of")  # after which groups take part, too
_COMMON = frozenset("european multinational foreign international allied western".split())
_NO_GROUP = frozenset("which what who no not any every each".split())
_REPRESENTED = ("state", "organization", "coalition")
_NAMED_AS = {"state": _THING, "organization": _THING, "person": _SINGULAR}


@dataclass
class Document:
    """The article as the extractor sees it."""

    article: Article
    lexicon: Lexicon
    cues: Cues
    lines: list[Line]
    names: Names
    forms: dict[str, Counter[str]]
    groups: dict[str, tuple[str, str]] = field(default_factory=dict)
    _recent: dict[str, None] = field(default_factory=dict)  # names, the latest last
    _meant: dict[tuple[int, int], tuple[str, ...]] = field(default_factory=dict)

    def name(self, canonical: str) -> str:
        """Return the fullest form, but not a code, that the article uses for an actor of the lexicon."""
        forms = list(self.forms.get(canonical, ()))
        if not forms or canonical in forms:
            return canonical
        return max(forms, key=lambda form: (not form.isupper(), len(form)))

    @cached_property
    def people(self) -> dict[str, Person]:
        """Return title and affiliation of the persons, by their name in the article."""
        text = self.article.text[self.article.body :]
        found: dict[str, Person] = {}
        for person in find_people(text, self.lexicon):
            name = self.names.people.get(person.name, person.name)
            if found.get(name) is None or (person.title and not found[name].title):
                found[name] = person
        return found

    def represented(self, name: str) -> str | None:
        """Return whom a person speaks for, from the text, else from the surname in the lexicon."""
        person = self.people.get(name)
        known = (
            (person and person.affiliation)
            or self._owners.get(name)
            or self.lexicon.surnames.get(surname(name))
        )
        return self.name(known) if known else None

    @cached_property
    def _owners(self) -> dict[str, str]:
        """The affiliation of persons after a possessive: `Estonia's Kristen Michal`."""
        found: dict[str, str] = {}
        for line in self.lines:
            for owner, owned in pairwise(line.named):
                between = line.sentence.text[owner.end : owned.start]
                if owned.kind == "person" and owner.kind == "state" and between in ("'s ", "’s "):
                    found.setdefault(owned.name, owner.name)
        return found

    def is_party(self, name: str) -> bool:
        """Return whether a name is not the name of an outlet."""
        return self.kinds.get(name) != "media"

    @cached_property
    def kinds(self) -> dict[str, str]:
        """The kind of every actor in the article."""
        return {n.name: n.kind for line in self.lines for n in line.named}

    def who(self, line: Line, *phrases: Phrase) -> tuple[str, ...]:
        """Return the participants that phrases name; a pronoun refers to the last one mentioned."""
        return tuple(
            dict.fromkeys(name for phrase in phrases for name in self._names(line, phrase))
        )

    def _names(self, line: Line, phrase: Phrase) -> tuple[str, ...]:
        if meant := self._meant.get((line.sentence.number, phrase.start)):
            return meant
        over = [n for n in line.named if n.start < phrase.end <= n.end and n.via != "demonym"]
        if over:
            own = over[-1]
            beside = (  # "President Trump and Crown Prince Mohammed bin Salman", read as one name
                n.name
                for n in line.within(phrase.start, own.start)
                if n.kind == own.kind == "person" and _AND.match(line.sentence.text, n.end)
            )
            return (*beside, own.name)
        if phrase.head in _RULED and (ruled := self._ruled(line, phrase)):
            return ruled
        if group := self.groups.get(self._office(line, phrase) or core(line, phrase)):
            return (group[0],)
        if _words(line, phrase) == f"the {phrase.head}" and phrase.head in self._heads:
            return (self._heads[phrase.head],)
        if not self.cues.values("head", phrase.head) & {"group", "organization"}:
            return ()
        inside = [n.name for n in line.within(phrase.start, phrase.end) if n.kind in _REPRESENTED]
        led = (n for n in line.within(phrase.end, phrase.whole) if n.kind in _REPRESENTED)
        of = line.sentence.text[phrase.end :].startswith((" of ", " from "))
        return tuple(inside[:1]) or tuple(n.name for n in led if of and n.via != "demonym")

    def _ruled(self, line: Line, phrase: Phrase) -> tuple[str, ...]:
        """Return the states in `the leaders of France and Britain`, `the Government of Lebanon`."""
        of = line.sentence.text.startswith(" of ", phrase.end)
        found = line.within(phrase.end, phrase.whole) if of else ()
        return tuple(n.name for n in found if n.kind == "state" and n.via != "demonym")

    @cached_property
    def _heads(self) -> dict[str, str]:
        """Return what `the coalition`, `the force` refer to: the only name with that word."""
        found: dict[str, set[str]] = defaultdict(set)
        for named in (n for line in self.lines for n in line.named if n.kind != "person"):
            for word in named.name.lower().split():
                if word in _HEADS:
                    found[word].add(named.name)
        return {word: names.pop() for word, names in found.items() if len(names) == 1}

    def resolve(self) -> None:
        """Resolve pronouns and register the groups that act, sentence by sentence."""
        last: dict[tuple[str, ...], tuple[str, ...]] = {}
        for line in self.lines:
            people = [n for n in line.named if n.kind == "person"]
            for clause in line.clauses:
                self._note(n.name for n in people if n.start < clause.at)
                self._meet(line, clause, last)
                for phrase in clause.objects:
                    self._refers(line, phrase, last)
                for prep, phrase in clause.obliques:
                    if prep in _TOWARDS and not self._refers(line, phrase, last):
                        self._register(line, phrase)
            self._note(n.name for n in people)

    def _note(self, names: Iterable[str]) -> None:
        """Remember who was named last."""
        for name in names:
            self._recent.pop(name, None)
            self._recent[name] = None

    def _meet(
        self, line: Line, clause: Clause, last: dict[tuple[str, ...], tuple[str, ...]]
    ) -> None:
        """Register who acts in a clause; `it` in `it is unclear` is nobody."""
        met: list[str] = []
        for phrase in clause.agents:
            dummy = clause.verb.startswith("be ") or clause.verb in ("be", "remain")
            if (dummy and _words(line, phrase) in _THING) or self._refers(line, phrase, last):
                continue
            if phrase.plural and "group" in self.cues.values("head", phrase.head):
                last.pop(_PLURAL, None)  # "Leaders … They": nobody who was named before
            if line.verb(clause) or self.cues.values("event", clause.verb):
                self._register(line, phrase)
            for name in self._names(line, phrase):
                met.append(name)
                kind = next((n.kind for n in line.named if n.name == name), "group")
                last[_NAMED_AS.get(kind, _PLURAL)] = (name,)
        if len(met) > 1:
            last[_PLURAL] = tuple(met)

    def _refers(
        self, line: Line, phrase: Phrase, last: dict[tuple[str, ...], tuple[str, ...]]
    ) -> bool:
        """Whether a phrase refers back: a pronoun, or `the two sides`."""
        word = _words(line, phrase)
        back = (
            phrase.plural
            and _BACK.fullmatch(word)
            and "group" in self.cues.values("head", phrase.head)
        )
        two = "two" in word or "both" in word
        if (
            back
            and two
            and len(self._recent) > 1
            and phrase.head in _LEADERS
            and _PLURAL not in last
        ):
            last[_PLURAL] = tuple(self._recent)[-2:]
        for words in (_SINGULAR, _PLURAL, _THING):
            if word in words or (back and words is _PLURAL and phrase.whole == phrase.end):
                if words in last:
                    self._meant[line.sentence.number, phrase.start] = last[words]
                return True
        return False

    def _register(self, line: Line, phrase: Phrase) -> None:
        """Register a group without a name if it has more than a head noun to identify it."""
        words = core(line, phrase)
        kind = self._kind(line, phrase)
        over = (n for n in line.named if n.start < phrase.end and n.end > phrase.start)
        own = [n for n in over if n.via != "demonym"]
        allies = phrase.head in ("ally", "partner")  # Ukraine's allies are not Ukraine
        if not own and (office := self._office(line, phrase)):
            self.groups[office] = (office, "office")
            return
        if any(words in name for name, _ in self.groups.values()):
            return
        if phrase.head in _RULED and self._ruled(line, phrase):
            return
        if kind is None or (own and not (allies and kind == "group")):
            return
        after = line.sentence.text[phrase.end : phrase.whole].rstrip(" ,;:.\"'”’")
        longer = _MORE.fullmatch(after) is not None and len(after.split()) < _WHOLE
        if words.split()[0].lower() not in _NO_GROUP and (
            longer or (" " in words and kind != "coalition")
        ):
            name = " ".join(f"{words}{after if longer else ''}".split())
            self.groups[words] = (name, kind)

    def _kind(self, line: Line, phrase: Phrase) -> str | None:
        """Return the kind of a phrase without a name: people or states, a ministry, a region."""
        heads = self.cues.values("head", phrase.head)
        if phrase.head == "coalition":
            return "coalition"
        if phrase.plural and "group" in heads:
            return "group"
        if phrase.plural and "troops" in heads and core(line, phrase).split()[0].lower() in _COMMON:
            return "force"
        if "organization" in heads and line.within(phrase.start, phrase.end):
            return "organization"
        where = {e.label for e in line.facts.entities if e.start < phrase.end <= e.end}
        return "group" if where == {"LOC"} and " " not in core(line, phrase) else None

    def _office(self, line: Line, phrase: Phrase) -> str | None:
        """Return a capitalized office that acts, without a person in the text."""
        start = line.sentence.text.find(core(line, phrase), phrase.start)
        words = re.findall(r"[\w’'-]+", line.sentence.text[start : start + _TITLE])[:_WHOLE]
        for size in range(len(words), 0, -1):
            title = " ".join(words[:size])
            if title.lower() in self.names.offices and line.sentence.text.startswith(title, start):
                held = (person.title for person in self.people.values() if person.title)
                free = not any(title.lower() in t.lower() for t in held)
                of = _OF.match(line.sentence.text, start + len(title))
                title += of[0] if of else ""
                return title if free and title[:1].isupper() else None
        return None


def _words(line: Line, phrase: Phrase) -> str:
    return line.sentence.text[phrase.start : phrase.end].lower()


def core(line: Line, phrase: Phrase) -> str:
    """Return the words of a phrase without its determiner."""
    words = line.sentence.text[phrase.start : phrase.end].lstrip("\"“”'‘’ ")
    while (first := words.split(" ", 1)[0]) and first.lower() in _DETERMINERS and " " in words:
        words = words.split(" ", 1)[1].lstrip()
    return words
