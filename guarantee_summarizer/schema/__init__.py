"""Export the one set of models: a language model fills it, people read it, files store it."""

from guarantee_summarizer.schema.claims import (
    Dispute,
    Event,
    GuaranteeStructure,
    Layer,
    Participant,
    Position,
    Proposal,
    Term,
)
from guarantee_summarizer.schema.evidence import Citation, Evidence, cite
from guarantee_summarizer.schema.paths import ClaimPath
from guarantee_summarizer.schema.summary import (
    SCHEMA_VERSION,
    ArticleRecord,
    Finding,
    Provenance,
    Summary,
    Usage,
    Withheld,
    describe,
)
from guarantee_summarizer.schema.support import Support

__all__ = [
    "SCHEMA_VERSION",
    "ArticleRecord",
    "Citation",
    "ClaimPath",
    "Dispute",
    "Event",
    "Evidence",
    "Finding",
    "GuaranteeStructure",
    "Layer",
    "Participant",
    "Position",
    "Proposal",
    "Provenance",
    "Summary",
    "Support",
    "Term",
    "Usage",
    "Withheld",
    "cite",
    "describe",
]
