"""The closed vocabularies of the schema, with their sources.

`Measure` follows the obligations of the ATOP codebook (Alliance Treaty Obligations and
Provisions) and the provisions of the PA-X Peace Agreements codebook; participants with a role
follow PLOVER and CAMEO practice; `Status` and `DisputeKind` follow event factuality (FactBank).
"""

from __future__ import annotations

from typing import Annotated, Literal

from guarantee_summarizer.schema.base import Word

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
]
DisputeKind = Annotated[Literal["disagreement", "open_question"], Word]
DisputeStatus = Annotated[Literal["open", "narrowing", "resolved"], Word]
EventStatus = Annotated[Literal["held", "planned", "expected", "cancelled"], Word]
