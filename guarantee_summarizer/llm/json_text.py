"""Find the answer in a language model's output: the JSON object that fits best.

Strict JSON is read by `json`. If that fails, `Lenient` reads common deviations: comments, trailing
commas, single quotes, raw line breaks, Python's literals. It never guesses: it stops at the first
ambiguous place, and the complete values before it are kept. It also reads answers that were cut off
or are still streamed.

No JSON repair library does both: json-repair completes an unfinished `"3,0` or `tru` as if it were
whole, and exceeds Python's recursion limit on nested brackets; json5 reads no broken JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from typing import Any

from guarantee_summarizer.llm.bounds import LONGEST, bounded
from guarantee_summarizer.llm.near_json import Lenient

__all__ = ["Found", "known", "read_json", "read_object"]

Fields = Mapping[str, type]
"""The fields of an answer, each with the Python type of its JSON; `object` for an item."""

_REASONING = r"(?:\w+:)?(?:think|thinking|thought|reasoning|reflection|scratchpad)"
_NEXT = re.compile(
    rf"(?P<opens><{_REASONING}>|\[THINK\]|◁think▷)"
    rf"|(?P<closes></{_REASONING}>|\[/THINK\]|◁/think▷|<\|channel\|>final\b)|\{{",
    re.IGNORECASE,
)
_CLOSES = re.compile(rf"</{_REASONING}>|\[/THINK\]|◁/think▷", re.IGNORECASE)
_STRICT = re.compile(r"""\{[ \t\n\r]*["}]""")  # JSON may begin so; errors of its decoder are slow
_MEMBER = re.compile(r"""["']([\w -]{1,40})["']\s*:""")
_CALLS = 50  # tool calls of one answer that are read
_WRAPPERS = 4  # objects around the answer
_WIDTH = 50  # objects of a list that may be the answer
_NAME = 80  # characters of a field's name
_TRIES = 1_000  # braces that are tried as the start of the answer
_PATIENCE = 4  # passes over a text in search of an answer


@dataclass(frozen=True, slots=True)
class Found:
    """The answer that was found in a text.

    Args:
        data: the object; empty if there is none.
        fit: how well it fits the fields; 0 if it has none of them.
        losses: notes on unreadable parts, to request again.
        cuts: notes on parts that were skipped because they exceed the limits.
    """

    data: dict[str, Any] = field(default_factory=dict)
    fit: int = 0
    losses: tuple[str, ...] = ()
    cuts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Value:
    """A value in a text, with its end, or the place where it breaks off and the open containers."""

    root: Any
    end: int
    broken: int | None
    doubled: Sequence[str]
    open: Sequence[Any] = ()


@dataclass(frozen=True, slots=True)
class _Candidate:
    """An object in a text, and where it breaks off, if it does."""

    data: dict[str, Any]
    fit: int
    broken: int | None = None
    doubled: tuple[str, ...] = ()


def known(key: str, names: Iterable[str]) -> str | None:
    """Return the name that matches a key, ignoring case, punctuation and a plural s.

    >>> known("Proposed By", ("title", "proposed_by")), known("dispute", ("disputes",))
    ('proposed_by', 'disputes')
    """
    if key in names:
        return key
    folded = _folded(key[:_NAME])
    return next((name for name in names if _folded(name) == folded), None) if folded else None


@lru_cache(maxsize=1024)
def _folded(name: str) -> str:
    return re.sub(r"[\W_]", "", name).casefold().removesuffix("s")


def read_json(text: str) -> Any:
    """Return the value of a text that is JSON or nearly JSON; None for any other text."""
    text = text.strip()
    if text[:1] not in ("{", "[", '"'):
        return None
    try:
        return bounded(json.loads(text))[0]
    except (ValueError, RecursionError):
        reader = Lenient(text)
        value = reader.read()
        return bounded(value)[0] if reader.broken is None and reader.at == len(text) else None


def read_object(texts: Sequence[str], fields: Fields) -> Found:
    """Return the object that fits the fields best; the objects of several texts are joined.

    Args:
        texts: the model's output; several texts if it called the tool several times.
        fields: the fields that the object may have.
    """
    found = [_read(text, fields) for text in texts[:_CALLS]]
    fitting = [one for one in found if one.fit] or found[:1] or [Found()]
    joined = fitting[0]
    for other in fitting[1:]:
        joined = _joined(joined, other, fields)
    if len(texts) > _CALLS:
        cut = f"{len(texts) - _CALLS} of {len(texts)} calls were not read"
        joined = replace(joined, cuts=(*joined.cuts, cut))
    return joined


def _read(text: str, fields: Fields) -> Found:
    size, text = len(text), text[:LONGEST]
    for _ in range(_WRAPPERS):  # JSON of JSON
        if text.lstrip().startswith('"') and isinstance(inner := read_json(text), str):
            text = inner
    candidates, beside = _candidates(text, fields)
    if not any(candidate.fit for candidate in candidates) and '{\\"' in text:  # escaped once more
        candidates, beside = _candidates(_unescaped(text), fields)
    if not candidates:
        return Found(losses=("the answer has no JSON object",))
    at = max(range(len(candidates)), key=lambda i: (candidates[i].fit, i))
    best = candidates[at]
    losses = [f"{key!r} is there twice; the last was read" for key in best.doubled]
    if best.broken is not None:
        where = _last_place(best.data)
        losses.append(f"the answer breaks off at character {best.broken} of {size}{where}")
    elif any(later.broken and later.fit for later in candidates[at + 1 :]):
        losses.append(f"the answer breaks off in a second object, at character {size}")
    losses += _left_out(best, candidates, beside, fields)
    data, cuts = bounded(best.data)
    if size > LONGEST:
        cuts.append(f"the answer has {size} characters; {size - LONGEST} were not read")
    return Found(data, best.fit, tuple(losses), tuple(cuts))


def _candidates(text: str, fields: Fields) -> tuple[list[_Candidate], str]:
    """Return the objects in a text that may be the answer, and the remaining text.

    Reasoning before the answer is ignored.
    """
    found: list[_Candidate] = []
    beside: list[str] = []
    at, work, tries, closes = 0, 0, 0, text.rfind("*/")
    while (mark := _NEXT.search(text, at)) and work <= _PATIENCE * len(text) and tries < _TRIES:
        beside.append(text[at : mark.start()])
        at = mark.end()
        if mark["opens"]:
            end = _CLOSES.search(text, at)
            at = end.end() if end else len(text)
        elif mark["closes"]:  # the reasoning began before the text, or without a tag
            found, beside = [], []
        else:
            tries += 1
            value = _value(text, mark.start(), closes)
            held = [*_held(value, fields)]
            found += held
            work += value.end - mark.start()
            at = value.end
            if value.broken is not None:  # search the skipped part again
                fits = any(candidate.fit for candidate in held)
                line = text.find("\n{", mark.end(), value.end)
                at = (line if line >= 0 else max(at, mark.end())) if fits else mark.end()
    return found, "".join([*beside, text[at:]])


def _value(text: str, start: int, closes: int) -> _Value:
    """Return the value that begins at `start`: strict JSON, else nearly JSON."""
    doubled: list[str] = []
    if _STRICT.match(text, start):
        decoder = json.JSONDecoder(object_pairs_hook=partial(_object, doubled))
        with suppress(ValueError, RecursionError):
            root, end = decoder.raw_decode(text, start)
            return _Value(root, end, None, doubled)
    reader = Lenient(text, start, closes=closes)
    root = reader.read()
    return _Value(root, reader.at, reader.broken, reader.doubled, reader.open)


def _object(doubled: list[str], pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build an object from its members; the last of a repeated name is used, as in `json`."""
    made = dict(pairs)
    if len(made) < len(pairs):
        doubled += (key for key, value in pairs if value and value != made[key])
    return made


def _held(value: _Value, fields: Fields) -> Iterator[_Candidate]:
    """Yield the objects in a value that may be the answer; if it breaks off, the complete part."""
    for data in _objects(value.root, fields, _WRAPPERS):
        _drop_partial(value.open, data, fields)
        doubled = tuple(dict.fromkeys(value.doubled))[:5]
        yield _Candidate(data, _fit(data, fields), value.broken, doubled)


def _objects(node: Any, fields: Fields, depth: int) -> Iterator[dict[str, Any]]:
    """Yield the objects with fields, alone or in wrappers; else the outermost object."""
    found = [*_fitting(node, fields, depth)]
    yield from found or ([node] if isinstance(node, dict) else [])


def _fitting(node: Any, fields: Fields, depth: int) -> Iterator[dict[str, Any]]:
    if isinstance(node, str):
        node = read_json(node)
    if isinstance(node, dict) and _fit(node, fields):
        yield node
    elif isinstance(node, dict | list) and depth:
        for inner in node.values() if isinstance(node, dict) else node[:_WIDTH]:
            yield from _fitting(inner, fields, depth - 1)


def _fit(data: Mapping[str, Any], fields: Fields) -> int:
    """Count the fields of an object; fields of the right type count twice."""
    names = {known(key, fields): value for key, value in data.items() if value is not None}
    return sum(1 + isinstance(value, fields[name]) for name, value in names.items() if name)


def _drop_partial(spine: Sequence[Any], answer: dict[str, Any], fields: Fields) -> None:
    """Drop the item that is incomplete because the text ends.

    The open containers around it are kept, as they have complete items: the answer, its lists,
    its `structure` and the lists in that.
    """
    at = next((i for i, node in enumerate(spine) if node is answer), None)
    inner = [] if at is None else [*spine[at + 1 :]]
    if not inner:
        return
    kind = fields.get(known(next(reversed(answer)), fields) or "")
    kept = int(kind in (list, dict))
    if (
        kind is dict
        and isinstance(inner[0], dict)
        and isinstance(next(iter(inner[1:]), None), list)
    ):
        kept = 2
    for holder, node in zip([answer, *inner], inner, strict=False):
        if not kept:
            _remove(holder, node)
            return
        kept -= 1


def _remove(holder: Any, node: Any) -> None:
    if isinstance(holder, list):
        holder.pop()
    else:
        del holder[next(key for key, value in holder.items() if value is node)]


def _left_out(
    best: _Candidate, candidates: Iterable[_Candidate], beside: str, fields: Fields
) -> Iterator[str]:
    """Yield notes on fields of other objects, or of fragments, that the answer does not have."""
    have = {known(key, fields) for key, value in best.data.items() if value not in ("", None)}
    elsewhere = [
        known(key, fields)
        for other in candidates
        for key, value in other.data.items()
        if value and isinstance(value, list | dict)
    ]
    elsewhere += [known(match[1], fields) for match in _MEMBER.finditer(beside)]
    for name in dict.fromkeys(elsewhere):
        if name and name not in have:
            yield f"text beside the answer has {name!r}, which the answer does not have"


def _joined(first: Found, second: Found, fields: Fields) -> Found:
    """Join two calls to one answer; if they contradict each other, use the better fit."""
    made, twice = dict(first.data), []
    for key, value in second.data.items():
        old = made.get(key)
        if not old and old is not False:
            made[key] = value
        elif isinstance(old, list) and isinstance(value, list):
            made[key] = _united(old, value)
        elif value not in (old, None, "", {}, []):
            twice.append(key)
    notes = {
        "losses": (*first.losses, *second.losses),
        "cuts": (*first.cuts, *second.cuts),
    }
    if not twice:
        return Found(made, _fit(made, fields), **notes)
    best = second if second.fit >= first.fit else first
    loss = f"there are two answers, which differ in {', '.join(twice)}; one of them was read"
    return replace(best, losses=(*notes["losses"], loss), cuts=notes["cuts"])


def _united(first: list[Any], second: list[Any]) -> list[Any]:
    seen = {json.dumps(item, sort_keys=True) for item in first}
    return [*first, *(item for item in second if json.dumps(item, sort_keys=True) not in seen)]


def _unescaped(text: str) -> str:
    try:
        return str(json.loads(f'"{text.strip()}"', strict=False))
    except ValueError:
        return ""


def _last_place(data: Mapping[str, Any]) -> str:
    """Describe where the complete part ends."""
    if not data:
        return ", before any complete value"
    name, value = list(data.items())[-1]
    if isinstance(value, list):
        return f", in {name!r} after {len(value)} complete items"
    return f", after {name!r}"
