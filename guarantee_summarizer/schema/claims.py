"""Define the claims of a summary: participants, events, proposals, layers, disputes.

The `description` of a field and the first paragraph of a docstring are for the language model that
fills them; what follows in the docstring is for people, and no model is sent it. `SECTIONS`, at the
end, is the one list of where claims are; all code that visits the claims of a summary reads it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Annotated, Any, Literal

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

_Evidence = Annotated[Evidence, Field(min_length=1)]


class Participant(Model):
    """A person, state, organization, coalition, force, outlet, office or group with a part in it.

    Attributes:
        name: the fullest form in the text, without the title. Other claims refer to it by this name.
        aliases: its other forms in the text; the library finds them if the model lists none.
        kind: what sort of actor it is; see the values below.
        title: the office of a person, as stated in the text.
        affiliation: the state or organization that a person acts for.
        role: its most important role in the article; see the values below.
        evidence: sentences that mention it; the library finds them if the model lists none.
        country: ISO 3166-1 alpha-3 (`FRA`) of a state, or of a person through the affiliation. Added
            by the library.
    """

    name: Text = Field(description="Fullest form in the text, without the title.")
    aliases: tuple[Text, ...] = derived()
    kind: ParticipantKind = "person"
    title: Text | None = Field(None, description="Office of a person, as stated.")
    affiliation: Text | None = Field(
        None, description="State or organization that a person acts for."
    )
    role: Role = "other"
    evidence: Evidence = derived()
    country: str | None = added(None, pattern=r"^[A-Z]{3}$")


class Event(Model):
    """A meeting, signing, deadline or next step.

    Attributes:
        what: what happens, in one sentence.
        when: the words of the text for its time, also from a line nearby.
        where: its place, as named in the text.
        participants: names of the participants that take part according to the text.
        status: whether it has happened; see the values below.
        evidence: the sentences that support it; at least one.
        date: `when` as EDTF (`2026-01-06`, `2026-01`, `2026-01-06/2026-01-08`), relative to the day
            of publication. Added by the library; None if the words contain no date.
    """

    what: Text = Field(description="One sentence.")
    when: Text | None = Field(None, description="The text's words, also from a line nearby.")
    where: Text | None = None
    participants: tuple[Text, ...] = ()
    status: EventStatus = "held"
    evidence: _Evidence
    date: str | None = added(None)


class Term(Model):
    """A figure that a claim hangs on.

    Attributes:
        what: what the figure measures; see the values below.
        value: the words of the text with their bound: "up to 15 years".
        evidence: the sentences that state it; those of the proposal if the model lists none.
        normalized: the exact value with its bound: an ISO 8601 duration (`P15Y`, `>=P6M`), an EDTF
            date (`2026-01`), a number with its unit (`<=5000`, `90000000000 EUR`). Added by the
            library; None if the words contain no exact value.
        bound: the bound of the figure: `<`, `>`, `<=`, `>=` or `~` (about); None without a bound.
            This and the next three are the parts of `normalized`, if the words contain one figure
            or one range; added by the library.
        low: the figure, or the lower end of a range.
        high: the figure, or the upper end of a range.
        unit: its unit: a currency (ISO 4217), `%`, `km`, `year` and so on; None for a count without
            a unit.
    """

    what: TermKind = "other"
    value: Text = Field(description='The text\'s words with their bound, e.g. "up to 15 years".')
    evidence: Evidence = derived()
    normalized: str | None = added(None)
    bound: Literal["<", ">", "<=", ">=", "~"] | None = added(None)
    low: int | float | None = added(None)
    high: int | float | None = added(None)
    unit: str | None = added(None)


class Proposal(Model):
    """A measure that is offered, asked for, ordered, planned, agreed, carried out or ruled out.

    Attributes:
        title: a name for it, at most ten words.
        description: one sentence that describes it.
        measure: the kind of measure; see the values below.
        proposed_by: names of the participants that offer, ask, order or agree; empty if the text
            does not name them.
        recipients: names of those to whom it is offered, who are asked for it, or whom it binds.
        condition: its precondition or trigger, in the words of the text.
        status: how far it has come; see the values below.
        terms: its durations, sizes, sums, deadlines and counts.
        attribution: its source, in the words of the text; None if the outlet states it as fact.
        evidence: the sentences that support it; at least one.
    """

    title: Text = Field(description="At most 10 words.")
    description: Prose = Field("", description="One sentence.")
    measure: Measure = Field(
        "other",
        description="security_guarantee: not told in more detail; finance: money, reconstruction, "
        "trade; humanitarian: prisoners, aid, refugees; transit: navigation, corridors; "
        "administration: interim rule, boards, police.",
    )
    proposed_by: tuple[Text, ...] = ()
    recipients: tuple[Text, ...] = ()
    condition: Text | None = None
    status: Status = "unclear"
    terms: tuple[Term, ...] = Field((), description="Durations, sizes, sums, deadlines, counts.")
    attribution: Text | None = Field(None, description="Who says so, in the text's words.")
    evidence: _Evidence


class Layer(Model):
    """One part of a guarantee that has several.

    Attributes:
        rank: its position, 1 for the first line of defence, increasing outward; None if the text
            ranks nothing.
        name: what the article calls it.
        providers: names of the participants that provide it.
        function: its purpose; see the values below.
        description: one sentence that describes its content.
        location: its place, as named in the text.
        trigger: what activates it, in the words of the text.
        status: how far it has come; see the values below.
        evidence: the sentences that support it; at least one.
    """

    rank: int | None = Field(None, ge=1)
    name: Text
    providers: tuple[Text, ...] = ()
    function: LayerFunction = "other"
    description: Prose = Field("", description="One sentence.")
    location: Text | None = None
    trigger: Text | None = Field(None, description="What activates it.")
    status: Status = "unclear"
    evidence: _Evidence


class GuaranteeStructure(Model):
    """How the parts of the guarantee fit together.

    Attributes:
        layers: the parts, innermost first, those without a rank last; empty or at least two.
        legal_form: what binds the parties; see the values below.
        duration: the duration of the guarantee as a whole.
        precondition: the precondition of the whole guarantee, for instance "a ceasefire".
        attribution: whose view of the guarantee it is, if it is not shared by everybody.
        evidence: sentences on the guarantee as a whole; each layer has its own.
    """

    layers: tuple[Layer, ...] = Field((), description="Innermost first, unranked ones last.")
    legal_form: LegalForm = "unclear"
    duration: Term | None = None
    precondition: Text | None = Field(None, description='What must come first, e.g. "a ceasefire".')
    attribution: Text | None = Field(None, description="Whose picture it is, if not everybody's.")
    evidence: Evidence = ()

    @property
    def said(self) -> dict[str, str]:
        """The fields on the guarantee as a whole, without layers and duration."""
        fields = {"precondition": self.precondition, "attribution": self.attribution}
        form = None if self.legal_form == "unclear" else self.legal_form
        return {name: value for name, value in {"legal_form": form, **fields}.items() if value}


class Position(Model):
    """What one party wants in a dispute.

    Attributes:
        party: the name of a participant.
        stance: its position, in one sentence.
        evidence: the sentences that support it; those of the dispute if the model lists none.
    """

    party: Text
    stance: Text = Field(description="One sentence.")
    evidence: Evidence = derived()


class Dispute(Model):
    """Something contested between parties, or still open.

    Attributes:
        issue: the issue, at most 15 words.
        kind: whether parties disagree or the question is open; see the values below.
        positions: the position of each party; may be empty for an open question.
        status: how far it is from being settled; see the values below.
        evidence: the sentences that support it; at least one.
    """

    issue: Text = Field(description="At most 15 words.")
    kind: DisputeKind = "disagreement"
    positions: tuple[Position, ...] = ()
    status: DisputeStatus = "open"
    evidence: _Evidence


@dataclass(frozen=True)
class Section:
    """The place of one kind of claims in a summary, and the roles of their fields.

    Attributes:
        name: the name of its claims: `layers`; the structure's duration is one of the `terms`.
        path: its path: `structure.layers`; for sub-items, their field in the item.
        model: the model of each claim.
        title: the field that identifies a claim for readers.
        words: the fields in the wording of the summary.
        references: the fields that name participants.
        located: the optional fields whose words are in the cited sentences or near them.
        verbatim: the fields with words from the text.
        parts: sub-items of each claim, such as the terms of a proposal.
        many: whether it is a list; else there is at most one.
    """

    name: str
    path: str
    model: type[Model]
    title: str
    words: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    located: tuple[str, ...] = ()
    verbatim: tuple[str, ...] = ()
    parts: Section | None = None
    many: bool = True

    @property
    def field(self) -> str:
        """The field of the summary that contains it: `structure` for `structure.layers`."""
        return self.path.partition(".")[0]

    def items(self, holder: Model) -> tuple[Any, ...]:
        """Return its claims in a summary; for a section of sub-items, in a claim."""
        value = attrgetter(self.path)(holder)
        if isinstance(value, tuple):
            return value
        says_nothing = isinstance(value, GuaranteeStructure) and not value.said
        return () if value is None or says_nothing else (value,)


_TERMS = Section("terms", "terms", Term, "value", words=("value",), verbatim=("value",))
_POSITIONS = Section(
    "positions", "positions", Position, "stance", words=("stance",), references=("party",)
)
SECTIONS = (
    Section("participants", "participants", Participant, "name"),
    Section(
        "events", "events", Event, "what",
        words=("what",), references=("participants",), located=("where",), verbatim=("when",),
    ),
    Section(
        "proposals", "proposals", Proposal, "title",
        words=("title", "description"),
        references=("proposed_by", "recipients"), located=("condition", "attribution"),
        parts=_TERMS,
    ),
    Section(
        "layers", "structure.layers", Layer, "name",
        words=("name", "description"), references=("providers",),
        located=("location", "trigger"),
    ),
    replace(_TERMS, path="structure.duration", many=False),
    Section(
        "structure", "structure", GuaranteeStructure, "precondition",
        located=("precondition", "attribution"), many=False,
    ),
    Section("disputes", "disputes", Dispute, "issue", words=("issue",), parts=_POSITIONS),
)  # fmt: skip
"""Every section of a summary, in the order of its fields."""
TEXTS = ("headline", "abstract")
"""The fields of a summary that are claims by themselves, without items."""
