"""Find the words that make a figure a bound: up to, at least, no more than, or fewer."""

from __future__ import annotations

import re
from typing import Literal

from guarantee_summarizer.normalize.numbers import NUMBER_WORDS

__all__ = ["Bound", "bound_after", "bound_before"]

Bound = Literal["<", ">", "<=", ">=", "~", "?", ""]
"""The comparison that words express: `?` if it is uncertain, empty if there is none."""

_REACH = 60  # characters before a figure that may contain its bound
_AHEAD = 48  # characters after a figure that may contain its bound
_LESS = r"fewer than|less than|lower than|smaller than|shorter than|under|below"
_MORE = r"more than|greater than|larger than|higher than|longer than|over(?! an? )|above|beyond|in excess of|exceed(?:s|ed|ing)?"
_HAVE = (  # verbs between a negation and its comparison: "will not number more than"
    r"(?:to |be |been |being |have |has |had |go |run |rise |grow |last |stay |remain |number |total |"
    r"amount to |contain |consist of |comprise |include |keep |hold |field |possess |send |deploy |"
    r"station |take |spend |cost |pay |receive |need |require |allow |permit |of |for |at )"
)
_NOT = rf"(?:no|not|nothing|never|nor|neither|cannot|without|n['’]t)\s+{_HAVE}{{0,2}}(?:any |ever |be )?"
_BY = r"(?:just |well |far |slightly |a little |a bit |much |substantially )*"
_AT_MOST = (
    r"up to|at (?:the )?(?:very )?most|as (?:many|much|long) as|(?:a|the|with a|at a) maximum (?:of|strength of)|"
    r"maximum(?: of)?|max\.?|(?:not|never) to exceed|"
    r"(?:a|the|peacetime)?\s?(?:cap|limit|ceiling|upper limit)(?: on [^.;,\d]{1,40})?(?: (?:of|at|to|is|was))|"
    r"(?:cap|limit|restrict|confin)(?:s|p?ed|p?ing|ited|ing|ted)?(?: [^.;,\d]{1,40})? (?:at|to)|≤|<="
)
_AT_LEAST = (
    r"at (?:the )?(?:very )?least|(?:a|the) minimum (?:of|strength of)|minimum(?: of)?|"
    r"as few as|upwards of|≥|>="
)
_ABOUT = (
    r"about|around|some|more or less|roughly|approximately|approx\.?|circa|nearly|almost|close to|an estimated|"
    r"estimated|in the region of|on the order of|in the order of|near|~|≈"
)
_BEFORE: tuple[tuple[str, Bound], ...] = (
    (r"(?:little|hardly|barely|scarcely|not much) (?:more|less|fewer|over|longer)(?: than)?", "~"),
    (rf"{_NOT}(?:{_MORE}|exceed(?:ing|s)?|surpass(?:ing)?)", "<="),
    (rf"{_NOT}(?:{_LESS}|fall(?:ing)? (?:below|short of))", ">="),
    (rf"{_BY}(?:{_LESS}|short of)|not quite|<(?!=)", "<"),
    (rf"{_BY}(?:{_MORE})|>(?!=)", ">"),
    (r"(?:double|twice|triple|thrice|half|times)(?: the)?", "?"),
    (_AT_MOST, "<="), (_AT_LEAST, ">="), (_ABOUT, "~"),
)  # fmt: skip
_BETWEEN = r"(?:\s+(?:the|another|an additional|a further|a total of|an overall|some|about|around|roughly|approximately|an estimated))?"
_LEADING = re.compile(  # the longest words win: "not more than", not "more than"
    rf"(?<![\w-])(?:{'|'.join(f'({words})' for words, _ in _BEFORE)}){_BETWEEN}[\s$€£]*(?:\ban?\s)?$",
    re.IGNORECASE,
)
_NO_FIGURE = rf"(?!\s+(?:of\b|an?\b|\S*\d|[$€£]|(?:{NUMBER_WORDS})\b))"
_OR_FEWER = (
    r"or (?:fewer|less|below|under|lower|shorter)|(?:and|but) (?:no|not) (?:more|longer)|at (?:the )?(?:very )?most|"
    r"(?:a |the |as a )?maximum|max\.?|at a maximum|tops"
)
_OR_MORE = (
    r"or (?:more|above|over|longer|higher|greater|upwards)|and (?:more|above|over|up|upwards)|"
    r"at (?:the )?(?:very )?least|(?:a |the |as a )?minimum|at a minimum|(?:and|but) (?:no|not) (?:less|fewer)"
)
_AFTER = ((_OR_FEWER, "<="), (_OR_MORE, ">="), (r"or so|or thereabouts|give or take", "~"))
_TRAILING = tuple(
    (
        re.compile(
            rf"(?:[ -]\(?[a-z]+){{0,2}}?,? \(?(?:{words})(?![\w-]){_NO_FIGURE}", re.IGNORECASE
        ),
        bound,
    )
    for words, bound in _AFTER
)
_GLUED = re.compile(r"\+|-plus(?![\w-])")
_ODD = re.compile(r"[- ]odd(?!\w)")
_COMPARES = re.compile(rf"\b(?:{_LESS}|{_MORE})[\s$€£]*$", re.IGNORECASE)
_DENIED = re.compile(r"\b(?:no|not|nothing|never|nor|cannot)\b|n['’]t\b", re.IGNORECASE)
_LAST_WORDS = frozenset(  # of all bounds before a figure: most figures follow another word
    "than over under below above beyond of exceed exceeds exceeded exceeding surpass surpassing to most as at "
    "maximum max max. least minimum about around some roughly approximately approx approx. circa nearly almost "
    "estimated near less quite double twice triple thrice half times is was the another additional further overall total a an".split()
)
_MAY_FOLLOW = re.compile(
    r"[^.;:]{0,30}?(?:\b(?:or|and|but|at|max|min|give|tops)|\+|-plus|[- ]odd)", re.IGNORECASE
)
_SPREAD = re.compile(  # "$5bn over 15 years" is no more than 15 years; "for over 15 years" is
    r"(?<!\bfor )(?<!\bof )(?<!\bjust )(?<!\bwell )(?<!\blasting )(?<!\blasts )(?<!\blasted )(?<!\blast )(?<=\S )over\s+$",
    re.IGNORECASE,
)
_JUST_DENIED = re.compile(r"(?:\b(?:not|never)|n['’]t)\s$", re.IGNORECASE)
_CLAUSE = re.compile(r"[.;:,\n]")
_DENIED_NEAR = 25  # characters before a comparison in which a negation makes it uncertain


