"""Join many summaries: actors, threads over time, contradictions, changes."""

from guarantee_summarizer.dossier.dossier import DOSSIER_VERSION, Dossier
from guarantee_summarizer.dossier.model import (
    Actor,
    Change,
    Conflict,
    DisputeThread,
    LayerReport,
    LeftOut,
    Mention,
    Moment,
    Report,
    Side,
    Stance,
    Statement,
    Thread,
    Value,
)

__all__ = [
    "DOSSIER_VERSION",
    "Actor",
    "Change",
    "Conflict",
    "DisputeThread",
    "Dossier",
    "LayerReport",
    "LeftOut",
    "Mention",
    "Moment",
    "Report",
    "Side",
    "Stance",
    "Statement",
    "Thread",
    "Value",
]
