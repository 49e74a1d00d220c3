"""What the lexicon knows and what it finds: actors, and the places where a text names them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Actor", "Kind", "Mention", "Via"]

Kind = Literal["state", "organization", "coalition", "force", "media"]
Via = Literal["name", "alias", "demonym", "metonym"]


@dataclass(frozen=True, slots=True)
class Actor:
    """A state, organization, coalition, force or news outlet, and the forms it goes by.

    Args:
        name: the ordinary name in English news.
        kind: what it is.
        code: ISO 3166-1 alpha-3 of a state (XKX for Kosovo), None for all else.
        aliases: other names and abbreviations.
        demonyms: adjectives and names of its people; states only.
        metonyms: capitals and seats of power that stand for its government; states only.
    """

    name: str
    kind: Kind
    code: str | None = None
    aliases: tuple[str, ...] = ()
    demonyms: tuple[str, ...] = ()
    metonyms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mention:
    """Where a text names an actor.

    `form` is `text[start:end]`, with single spaces where the text has line breaks or several.
    """

    actor: Actor
    form: str
    start: int
    end: int
    via: Via
