"""The lexicon: data files of actors, offices and cues, and what reads a text with them."""

from guarantee_summarizer.lexicon.actors import (
    Actor,
    Kind,
    Lexicon,
    Mention,
    default_lexicon,
)

__all__ = ["Actor", "Kind", "Lexicon", "Mention", "default_lexicon"]
