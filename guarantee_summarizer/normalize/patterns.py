"""Define the patterns of figures in news, each with a function that reads its matches."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import lru_cache

from guarantee_summarizer.normalize.days import STEMS, days, years
from guarantee_summarizer.normalize.numbers import (
    LETTERS,
    NUMBER,
    NUMBER_WORDS,
    canonical,
    is_ambiguous,
    read_number,
    scale_of,
)
from guarantee_summarizer.normalize.quantity import (
    END,
    START,
    Kind,
    Pattern,
    Quantity,
    compiled,
    value_of,
    valued,
)
from guarantee_summarizer.normalize.units import (
    CODES,
    COINS,
    COUNTRIES,
    DISTANCES,
    MEASURES,
    MONTHS,
    SIGNS,
    SPANS,
    WEEKDAYS,
    coin_code,
    duration,
)

__all__ = ["BEGINNINGS", "RANGE", "patterns"]


def _either(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


RANGE = re.compile(r" ?[-\u2014] ?|-?,? (?:up )?to -?|-to-|-? or -?|-or-")
"""The words and dashes between the ends of a range; "and" counts only after "between"."""
_SPAN = r"(years?|yrs?|months?|weeks?|fortnights?|days?|hours?|hrs?|minutes?|mins?|decades?|centur(?:y|ies))"
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()
_PARTS = "- half third quarter fifth sixth seventh eighth ninth tenth".split()
_FEW = "one|two|three|four|five|six|seven|eight|nine|ten"
_LABELS = (
    "articles|article|art.|arts.|resolutions|resolution|chapters|chapter|annexes|annex|appendix|sections|section|sec.|"
    "paragraphs|paragraph|para.|protocols|protocol|title|phases|phase|stages|stage|clauses|clause|points|"
    "point|no.|nos.|number|pages|page|schedule|amendment|directive|regulation|law|decree|order|unit|"
    "flight|route|highway|line|tier|level|layer|pillar|track|basket|version|leopard|challenger|"
    "marder|minsk|oslo|boeing|airbus|falcon|pac|title"
).split("|")  # fmt: skip
_LABEL = _either(_LABELS)
_OPEN_LABELS = frozenset(label.rstrip(".") for label in _LABELS)
_SAME_LABEL = {
    "art": "article",
    "sec": "section",
    "para": "paragraph",
    "no": "number",
    "nos": "number",
}
_COUNTED = rf"(?![ -]?(?:%|{_SPAN[1:-1]}|million|billion|thousand|hundred|dozen|per ?cent|percent|countries|states)\b)"
_SIGN = _either(SIGNS)
_SIGNS = "".join({s for sign in SIGNS for s in sign if not s.isalnum() and s != "."})

BEGINNINGS = frozenset(
    [*NUMBER_WORDS.split("|"), *MONTHS, *WEEKDAYS, *(f"{day}s" for day in WEEKDAYS), *_ORDINALS]
    + [*STEMS, *_SIGNS, *map(str.lower, CODES), *_OPEN_LABELS]
    + "sept a an half quarter one group un unsc unscr zł rs kr".split()
    + [sign.rstrip("$.").lower() for sign in SIGNS if sign[0].isalpha()]
)
"""The words and signs, other than digits, that may begin a figure."""

_ENDS = ("", "re", "er")  # endings of "kilomet-"


def _many(names: Iterable[str]) -> tuple[str, ...]:
    """Return the first word of each name, in singular and plural, for `Pattern.signs`."""
    words = dict.fromkeys(re.split(r"[ /\d]", name)[0] for name in names)
    return tuple(form for word in words for form in (word, f"{word}s"))


# fmt: off
def patterns() -> Iterator[Pattern]:
    """Yield all patterns; where two match, the earlier one wins."""
    yield from days()
    yield Pattern((), compiled(rf"(?<![\w-])({_LABEL}) ?(\d{{1,5}})((?:(?:,? (?:and|or|to) |, |-)\d{{1,5}})*){_COUNTED}(?:['’]?s)?(?![,.]?\d|[%\w])"), _labelled, _OPEN_LABELS)
    yield Pattern((), re.compile(rf"(?<![\w-])((?:{_either(x.rstrip('.').capitalize() for x in _LABELS)})) ((?i:{_FEW}))\b{_COUNTED}()"), _labelled, _OPEN_LABELS)
    yield Pattern(("un", "unsc", "unscr"), re.compile(r"(?<!\w)UN(?:SC|SCR)?(?:-|(?<=R) )?(\d{3,4})(?!\w)"), lambda m: _named(m, "resolution", m[1]), frozenset(("un", "unsc", "unscr")))
    yield Pattern(("group",), re.compile(r"(?<!\w)Group of (7|20|8|77|(?i:seven|twenty|eight))\b(?! (?:countries|states|people|soldiers))"), _group, frozenset(("group",)))
    yield Pattern(("half", "quarter"), compiled(rf"(?<!\w)(?:an? )?(half|quarter)[ -](?:of )?(?:an?[ -])?{_SPAN}(?!\w)"), _part_of_span)
    yield Pattern(_many(SPANS), compiled(rf"{START}({NUMBER}|an?)[ -](?:more |full |whole |consecutive )?{_SPAN}([ -]and[ -]an?[ -](?:half|quarter))?(?!\w)"), _duration)
    yield Pattern(_many(["fortnight"]), compiled(r"(?<!\w)(an?) (fortnights?)(?!\w)"), _duration)
    yield Pattern(tuple(_SIGNS), compiled(rf"(?<![\w{re.escape(_SIGNS)}])({_SIGN}) ?({NUMBER})({LETTERS}?)(?!\w)"), _sign_first)
    yield Pattern(("rs", "kr", "zł"), re.compile(rf"(?<!\w)(Rs\.?|kr\.?|zł) ?((?i:{NUMBER}))((?i:{LETTERS})?)(?!\w)"), _sign_first, frozenset(("rs", "kr", "zł")))
    yield Pattern(tuple(c.lower() for c in CODES), compiled(rf"{START}((?-i:{'|'.join(CODES)})|usd|eur|gbp|uah) ?({NUMBER})({LETTERS}?)(?!\w)"), _code_first)
    yield Pattern(_many([*COINS, *map(str.lower, CODES)]), compiled(rf"{START}({NUMBER})({LETTERS}?)[ -]?(?:(?:U\.?S\.?|of|({_either(COUNTRIES)}))[ -])?({_either(COINS)}|(?-i:{'|'.join(CODES)})|usd|eur|gbp|uah)s?(?!\w)"), _coin)
    yield Pattern(("%", "per", "percent", "percentage", "pc", "pct", "p"), compiled(rf"{START}({NUMBER}) ?(?:%|pc\b|pct\b|p\.p\.|per ?cent(?!\w)|percent(?:age points?)?(?!\w))"), _percent)
    yield Pattern(_many(f"{name}{end}" for name in DISTANCES for end in _ENDS), compiled(rf"{START}({NUMBER})[ -]?(kilomet(?:re|er)s?|kms?|nautical miles?|miles?|met(?:re|er)s?)(?!\w)"), _distance)
    yield Pattern(_many(f"{name}{end}" for name in MEASURES for end in _ENDS), compiled(rf"{START}({NUMBER})[ -]?({'|'.join(rf'{re.escape(m)}(?:(?:re|er)s?)?' if m.endswith('et') else rf'{re.escape(m)}s?' for m in sorted(MEASURES, key=len, reverse=True))})(?!\w)"), _measure)
    yield Pattern((*_many(_PARTS[1:]), "halves"), compiled(rf"(?<![\w-])(?:(an?|half|{_FEW}|\d)[ -])?(halves|{'|'.join(_PARTS[1:])})(s?)( of|(?= (?:the|its|their|his|her|our|all|those|these)\b))?(?!\w)"), _part)
    yield Pattern(("one", "out", "ten", "10"), compiled(rf"(?<![\w-])(one|\d|{_FEW}) (in|out of)(?: every)? ({_FEW}|\d{{1,3}})(?![\d,.]*\d|\w){_COUNTED}"), _in_every)
    yield Pattern((*_ORDINALS, "st", "nd", "rd", "th"), compiled(rf"(?<!\w)({'|'.join(_ORDINALS)}|\d{{1,6}}(?:st|nd|rd|th))(?!\w)"), _ordinal)
    yield from years()
    yield Pattern((), compiled(rf"{START}({NUMBER}){END}"), _count)
# fmt: on


def _one(match: re.Match[str], kind: Kind, words: str, unit: str | None = None) -> list[Quantity]:
    """Return a plain number with its unit; an `unclear` figure if the number is ambiguous."""
    read = _number(words)
    if read is None:
        return [Quantity(*match.span(), "unclear", f"? {words}")]
    number, scale = read
    return [Quantity(*match.span(), kind, value_of(number, unit), number, unit, scale)]


@lru_cache(maxsize=4096)  # small numbers are in every article
def _number(words: str) -> tuple[Decimal, int] | None:
    """Return a plain number and its scale; None if the number is ambiguous."""
    if is_ambiguous(words):
        return None
    return read_number(words), 1 if words.isdigit() else scale_of(words)


def _labelled(match: re.Match[str]) -> list[Quantity]:
    label = match[1].lower().rstrip(".")
    label = _SAME_LABEL.get(label) or label.removesuffix("s")
    numbers = [match[2], *re.findall(r"\d+", match[3])]
    at, found = match.start(), list[Quantity]()
    for number in numbers:
        end = match.string.index(number, max(at, match.start(2))) + len(number)
        plain = number if number.isdigit() else canonical(read_number(number))
        found.append(
            Quantity(at if not found else end - len(number), end, "name", f"{label} {plain}")
        )
        at = end
    return found


def _named(match: re.Match[str], label: str, number: str) -> list[Quantity]:
    return [Quantity(*match.span(), "name", f"{label} {number}")]


def _group(match: re.Match[str]) -> list[Quantity]:
    number = match[1] if match[1].isdigit() else canonical(read_number(match[1]))
    return [Quantity(*match.span(), "name", f"g{number}")]


def _long(match: re.Match[str], number: Decimal, span: str) -> list[Quantity]:
    value, amount, unit = duration(number, span)
    whole = number and amount / number
    return [Quantity(*match.span(), "duration", value, amount, unit, int(whole or 1))]


def _part_of_span(match: re.Match[str]) -> list[Quantity]:
    span = match[2].lower()
    part = Decimal("0.5") if match[1].lower() == "half" else Decimal("0.25")
    return [] if span.endswith("s") else _long(match, part, span)


def _duration(match: re.Match[str]) -> list[Quantity]:
    words, span = match[1].lower(), match[2].lower()
    more = match[3] if match.re.groups > 2 else None  # noqa: PLR2004
    if words in ("a", "an"):
        often = span not in ("decade", "century", "fortnight") and match[0][len(words)] != "-"
        if (often and not more) or span.endswith("s"):
            return []  # "a day" may be a frequency, not a duration; "a decades-long war"
        number = Decimal(1)
    elif is_ambiguous(words):
        return [Quantity(*match.span(), "unclear", f"? {words}")]
    else:
        number = read_number(words)
    if more:
        number += Decimal("0.5") if more.lower().endswith("half") else Decimal("0.25")
    return _long(match, number, span.removesuffix("s"))


def _sign_first(match: re.Match[str]) -> list[Quantity]:
    code = next(
        (SIGNS[s] for s in (match[1], match[1].upper(), match[1].title()) if s in SIGNS), ""
    )
    return _one(match, "money", match[2] + match[3], code) if code else []


def _code_first(match: re.Match[str]) -> list[Quantity]:
    return _one(match, "money", match[2] + match[3], match[1].upper())


def _coin(match: re.Match[str]) -> list[Quantity]:
    if match[2] and scale_of(match[1]) > 1:
        return []
    words, after = match[1] + match[2], match.string[match.end() : match.end() + 20]
    code = coin_code(match[4], match[3] or "")
    weight = re.match(
        r" of (?!aid|funding|support|invest|debt|loan|military aid)|[ -](?:bomb|warhead|shell)",
        after,
    )
    if code == "GBP" and weight and match[4].lower() == "pound" and scale_of(words) == 1:
        return _one(match, "measure", words, "lb")
    return _one(match, "money", words, code)


def _percent(match: re.Match[str]) -> list[Quantity]:
    return _one(match, "percent", match[1], "%")


def _unit(names: dict[str, str], word: str) -> str:
    return next(
        names[n] for n in sorted(names, key=len, reverse=True) if word.lower().startswith(n)
    )


def _distance(match: re.Match[str]) -> list[Quantity]:
    return _one(match, "distance", match[1], _unit(DISTANCES, match[2]))


def _measure(match: re.Match[str]) -> list[Quantity]:
    return _one(match, "measure", match[1], _unit(MEASURES, match[2]))


_NO_SHARE = re.compile(
    r"\b(?:first|second|third|other|latter|better|last|final|past|and a|and an) $", re.IGNORECASE
)


def _part(match: re.Match[str]) -> list[Quantity]:
    """Read `two-thirds`, `half of`, `a quarter of`; not `the second half`, `a third country`."""
    many, part, several, of = (match[1] or "").lower(), match[2].lower(), match[3], match[4]
    part = "half" if part == "halves" else part
    before = match.string[max(0, match.start() - 10) : match.start()]
    if (
        _NO_SHARE.search(before)
        or many == "half"
        or (part == "half" and many not in ("", "a", "one"))
    ):
        return []
    if not many and (part != "half" or not of or several):
        return []
    if many in ("a", "an", "one") and (several or not (of or (many == "one" and "-" in match[0]))):
        return []
    if many not in ("", "a", "an", "one") and not several:
        return []
    over = 4 if part == "quarter" else _PARTS.index(part) + 1
    top = 1 if many in ("", "a", "an") else int(read_number(many))
    return _share(match, top, over, match.end() - len(of or ""))


def _in_every(match: re.Match[str]) -> list[Quantity]:
    """Read `one in five`, `nine out of ten`."""
    top, over = int(read_number(match[1])), int(read_number(match[3]))
    plain = match[2].lower() == "in" and top != 1 and over != 10  # noqa: PLR2004
    return [] if plain or top >= over else _share(match, top, over, match.end())


def _share(match: re.Match[str], top: int, over: int, end: int) -> list[Quantity]:
    percent = Decimal(100 * top) / over
    if percent * 10 % 1:  # two thirds have no exact decimal
        return [Quantity(match.start(), end, "percent", f"{top} of {over}", None, "%")]
    return [valued(Quantity(match.start(), end, "percent", "", percent, "%"))]


def _ordinal(match: re.Match[str]) -> list[Quantity]:
    word = match[1].lower()
    number = _ORDINALS.index(word) + 1 if word in _ORDINALS else int(word[:-2])
    return [Quantity(*match.span(), "ordinal", f"#{number}", Decimal(number))]


_ONE_OF_RANGE = re.compile(rf"-? ?(?:to|or|-)[ -](?:\d|(?:{_FEW})\b)", re.IGNORECASE)


def _count(match: re.Match[str]) -> list[Quantity]:
    if match[1].lower() == "one" and not _ONE_OF_RANGE.match(match.string, match.end()):
        return []
    return _one(match, "count", match[1])
