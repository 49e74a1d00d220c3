"""The claims of a summary: participants, events, proposals, layers, disputes.

Field descriptions are written for the language model that fills them. `SECTIONS`, at the end, is
the one list of where claims stand; whatever goes through a summary reads it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Annotated, Any

from pydantic import Field

from guarantee_summarizer.schema.base import Model, Prose, Text, added, derived
from guarantee_summarizer.schema.evidence import Evidence
from guarantee_summarizer.schema.vocabulary import (
    DisputeKind,
    DisputeStatus,
    EventStatus,
    LayerFunction,
    LegalForm,
    Measure,
    ParticipantKind,
    Role,
    Status,
    TermKind,
)

__all__ = [
    "SECTIONS",
    "TEXTS",
    "Dispute",
    "Event",
    "GuaranteeStructure",
    "Layer",
    "Participant",
    "Position",
    "Proposal",
    "Section",
    "Term",
]

_Evidence = Annotated[
    Evidence,
    Field(min_length=1, description="Numbers of the fewest sentences that say all of it."),
]


class Participant(Model):
    """A named person, state, organization, coalition, force or news outlet with a part in it."""

    name: Text = Field(description="Fullest form in the text, without the title.")
    aliases: tuple[Text, ...] = derived()
    kind: ParticipantKind = "person"
    title: Text | None = Field(None, description="Office of a person, as stated.")
    affiliation: Text | None = Field(
        None, description="State or organization that a person acts for."
    )
    role: Role = Field("other", description="The part the article gives most weight to.")
    evidence: Evidence = derived()
    country: str | None = added(None, pattern=r"^[A-Z]{3}$")


class Event(Model):
    """A meeting, signing, deadline or next step that belongs to the guarantee or its talks."""

    what: Text = Field(description="One sentence.")
    when: Text | None = Field(None, description="The text's words for the time.")
    where: Text | None = None
    participants: tuple[Text, ...] = Field((), description="Names of participants.")
    status: EventStatus
    evidence: _Evidence
    date: str | None = added(None)


class Term(Model):
    """A figure that a claim hangs on."""

    what: TermKind
    value: Text = Field(description='The words of the text, e.g. "15-year term".')
    evidence: Evidence = derived()
    normalized: str | None = added(None)


class Proposal(Model):
    """Something offered, asked for, planned, agreed or ruled out."""

    title: Text = Field(description="At most 10 words.")
    description: Prose = Field("", description="One sentence.")
    measure: Measure
    proposed_by: tuple[Text, ...] = Field(
        (), description="Names of participants; leave out where the text does not say."
    )
    status: Status = Field(description="No stronger than the text; rejected if ruled out.")
    terms: tuple[Term, ...] = Field((), description="Durations, sizes, sums, deadlines, counts.")
    attribution: Text | None = Field(None, description="Who says so, in the text's words.")
    evidence: _Evidence


class Layer(Model):
    """One layer of the guarantee."""

    order: int = Field(ge=1, description="1 is the first line of defence, counting outward.")
    name: Text
    providers: tuple[Text, ...] = Field((), description="Names of participants.")
    function: LayerFunction
    description: Prose = Field("", description="One sentence.")
    location: Text | None = None
    trigger: Text | None = Field(None, description="What activates it.")
    status: Status
    evidence: _Evidence


class GuaranteeStructure(Model):
    """How the layers of the guarantee fit together."""

    layers: tuple[Layer, ...] = Field(
        (), description="Innermost first; monitoring and unranked ones last."
    )
    legal_form: LegalForm = "unclear"
    duration: Term | None = None
    precondition: Text | None = Field(None, description='What must come first, e.g. "a ceasefire".')
    evidence: Evidence = ()


class Position(Model):
    """What one party wants in a dispute."""

    party: Text = Field(description="Name of a participant, or the text's words for a group.")
    stance: Text = Field(description="One sentence.")
    evidence: Evidence = derived()


class Dispute(Model):
    """Something contested between parties, or still open."""

    issue: Text = Field(description="At most 15 words.")
    kind: DisputeKind = Field(
        description="disagreement: parties want different things; open_question: nobody has said."
    )
    positions: tuple[Position, ...] = ()
    status: DisputeStatus = "open"
    evidence: _Evidence


@dataclass(frozen=True)
class Section:
    """Where claims of one kind stand in a summary, and which of their fields say what.

    Attributes:
        name: what a claim of it is called: `layers`; the structure's duration is one of the `terms`.
        path: where it stands: `structure.layers`; of the parts of a claim their field in it.
        model: of each claim.
        title: the field that people know a claim by.
        words: the fields of its own wording.
        references: the fields that name participants or groups.
        verbatim: the fields that are the text's own words.
        parts: claims inside each claim, such as the terms of a proposal.
        many: whether it is a list; else there is at most one.
    """

    name: str
    path: str
    model: type[Model]
    title: str
    words: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    verbatim: tuple[str, ...] = ()
    parts: Section | None = None
    many: bool = True

    @property
    def field(self) -> str:
        """The field of the summary that holds it: `structure` for `structure.layers`."""
        return self.path.partition(".")[0]

    def items(self, holder: Model) -> tuple[Any, ...]:
        """Return the claims of it in a summary; in a claim, if this is a section of parts."""
        value = attrgetter(self.path)(holder)
        if isinstance(value, tuple):
            return value
        return () if value is None else (value,)


_TERMS = Section("terms", "terms", Term, "value", words=("value",), verbatim=("value",))
_POSITIONS = Section(
    "positions", "positions", Position, "stance", words=("stance",), references=("party",)
)
SECTIONS = (
    Section("participants", "participants", Participant, "name"),
    Section(
        "events", "events", Event, "what",
        words=("what",), references=("participants",), verbatim=("when",),
    ),
    Section(
        "proposals", "proposals", Proposal, "title",
        words=("title", "description"), references=("proposed_by",), parts=_TERMS,
    ),
    Section(
        "layers", "structure.layers", Layer, "name",
        words=("name", "description", "location", "trigger"), references=("providers",),
    ),
    replace(_TERMS, path="structure.duration", many=False),
    Section("disputes", "disputes", Dispute, "issue", words=("issue",), parts=_POSITIONS),
)  # fmt: skip
"""Every section of a summary, in the order of its fields."""
TEXTS = ("headline", "abstract")
"""The fields of a summary that are claims by themselves, without items."""
