"""Read the optional fields of a record in many forms, and report values that cannot be read."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime
from itertools import chain
from typing import Any, NoReturn

from guarantee_summarizer.headers import read_day

__all__ = ["FIELDS", "Metadata", "day_of", "is_missing", "read_fields", "text_of", "told_apart"]

_NAMES = {
    "title": ("title", "headline", "webtitle"),
    "published": (
        *("published", "date", "publication_date", "date_published", "datepublished"),
        *("publishedat", "published_at", "publisheddate", "published_date", "pubdate"),
        *("publish_date", "date_publish", "published_on", "seendate", "date_gmt"),
        *("pub_date", "webpublicationdate"),
    ),
    "outlet": ("outlet", "source", "publisher", "source_name", "source_domain", "domain"),
    "url": ("url", "link", "web_url", "weburl"),
}
"""The accepted names of an article's fields in a record, case-insensitive."""
FIELDS = frozenset(chain.from_iterable(_NAMES.values()))
"""All of these names, in lower case."""

_MISSING = frozenset(("", "nan", "nat", "none", "null", "na", "n/a", "<na>", "#n/a"))
_NAMED = (
    "name",
    "$date",
    "$numberLong",
    "rendered",
    "main",
    "title",
    "text",
    "value",
    "#text",
    "href",
    "@id",
)
_EPOCHS = (1, 10**3, 10**6, 10**9)  # seconds, milliseconds, microseconds, nanoseconds
_FIRST, _LAST = 631_152_000, 4_102_444_800  # 1990 and 2100 in seconds since 1970
_NUMBER = re.compile(r"\d{9,19}(?:\.\d+)?")
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T?\d{4,6}Z?)?")
_LONGEST = 20_000  # characters of JSON of one metadata value
_MOST = 1_000  # metadata fields of an article
_DEEPEST = 50  # levels of objects and lists in such a value
_HUGE = 10_000  # bits of a number; Python writes no more than 4,300 digits
_SHOWN = 60  # characters of a value in a message


class Metadata(dict[str, Any]):
    """Immutable plain JSON values by name; lists are tuples.

    Missing values and numbers outside JSON are left out, times are ISO 8601, and other objects
    are converted to text. Lone surrogates are replaced.

    >>> Metadata({"id": 7, "tags": ["a"], "score": float("nan")})
    {'id': 7, 'tags': ('a',)}
    """

    def __init__(self, values: Mapping[Any, Any] | Iterable[tuple[Any, Any]] = ()) -> None:
        given = dict(values)
        pairs = zip(told_apart(_clean(str(name)) for name in given), given.values(), strict=True)
        plain = ((name, _plain(value)) for name, value in pairs)
        super().__init__((name, value) for name, value in plain if value is not None)

    def __hash__(self) -> int:  # type: ignore[override]  # it cannot be changed
        return hash(frozenset(self.items()))

    def __reduce__(self) -> tuple[Any, ...]:
        return Metadata, (dict(self),)

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("metadata cannot be changed; make a new article from a new record")

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse


def told_apart(names: Iterable[str]) -> list[str]:
    """Return the names, with a number appended to each repeated one, as pandas does.

    >>> told_apart(["id", "id", "id.1"])
    ['id', 'id.2', 'id.1']
    """
    given = [*names]
    taken, last, apart = set(given), dict[str, int](), list[str]()
    if len(taken) == len(given):
        return given
    for name in given:
        own = name
        while name in last and own in taken:
            last[name] += 1
            own = f"{name}.{last[name]}"
        last.setdefault(name, 0)
        taken.add(own)
        apart.append(own)
    return apart


def _plain(value: Any) -> Any:
    """Return an immutable JSON value; None if it is missing."""
    if isinstance(value, str):
        return _clean(value)
    if value is None or isinstance(value, bool | int) or _is_nan(value):
        return value if isinstance(value, bool | int) else None
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return Metadata(value)
    if isinstance(value, list | tuple | set | frozenset):
        return tuple(map(_plain, value))
    if isinstance(value, date):
        return value.isoformat()
    if callable(convert := getattr(value, "tolist", None)):  # numpy
        return _plain(convert())
    return _clean(str(value))


def _clean(text: str) -> str:
    return text.encode(errors="replace").decode() if not text.isascii() else text


def _is_nan(value: Any) -> bool:
    """Whether a value is NaN, NaT or pandas' NA, which never equal themselves."""
    if isinstance(value, str | Mapping | list | tuple):
        return False
    try:
        return bool(value != value)  # noqa: PLR0124
    except (TypeError, ValueError):  # NA has no truth; an array has many
        return type(value).__name__ == "NAType"


def is_missing(value: Any) -> bool:
    """Return whether an optional field is empty: None, NaN, `""`, `"N/A"`, `"None"`, `[]`.

    >>> [is_missing(value) for value in (None, float("nan"), " n/a ", [], 0, "Nana")]
    [True, True, True, True, False, False]
    """
    if isinstance(value, str):
        return value.strip().lower() in _MISSING
    if isinstance(value, Mapping | list | tuple):
        return not _is_unwieldy(value) and all(map(is_missing, _inside(value)))
    return value is None or _is_nan(value)


def _is_unwieldy(value: Any) -> bool:
    """Whether a value is nested too deep, or a number too long, for Python to write it."""
    level = [value]
    for _ in range(_DEEPEST):
        if any(isinstance(one, int) and one.bit_length() > _HUGE for one in level):
            return True
        level = [inner for one in level for inner in _inside(one)]
        if not level:
            return False
    return True


def _inside(value: Any) -> Iterable[Any]:
    """Return the values of an object or a list."""
    if isinstance(value, Mapping):
        return value.values()
    return value if isinstance(value, list | tuple) else ()


