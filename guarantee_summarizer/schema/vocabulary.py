"""Define the closed vocabularies of the schema, what each value means, and where they come from.

`Measure` follows the obligations of the ATOP codebook (Alliance Treaty Obligations and
Provisions) and the provisions of the PA-X Peace Agreements codebook; participants with a role
follow PLOVER and CAMEO practice; `Status` and `DisputeKind` follow event factuality (FactBank).
"""

from __future__ import annotations

from typing import Annotated, Literal

from guarantee_summarizer.schema.base import Values, Word

__all__ = [
    "DisputeKind",
    "DisputeStatus",
    "EventStatus",
    "LayerFunction",
    "LegalForm",
    "Measure",
    "ParticipantKind",
    "Role",
    "Status",
    "TermKind",
]

ParticipantKind = Annotated[
    Literal["person", "state", "organization", "coalition", "force", "media", "office", "group"],
    Word,
    Values(
        person="a natural person, by name.",
        state="a state, also where the text names its capital for it.",
        organization="an international or national organization, a ministry, a company.",
        coalition="states that act together under a name (Coalition of the Willing).",
        force="troops under a name (Multinational Force Ukraine).",
        media="an outlet or a news agency.",
        office="an office that has a duty and whose holder the text does not name.",
        group='a group without a proper name, in the words of the text ("European leaders").',
    ),
]
Role = Annotated[
    Literal[
        "guarantor",
        "beneficiary",
        "adversary",
        "party",
        "mediator",
        "host",
        "negotiator",
        "monitor",
        "source",
        "other",
    ],
    Word,
    Values(
        guarantor="gives the guarantee, or offers to.",
        beneficiary="is protected by it.",
        adversary="is whom it protects against.",
        party="signs or is bound, without being guarantor or beneficiary alone.",
        mediator="brings the sides together.",
        host="holds the meeting.",
        negotiator="takes part in the talks for a side.",
        monitor="watches whether an agreement is kept.",
        source="reports it, or is the one who is quoted.",
        other="anything else, or the text does not say.",
    ),
]
Measure = Annotated[
    Literal[
        "security_guarantee",
        "troop_deployment",
        "withdrawal",
        "ceasefire",
        "ceasefire_monitoring",
        "force_limits",
        "disarmament",
        "intelligence_sharing",
        "military_aid",
        "training",
        "air_and_maritime_defence",
        "mutual_defence",
        "deterrence",
        "consultation",
        "nonaggression",
        "neutrality",
        "membership",
        "sanctions",
        "finance",
        "humanitarian",
        "territorial",
        "transit",
        "administration",
        "nuclear",
        "legal_instrument",
        "diplomacy",
        "other",
    ],
    Word,
    Values(
        security_guarantee="a guarantee or assurance that the text does not describe further.",
        troop_deployment="sending or stationing troops.",
        withdrawal="taking troops or weapons away.",
        ceasefire="an end of the fighting, for a time or for good.",
        ceasefire_monitoring="watching whether a ceasefire is kept, and reporting breaches.",
        force_limits="limits on the size or the weapons of armed forces.",
        disarmament="giving up or destroying weapons.",
        intelligence_sharing="passing on intelligence.",
        military_aid="giving or selling weapons and equipment.",
        training="training troops.",
        air_and_maritime_defence="protecting air space or waters.",
        mutual_defence="a duty to defend each other when attacked.",
        deterrence="steps that keep an adversary from attacking.",
        consultation="a duty to consult, at once or regularly.",
        nonaggression="a promise not to attack.",
        neutrality="staying out of alliances or of a war.",
        membership="joining an alliance or a union.",
        sanctions="imposing, lifting or restoring sanctions.",
        finance="money, reconstruction, trade.",
        humanitarian="prisoners, hostages, aid, displaced persons.",
        territorial="borders, territory, its status or its recognition.",
        transit="navigation, corridors, crossing of borders.",
        administration="interim government, boards, oversight, police.",
        nuclear="nuclear weapons, plants, a nuclear umbrella.",
        legal_instrument="a treaty, law, resolution or ratification.",
        diplomacy="talks, envoys, recognition, relations.",
        other="a measure of another kind.",
    ),
]
Status = Annotated[
    Literal[
        "proposed",
        "pledged",
        "under_discussion",
        "agreed_in_principle",
        "agreed",
        "signed",
        "in_force",
        "ended",
        "rejected",
        "unclear",
    ],
    Word,
    Values(
        proposed="offered, asked for or demanded.",
        pledged="a party commits itself to it, or continues to do it.",
        under_discussion="the parties talk about it.",
        agreed_in_principle="agreed on the whole, initialled or ready, but not signed.",
        agreed="agreed by those whose consent it needs.",
        signed="signed.",
        in_force="in force, ordered, authorized or appointed.",
        ended="carried out, expired or broken.",
        rejected="ruled out, or refused by a party whose consent it needs.",
        unclear="the text does not say.",
    ),
]
TermKind = Annotated[
    Literal[
        "duration",
        "force_size",
        "deadline",
        "date",
        "money",
        "share",
        "distance",
        "count",
        "other",
    ],
    Word,
    Values(
        duration="how long something lasts.",
        force_size="how many troops.",
        deadline="by when something has to be done.",
        date="when something happens.",
        money="a sum, with its currency.",
        share="a part of a whole, in percent or as a fraction.",
        distance="a length or a depth.",
        count="how many of anything else.",
        other="another figure.",
    ),
]
LayerFunction = Annotated[
    Literal[
        "territorial_defence",
        "deterrence",
        "reassurance",
        "backstop",
        "monitoring",
        "mutual_defence",
        "peace_enforcement",
        "capability_building",
        "other",
    ],
    Word,
    Values(
        territorial_defence="defends the country itself; as a rule its own army.",
        deterrence="keeps an adversary from attacking.",
        reassurance="shows the support of partners; as a rule foreign troops in the country.",
        backstop="supports the other layers if they do not suffice.",
        monitoring="watches whether an agreement is kept.",
        mutual_defence="obliges others to help in its defence.",
        peace_enforcement="may use force to keep the peace.",
        capability_building="arms, trains or pays the forces of the country.",
        other="anything else, or the text does not say.",
    ),
]
LegalForm = Annotated[
    Literal[
        "political",
        "legally_binding",
        "treaty",
        "domestic_law",
        "un_resolution",
        "disputed",
        "unclear",
    ],
    Word,
    Values(
        political="a political commitment, not binding in law.",
        legally_binding='binding in law; also "politically and legally".',
        treaty="a treaty between states.",
        domestic_law="a law or a vote of parliament in one of the states.",
        un_resolution="a resolution of the United Nations.",
        disputed="the parties disagree on it.",
        unclear="the text does not say.",
    ),
]
DisputeKind = Annotated[
    Literal["disagreement", "open_question"],
    Word,
    Values(
        disagreement="parties want different things.",
        open_question="nobody has decided it yet.",
    ),
]
DisputeStatus = Annotated[
    Literal["open", "narrowing", "resolved"],
    Word,
    Values(
        open="no answer is in sight.",
        narrowing="the parties come closer.",
        resolved="it is decided.",
    ),
]
EventStatus = Annotated[
    Literal["held", "planned", "expected", "cancelled"],
    Word,
    Values(
        held="it has taken place, or takes place.",
        planned="it is fixed for a later time.",
        expected="it is likely, but not fixed.",
        cancelled="it will not take place.",
    ),
]