def bound_before(text: str, start: int, *, span: bool = False) -> tuple[Bound, int]:
    """Return the bound before a figure, and the offset where the words of the bound begin.

    Args:
        text: running text with plain spaces.
        start: the offset where the figure begins.
        span: whether the figure is a duration; "over" before it may then not be a bound.

    >>> bound_before("an army of no more than 800,000", 24)
    ('<=', 11)
    """
    first = max(0, start - _REACH)
    before = text[first:start]
    words = before.rstrip(" \n\t\u00a0$€£")
    compares = words[-1:] in ("<", ">", "=", "~", "≈", "≤", "≥")
    if not (compares or words.rpartition(" ")[2].lower() in _LAST_WORDS) or (
        span and _SPREAD.search(before)
    ):
        return "", start
    match = _LEADING.search(before)
    if match is None or match.lastindex is None:
        return "", start
    at, bound = match.start(), _BEFORE[match.lastindex - 1][1]
    if _JUST_DENIED.search(before, 0, at):
        return "?", first + at
    if bound in "<>" and _COMPARES.search(before):
        near = _CLAUSE.split(before[max(0, at - _DENIED_NEAR) : at])[-1]
        if _DENIED.search(near):
            return "?", first + at
    return bound, first + at


def bound_after(text: str, end: int) -> tuple[Bound, int]:
    """Return the bound after a figure that ends at `end`, and the offset where its words end.

    >>> bound_after("15 years or longer", 8)
    ('>=', 18)
    """
    after = text[end : end + _AHEAD]
    if not _MAY_FOLLOW.match(after):
        return "", end
    if glued := _GLUED.match(after):
        return ">=", end + glued.end()
    if odd := _ODD.match(after):
        return "~", end + odd.end()
    for form, bound in _TRAILING:
        if match := form.match(after):
            return bound, end + match.end()  # type: ignore[return-value]
    return "", end
