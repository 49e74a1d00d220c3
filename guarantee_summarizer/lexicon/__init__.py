"""Load the data files of actors, offices and cues, and find them in a text."""

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
