"""Who acts and who speaks in a sentence, as far as its surface tells: subjects, not objects.

No parser: a name is an agent where a verb follows it ("Russia rejects", "France and Britain would",
"Mark Rutte, the secretary general, said"), where it owns an office or a plan ("the Ukrainian
ministry said", "Poland's proposal"), or where it is named as the source ("by France", "said Tusk",
"according to Kyiv"). After a preposition or a verb it is an object.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from guarantee_summarizer.verify.passages import stems

__all__ = ["Agent", "Clauses", "Named"]


@dataclass(frozen=True, slots=True)
class Named:
    """A participant where a folded sentence names it; `adjective` for "Russian", "Britons"."""

    name: str
    start: int
    end: int
    adjective: bool = False


@dataclass(frozen=True, slots=True)
class Agent:
    """A participant that acts in the clause that begins at `start`; joined ones share it.

    A speaker stands behind the whole sentence. Where the verb is `modal` (would, should, has to)
    the clause may tell what somebody said before wants of it.
    """

    name: str
    start: int
    speaks: bool
    modal: bool = False


_SPEECH = (
    r"said|says|say|told|tells|added|adds|argued|argues|stressed|stresses|warned|warns|insisted|insists|"
    r"noted|notes|wrote|writes|declared|declares|announced|announces|explained|replied|stated|states|"
    r"claimed|claims|reiterated|reaffirmed|emphasi[sz]ed|suggested|acknowledged|confirmed|confirms|"
    r"denied|denies|pointed|called|calls|recalled|maintained|maintains|spoke|speaks|answered|asked|urged"
)
_INVERTED = "said|says|added|adds|wrote|stressed|argued|insisted"  # "…", said Tusk
_MODAL = re.compile(r"(?:would|should|must|could|may|might|ought|(?:has|have|had|needs?) to)\b")
_AUXILIARY = (
    r"has|have|had|is|are|was|were|will|would|can|could|may|might|must|should|shall|does|did|do|"
    r"cannot|wo|wants?"
)
_IRREGULAR = (
    r"gave|took|made|sent|put|met|held|won|sought|thought|began|left|lost|kept|saw|came|went|became|led|"
    r"set|drew|laid|stood|got|hit|let|found|built|brought|bought|paid|ran|rose|fell|knew|felt|broke|chose"
)
_VERB = re.compile(
    rf"(?P<speech>\b(?:(?:has|have|had) (?:\w+ly |also |again |now |not )?)?(?:{_SPEECH})\b)|\b(?:{_AUXILIARY}|{_IRREGULAR}|\w{{2,}}ed)\b|(?P<present>\b\w{{2,}}[^s']s\b)"
)
_ADVERBS = re.compile(
    r"(?:\s+(?:\w+ly|also|again|now|then|once|later|earlier|still|never|always|even|both|all|each|yet|too|"
    r"meanwhile|however|in turn|for (?:his|her|its) part|on \w+day|for now|so far|himself|herself|itself))*\s+"
)
_APPOSITION = re.compile(r"\s*(?:,[^,;:]{1,80},|\([^)]{1,60}\)|-[^-]{1,60} -)\s*")
_JOINED = re.compile(r"\s*(?:,|, and|and|or|as well as|together with|along with)\s+(?:the\s+)?")
_OFFICE = (
    r"government|ministry|minister|president|premier|parliament|congress|senate|spokes\w+|officials?|leaders?|"
    r"army|troops|forces?|soldiers|brigades|negotiators?|delegation|side|embassy|ambassador|envoys?|"
    r"chancellor|prime|foreign|defen[cs]e|deputy|diplomats?|lawmakers|cabinet|administration|state|military|"
    r"capital|general|chief|head|secretary|adviser|aides?|office|team|authorities|opposition|people|own"
)
_PLAN = (
    r"plans?|proposals?|offers?|drafts?|ideas?|demands?|positions?|statements?|texts?|initiatives?|versions?|"
    r"documents?|conditions?|requests?|calls?|pledges?|promises?|guarantees?|contributions?|answers?|reply|"
    r"objections?|refusal|rejection|vetoe?s?|view|red lines?|list|model|approach|formula|scheme"
)
_OWNS_PLAN = re.compile(rf"(?:'s?|)\s+(?:[\w-]+\s+){{0,2}}?(?:{_PLAN})\b")
_OWNS_OFFICE = re.compile(
    rf"(?:'s?|)\s+(?:[\w-]+\s+){{0,1}}?(?:{_OFFICE})\b(?P<rest>[^,;:.]{{0,60}})"
)
_SOURCE = re.compile(
    rf"(?:\b(?:by|according to|{_INVERTED}|plans? of|proposals? of|offers? (?:of|from)|demands? of|"
    r"(?:proposals?|pledges?|promises?|commitments?) (?:of|from))\s+(?:the\s+|both\s+)?)$"
)
_SAID_BEFORE = re.compile(rf"(?:\b(?:according to|{_INVERTED})\s+(?:the\s+)?)$")
_TITLE = (
    r"(?:(?:the|a|an|then|former|acting|us|u\.s\.|foreign|prime|defen[cs]e|interior|deputy|vice|first|"
    r"president|chancellor|minister|premier|secretary|general|king|queen|prince|mr|mrs|ms|dr|sir|lord|"
    r"envoy|spokesman|spokeswoman|chief|commissioner|ambassador|senator|lady|leader|of state|of|nato|eu)\s+)"
)
_OBJECT = re.compile(
    r"\b(?:of|in|for|to|on|against|with|from|at|into|inside|outside|between|among|about|over|across|near|"
    r"under|than|around|within|without|toward|towards|upon|behind|beyond|through|via|like|unlike|"
    r"alongside|including|protect|defend|help|helps|helping|support|supports|arm|attack|force|give|offer|"
    rf"tell|ask|urge|let|allow|{_IRREGULAR}|\w{{2,}}ed|told)\s+{_TITLE}*$"
)
_PRONOUN = re.compile(
    r"(?:^\W*|,\s+|;\s+|\band\s+|\bbut\s+|\bthat\s+)(?:he|she|they|it|his|her|their|its|both|the two|this|these)\b"
)
_REACH = 3  # sentences back in which "he" finds its subject
_LIST = 10  # the same for sentences without any, such as the points of a list


class Clauses:
    """The agents of every sentence of an article, each looked up once.

    Args:
        sentences: folded.
        named: says where a folded sentence names participants, in order.
        represented: whom a participant speaks for.
    """

    def __init__(
        self,
        sentences: tuple[str, ...],
        named: Callable[[str], list[Named]],
        represented: Callable[[str], str],
    ) -> None:
        self._sentences, self._named, self._represented = sentences, named, represented
        self._agents: dict[int, list[Agent]] = {}
        self._clauses: dict[int, dict[int, frozenset[str]]] = {}

    def agents(self, at: int) -> list[Agent]:
        """Who acts in a sentence, in its order."""
        if at not in self._agents:
            text = self._sentences[at]
            self._agents[at] = list(_agents(text, self._named(text), self._represented))
        return self._agents[at]

    def before(self, at: int, reach: int) -> frozenset[str]:
        """Who acts in so many sentences before."""
        nearby = range(max(0, at - reach), at)
        return frozenset(agent.name for back in nearby for agent in self.agents(back))

    def behind(self, cited: Iterable[int], wanted: frozenset[str]) -> frozenset[str]:
        """Who may stand behind what a claim says, with the `wanted` stems, of the cited sentences.

        The speakers, and the agents of the clause that shares most with the words; with those of
        the sentences before where the sentence has none, where it speaks of "him" or "it", or where
        what it says would or should be may be reported.
        """
        return frozenset[str]().union(*(self._behind(at, wanted) for at in cited))

    def _behind(self, at: int, wanted: frozenset[str]) -> frozenset[str]:
        text, agents = self._sentences[at], self.agents(at)
        speakers = {agent.name for agent in agents if agent.speaks}
        nearest = self._nearest(at, wanted)
        found = speakers | {agent.name for agent in nearest}
        reported = not speakers and any(agent.modal for agent in nearest)
        if not found:
            return self.before(at, _LIST)
        if reported or (not speakers and _PRONOUN.search(text)):
            found |= self.before(at, _REACH)
        return frozenset(found)

    def _nearest(self, at: int, wanted: frozenset[str]) -> list[Agent]:
        """The agents of the clause that shares most with the claim; all of them if none shares."""
        agents = self.agents(at)
        if len(agents) < 2:  # noqa: PLR2004
            return agents
        if at not in self._clauses:
            self._clauses[at] = _clauses(self._sentences[at], agents)
        shared = {start: len(wanted & held) for start, held in self._clauses[at].items()}
        most = max(shared.values())
        return [agent for agent in agents if shared[agent.start] == most]


def _clauses(text: str, agents: list[Agent]) -> dict[int, frozenset[str]]:
    """The stems of each clause, by its start."""
    starts = sorted({agent.start for agent in agents})
    ends = [*starts[1:], len(text)]
    return {start: stems(text[start:end]) for start, end in zip(starts, ends, strict=True)}


def _agents(text: str, named: list[Named], represented: Callable[[str], str]) -> list[Agent]:
    found: list[Agent] = []
    at = len(text) + 1  # where the name after this one begins
    for name in reversed(named):
        acts = _acts(text, name)
        if acts is not None:
            found.append(Agent(represented(name.name), name.start, *acts))
        elif found and _JOINED.fullmatch(text, name.end, at) and at == found[-1].start:
            found.append(replace(found[-1], name=represented(name.name)))
        at = name.start
    return found[::-1]


def _acts(text: str, name: Named) -> tuple[bool, bool] | None:
    """Whether a name speaks, and whether it acts under a modal verb; None for no agent."""
    before = text[max(0, name.start - 60) : name.start]
    owns = name.adjective or text.startswith("'", name.end)
    if _SOURCE.search(before):
        return bool(_SAID_BEFORE.search(before)), False
    if owns and _OWNS_PLAN.match(text, name.end):
        return False, False
    if _OBJECT.search(before):
        return None
    verb = _office_verb(text, name) if owns else None
    if verb is None and not text.startswith("'", name.end):
        apposition = _APPOSITION.match(text, name.end)
        gap = _ADVERBS.match(text, apposition.end() - 1 if apposition else name.end)
        verb = _VERB.match(text, gap.end()) if gap else None
        if verb and name.adjective and verb["present"]:
            return None  # "US forces"
    if verb is None:
        return None
    return bool(verb["speech"]), bool(_MODAL.match(verb.string, verb.start()))


def _office_verb(text: str, name: Named) -> re.Match[str] | None:
    """What "the Ukrainian foreign ministry", "Poland's government" does."""
    office = _OWNS_OFFICE.match(text, name.end)
    return _VERB.search(office["rest"]) if office else None