def text_of(value: Any) -> str | None:
    """Return the text of a field: a text, a number, an object's name, or a list of them.

    >>> text_of({"id": None, "name": "Wire"}), text_of(["Ann Roe", "Bo Dam"]), text_of(26)
    ('Wire', 'Ann Roe, Bo Dam', '26')
    """
    if is_missing(value) or isinstance(value, bool):
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return f"{value:g}" if isinstance(value, float) else str(value)
    if isinstance(value, Mapping):
        return next((text for name in _NAMED if (text := text_of(value.get(name)))), None)
    if isinstance(value, list | tuple):
        return ", ".join(dict.fromkeys(filter(None, map(text_of, value)))) or None
    return None


def day_of(value: Any) -> date | None:
    """Return the day of a date, of a time in ISO 8601 or words, or of seconds since 1970 (UTC).

    Milliseconds, micro- and nanoseconds since 1970 are recognized by their size. None if the value is not
    a day, or is ambiguous (`1/2/2026`, `2026-01`).

    >>> day_of(1767657600000), day_of("Tue, 06 Jan 2026 10:00:00 GMT"), day_of("TBD")
    (datetime.date(2026, 1, 6), datetime.date(2026, 1, 6), None)
    """
    if is_missing(value) or isinstance(value, bool):
        return None
    if isinstance(value, date):
        return value.date() if isinstance(value, datetime) else value
    if isinstance(value, int | float):
        return _day_of_number(value)
    text = text_of(value)
    return _day_of_text(text.strip()) if text else None


def _day_of_text(text: str) -> date | None:
    if compact := _COMPACT.fullmatch(text):
        with suppress(ValueError):
            return date(*map(int, compact.groups()))
    if _NUMBER.fullmatch(text):
        return _day_of_number(float(text))
    with suppress(ValueError):
        return datetime.fromisoformat(text).date()
    with suppress(ValueError):
        return read_day(text)
    return None


def _day_of_number(number: float) -> date | None:
    """Return the day of a time since 1970, between 1990 and 2100, or of a number like 20260106."""
    if abs(number) >= _LAST * _EPOCHS[-1]:  # it may have hundreds of digits
        return None
    for unit in _EPOCHS:
        if _FIRST <= number / unit < _LAST:
            return datetime.fromtimestamp(number / unit, UTC).date()
    if match := _COMPACT.fullmatch(str(number)):
        with suppress(ValueError):
            return date(*map(int, match.groups()))
    return None


def read_fields(record: Mapping[str, Any], text: str) -> tuple[dict[str, Any], Metadata, list[str]]:
    """Read all fields of a record except the text.

    Args:
        record: the record, with any other fields.
        text: the name of the field with the text.

    Returns:
        the fields of the article (`title`, `published`, `outlet`, `url`; None if missing); all
        other values of the record, including values that could not be read for a field; and
        warnings, each a sentence without full stop.
    """
    spent, warnings = {text, "metadata"}, list[str]()
    carried = record.get("metadata")
    carried = carried if isinstance(carried, Mapping) else {"metadata": carried}
    carried, record = _wieldy(carried, warnings), _wieldy(record, warnings, leave="metadata")
    names = {str(name).strip().lower(): name for name in reversed([*record])}
    fields: dict[str, Any] = {}
    for field, known in _NAMES.items():
        read: Callable[[Any], Any] = day_of if field == "published" else text_of
        given = [names[name] for name in known if name in names and names[name] != text]
        values = {name: record[name] for name in given if not is_missing(record[name])}
        found = next((name for name in values if read(values[name]) is not None), None)
        fields[field] = None if found is None else read(values[found])
        if found is None:
            warnings += (_unread(field, value) for value in [*values.values()][:1])
        spent |= set(given) - set(values)
        if found is not None and str(fields[field]) == str(record[found]):
            spent.add(found)
    others = [
        ("record_source" if name == "source" else str(name), value)  # `source` is where it was read
        for name, value in record.items()
        if name not in spent
    ]
    others += ((str(name), value) for name, value in carried.items() if value is not None)
    if (more := len(others) - _MOST) > 0:
        warnings.append(f"{more:,} of its {len(others):,} fields: left out of the metadata")
        del others[_MOST:]
    apart = zip(told_apart(name for name, _ in others), (value for _, value in others), strict=True)
    return fields, _light(Metadata(apart), warnings), warnings


def _wieldy(
    values: Mapping[str, Any], warnings: list[str], leave: str | None = None
) -> dict[str, Any]:
    """Return the values that can be written, and a warning for each of the rest but `leave`."""
    kept = {}
    for name, value in values.items():
        if name == leave or not _is_unwieldy(value):
            kept[name] = value
        else:
            warnings.append(f"{name}: is nested too deep or too long a number, left out")
    return kept


def _unread(field: str, value: Any) -> str:
    hint = "is not a date" if field == "published" else "is not text"
    return f"{field}: {_short(value)} {hint}; the article is read without it"


def _short(value: Any) -> str:
    line = repr(value)
    return ascii(line)[1:-1] if not line.isprintable() else line[:_SHOWN]


def _light(values: Metadata, warnings: list[str]) -> Metadata:
    """Return the values short enough to keep with every summary, and warnings for the rest."""
    sizes = {
        name: len(name) + len(value if isinstance(value, str) else json.dumps(value))
        for name, value in values.items()
    }
    heavy = {name: size for name, size in sizes.items() if size > _LONGEST}
    warnings += (
        f"{n[:_SHOWN]}: {size:,} characters, left out of the metadata" for n, size in heavy.items()
    )
    return (
        Metadata((n, value) for n, value in values.items() if n not in heavy) if heavy else values
    )
