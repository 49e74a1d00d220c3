"""Load the tables of actors, offices and cues, and find their entries in a text."""

from guarantee_summarizer.lexicon.actors import (
    Actor,
    Kind,
    Lexicon,
    Mention,
    Via,
    default_lexicon,
)
from guarantee_summarizer.lexicon.cues import Cue, Cues, default_cues

__all__ = [
    "Actor",
    "Cue",
    "Cues",
    "Kind",
    "Lexicon",
    "Mention",
    "Via",
    "default_cues",
    "default_lexicon",
]
