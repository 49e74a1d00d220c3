"""Parse and follow paths of claims: `headline`, `proposals[2].terms[0]`, `structure.layers[1].name`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any, TypeVar

from guarantee_summarizer.schema.base import Model
from guarantee_summarizer.schema.claims import SECTIONS, TEXTS, Section
from guarantee_summarizer.text import fold

__all__ = ["ClaimPath", "claim_paths", "moved", "placed_claims", "renamed", "without"]

_BY_PATH = {section.path: section for section in SECTIONS}
_PATH = re.compile(
    rf"({'|'.join(map(re.escape, (*TEXTS, *_BY_PATH)))})(?:\[(\d+)\])?(?:\.(.+))?", re.DOTALL
)
_FIELD = re.compile(r"(\w+)(?:\[(\d+)\])?")
_PART = re.compile(r"(\w+)\[(\d+)\](?:\.(.+))?", re.DOTALL)

_Summary = TypeVar("_Summary", bound=Model)


@dataclass(frozen=True, slots=True)
class ClaimPath:
    """The path of a claim in a summary.

    Attributes:
        section: the path of its section, or the name of a text: `structure.layers`, `headline`.
        index: the index of the item in the section; None for a text or a section without a list.
        part: for a sub-item, the field of the item that contains it: `terms`.
        part_index: the index of the sub-item.
        field: the field of the claim: `proposed_by[0]`; empty for the whole claim.

    >>> path = ClaimPath.parse("proposals[2].terms[0].value")
    >>> str(path.claim), str(path.item), path.field
    ('proposals[2].terms[0]', 'proposals[2]', 'value')
    """

    section: str
    index: int | None = None
    part: str | None = None
    part_index: int | None = None
    field: str = ""

    @classmethod
    def parse(cls, text: str) -> ClaimPath | None:
        """Parse a path as in findings; None if it points to no claim."""
        match = _PATH.fullmatch(text)
        if match is None:
            return None
        name, index, field = match.groups()
        section = _BY_PATH.get(name)
        if (index is not None) != bool(section and section.many):
            return None
        path = cls(name, None if index is None else int(index), field=field or "")
        part = _PART.fullmatch(path.field)
        if part and section and section.parts and section.parts.path == part[1]:
            return cls(name, path.index, part[1], int(part[2]), part[3] or "")
        return path

    def __str__(self) -> str:
        """Return the path as in findings."""
        text = self.section if self.index is None else f"{self.section}[{self.index}]"
        if self.part is not None:
            text = f"{text}.{self.part}[{self.part_index}]"
        return f"{text}.{self.field}" if self.field else text

    @property
    def claim(self) -> ClaimPath:
        """Path of the claim, without the field."""
        return replace(self, field="") if self.field else self

    @property
    def item(self) -> ClaimPath:
        """Path of the item; for a sub-item, of the item that contains it."""
        return ClaimPath(self.section, self.index)

    @property
    def kind(self) -> Section | None:
        """The section of the claim or of the sub-item; None for a text."""
        section = _BY_PATH.get(self.section)
        return section.parts if section and self.part else section

    @property
    def optional(self) -> bool:
        """Whether it points to an optional field of the claim, or to an element of a list."""
        match = _FIELD.fullmatch(self.field)
        kind = self.kind
        if match is None or kind is None:
            return False
        field = kind.model.model_fields.get(match[1])
        return field is not None and not field.is_required()

    def value(self, summary: Model) -> Any:
        """Return the claim or the field that it points to."""
        claim = self.of(summary)
        match = _FIELD.fullmatch(self.field)
        if match is None:
            return claim
        value = getattr(claim, match[1])
        return value if match[2] is None else value[int(match[2])]

    def of(self, summary: Model) -> Any:
        """Return the claim at the path; for a path to a field, the claim with the field.

        Raises:
            IndexError: the section is shorter.
        """
        claim = attrgetter(self.section)(summary)
        if self.index is not None:
            claim = claim[self.index]
        return claim if self.part is None else getattr(claim, self.part)[self.part_index]

    def replaced(self, summary: _Summary, claim: Any) -> _Summary:
        """Return a copy of `summary` with another claim at the path; None removes the claim.

        A removed text becomes empty. If the index is missing in a list section, the path refers to
        the end of the list.
        """
        if self.field:
            return self.claim.replaced(summary, self._with_field(self.of(summary), claim))
        if self.part is not None:
            item = self.item.of(summary)
            parts = _spliced(getattr(item, self.part), self.part_index, claim)
            return self.item.replaced(summary, item.replace(**{self.part: parts}))
        outer, _, name = self.section.rpartition(".")
        holder: Any = attrgetter(outer)(summary) if outer else summary
        old = getattr(holder, name)
        new = _spliced(old, self.index, claim) if isinstance(old, tuple) else claim
        if new is None and name in TEXTS:
            new = ""
        changed = holder.replace(**{name: new})
        return summary.replace(**{outer: changed}) if outer else changed

    def _with_field(self, claim: Any, value: Any) -> Any:
        """Return the claim with another value in the field; None means that it is left out."""
        match = _FIELD.fullmatch(self.field)
        if match is None:
            return claim
        name, index = match.groups()
        if index is not None:
            value = _spliced(getattr(claim, name), int(index), value)
        elif value is None:
            value = type(claim).model_fields[name].get_default(call_default_factory=True)
        return claim.replace(**{name: value})


def _spliced(items: tuple[Any, ...], index: int | None, claim: Any) -> tuple[Any, ...]:
    at = len(items) if index is None else index
    new = () if claim is None else (claim,)
    return (*items[:at], *new, *items[at + 1 :])


def without(summary: _Summary, paths: Iterable[ClaimPath]) -> _Summary:
    """Return a copy of `summary` without the claims at `paths`."""
    for path in sorted(paths, key=_last_first, reverse=True):
        summary = path.replaced(summary, None)
    return summary


def moved(path: ClaimPath, removed: Iterable[ClaimPath]) -> ClaimPath | None:
    """Return the path of a claim after `without`; None if it, or its item, was removed."""
    index, part_index, field = path.index, path.part_index, path.field
    for gone in removed:
        if (gone.section, gone.field) == (path.section, "") and gone.part is None:
            if gone.index == path.index:
                return None
            index = _less(index, path.index, gone.index)
        elif gone.item == path.item and gone.part == path.part and not gone.field:
            if gone.part_index == path.part_index:
                return None
            part_index = _less(part_index, path.part_index, gone.part_index)
        elif gone.claim == path.claim and (kept := _FIELD.fullmatch(path.field)):
            name, at = kept.groups()
            if gone.field in (name, path.field):
                return None
            if at is not None and (lost := _FIELD.fullmatch(gone.field)) and lost[1] == name:
                now = _FIELD.fullmatch(field)
                field = f"{name}[{_less(int(now[2] if now else at), int(at), int(lost[2]))}]"
    return replace(path, index=index, part_index=part_index, field=field)


def _less(now: int | None, at: int | None, gone: int | None) -> int | None:
    before = now is not None and at is not None and gone is not None and gone < at
    return now - 1 if before and now is not None else now


def _last_first(path: ClaimPath) -> tuple[int, int, int]:
    """Sort key: later items first and sub-items before their items, so that no path moves."""
    element = re.search(r"\[(\d+)\]", path.field)
    return (
        -1 if path.index is None else path.index,
        -1 if path.part_index is None else path.part_index,
        int(element[1]) if element else bool(path.field) - 1,
    )


def claim_paths(summary: Model) -> Iterator[ClaimPath]:
    """Yield the path of every claim of a summary, sub-items directly after their items."""
    return (path for path, *_ in placed_claims(summary))


def placed_claims(summary: Model) -> Iterator[tuple[ClaimPath, Any, Any]]:
    """Yield path, claim and, for a sub-item, the item that contains it, else None."""
    yield from ((ClaimPath(name), text, None) for name in TEXTS if (text := getattr(summary, name)))
    for section in SECTIONS:
        for i, item in enumerate(section.items(summary)):
            index = i if section.many else None
            yield ClaimPath(section.path, index), item, None
            if section.parts:
                for j, part in enumerate(section.parts.items(item)):
                    yield ClaimPath(section.path, index, section.parts.path, j), part, item


def renamed(summary: _Summary, names: Mapping[str, str]) -> _Summary:
    """Return a copy of `summary` with other names of participants in all references.

    Args:
        summary: the summary; only references are renamed, not the participants.
        names: the new name for each old name, folded.
    """
    for path in claim_paths(summary):
        if path.kind and path.kind.references:
            claim = path.of(summary)
            changes = {f: _with_names(getattr(claim, f), names) for f in path.kind.references}
            if any(getattr(claim, field) != value for field, value in changes.items()):
                summary = path.replaced(summary, claim.replace(**changes))
    return summary


def _with_names(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, tuple):
        return tuple(dict.fromkeys(_with_names(name, names) for name in value))
    return names.get(fold(value), value)
