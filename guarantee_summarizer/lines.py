r"""Make text from outside safe to print: in a line of an error or a log, in JSON, in a terminal.

File names, server messages, articles and ledgers may contain escape sequences, direction marks
and line ends; printed unchanged, they could control a terminal or forge a line.
"""

from __future__ import annotations

import re

__all__ = ["json_line", "one_line", "visible"]

_CONTROLS = "\x00-\x1f\x7f-\x9f\u2028\u2029"
# Categories Cf and Cs without the signs of Arabic numbers, which are visible, and without the two
# joiners that some scripts need; invisible fillers; noncharacters.
_HIDDEN = (
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\ufdd0-\ufdef"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_UNSAFE = re.compile(f"[{_CONTROLS}{_HIDDEN}]")
_LETTERS = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}


def one_line(text: object) -> str:
    r"""Return a text as one line, with invisible characters escaped.

    >>> print(one_line("a\nerror: b\x1b[31m\u202ec.txt"))
    a\nerror: b\x1b[31m\u202ec.txt
    """
    line = str(text)
    return line if line.isascii() and line.isprintable() else _UNSAFE.sub(_escape, line)


def visible(text: str) -> str:
    r"""Return a text of many lines, with invisible characters escaped.

    >>> print(visible("one\ntwo\x1b[2J"))
    one
    two\x1b[2J
    """
    return "\n".join("\t".join(map(one_line, line.split("\t"))) for line in text.split("\n"))


def json_line(text: str) -> str:
    r"""Return JSON with the same meaning and no invisible character in its strings.

    Args:
        text: JSON; its line ends are kept, so that it may be indented.

    >>> print(json_line('{"a": "\x9b\u202e"}'))
    {"a": "\u009b\u202e"}
    """
    if text.isascii() and "\x7f" not in text:  # JSON has no other control characters
        return text
    return _UNSAFE.sub(_json_escape, text)


def _escape(match: re.Match[str]) -> str:
    point = ord(match[0])
    if match[0] in _LETTERS:
        return _LETTERS[match[0]]
    digits = f"{point:x}"
    if len(digits) <= len("ff"):
        return f"\\x{digits:0>2}"
    return f"\\u{digits:0>4}" if len(digits) <= len("ffff") else f"\\U{digits:0>8}"


def _json_escape(match: re.Match[str]) -> str:
    if match[0] in _LETTERS:
        return match[0]
    units = match[0].encode("utf-16-be", "surrogatepass")
    pairs = (units[at : at + 2].hex() for at in range(0, len(units), 2))
    return "".join(f"\\u{pair}" for pair in pairs)
