"""Cue phrases: words that indicate a measure, a status, a layer, a dispute, a role."""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path

from guarantee_summarizer.errors import LexiconError
from guarantee_summarizer.lexicon.tables import read_table

__all__ = ["Cues", "default_cues"]


@dataclass(frozen=True, eq=False)
class Cues:
    """Look up compiled cues by family; within one, values in the order of the file."""

    families: dict[str, dict[str, re.Pattern[str]]]
    sources: dict[str, dict[str, str]]

    @classmethod
    def load(cls, extra: Path | None = None) -> Cues:
        """Read `cues.csv`, and that of the folder `extra` beside it.

        Raises:
            LexiconError: a pattern is no regular expression; with file and line.
        """
        sources: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for row in read_table("cues.csv", ("family", "value", "pattern"), extra):
            try:
                re.compile(row["pattern"].replace("{}", "x"))
            except re.error as error:
                raise LexiconError(f"{row.place}, column pattern: {error}") from error
            sources[row["family"]][row["value"]].append(row["pattern"])
        joined = {f: {v: "|".join(p) for v, p in values.items()} for f, values in sources.items()}
        return cls(
            {f: {v: _whole_words(p) for v, p in values.items()} for f, values in joined.items()},
            joined,
        )

    @cached_property
    def fingerprint(self) -> str:
        """12 hex digits of SHA-256 over the patterns."""
        return hashlib.sha256(json.dumps(self.sources).encode()).hexdigest()[:12]

    def first(self, family: str, text: str) -> str | None:
        """Return the first value of a family, in the order of the file, that has a cue in `text`."""
        return next(iter(self.all(family, text)), None)

    @lru_cache(maxsize=4096)  # noqa: B019  (a handful of instances; sentences are asked about often)
    def all(self, family: str, text: str) -> tuple[str, ...]:
        """Return every value of a family that has a cue in `text`."""
        return tuple(value for value, p in self.families[family].items() if p.search(text))

    def earliest(self, family: str, text: str) -> tuple[str, ...]:
        """Return the values of `all`, in the order in which their cues stand in `text`."""
        places = {v: m.start() for v, p in self.families[family].items() if (m := p.search(text))}
        return tuple(sorted(places, key=lambda value: places[value]))

    def span(self, family: str, values: Iterable[str], text: str) -> tuple[int, int] | None:
        """Return the offsets of the first cue of any of `values` in `text`."""
        matches = (self.families[family][value].search(text) for value in values)
        return min((match.span() for match in matches if match), default=None)

    def count(self, family: str, value: str, text: str) -> int:
        """Count the different cues of a value in `text`."""
        return len({m[0].lower() for m in self.families[family][value].finditer(text)})


def _whole_words(source: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{source})(?!\w)", re.IGNORECASE)


@cache
def default_cues() -> Cues:
    """Return the bundled cues, read once."""
    return Cues.load()
