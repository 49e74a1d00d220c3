"""Secrets as providers and people make them, their forms, and a search for them in what is shown.

The search knows nothing of the library's scrubber.
"""

from __future__ import annotations

import base64
import html
import json
import random
import re
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import quote, unquote

ALNUM = string.ascii_letters + string.digits
WINDOW = 10  # characters in a row of a secret, looked for at every third place


def _some(draw: random.Random, letters: str, size: int) -> str:
    return "".join(draw.choice(letters) for _ in range(size))


def _jwt(draw: random.Random) -> str:
    return ".".join(_some(draw, ALNUM + "-_", size) for size in (36, 80, 43))


def _uuid(draw: random.Random) -> str:
    return "-".join(_some(draw, "0123456789abcdef", size) for size in (8, 4, 4, 4, 12))


KINDS: dict[str, Callable[[random.Random], str]] = {
    "openai": lambda d: "sk-" + _some(d, ALNUM, 48),
    "openai project": lambda d: "sk-proj-" + _some(d, ALNUM + "-_", 156),
    "anthropic": lambda d: "sk-ant-api03-" + _some(d, ALNUM + "-_", 93) + "AA",
    "google": lambda d: "AIza" + _some(d, ALNUM + "-_", 35),
    "groq": lambda d: "gsk_" + _some(d, ALNUM, 52),
    "openrouter": lambda d: "sk-or-v1-" + _some(d, "0123456789abcdef", 64),
    "mistral": lambda d: _some(d, ALNUM, 32),
    "cohere": lambda d: _some(d, ALNUM, 40),
    "azure": lambda d: _some(d, "0123456789abcdef", 32),
    "hugging face": lambda d: "hf_" + _some(d, ALNUM, 34),
    "nvidia": lambda d: "nvapi-" + _some(d, ALNUM + "-_", 64),
    "xai": lambda d: "xai-" + _some(d, ALNUM, 80),
    "perplexity": lambda d: "pplx-" + _some(d, ALNUM, 48),
    "aws": lambda d: _some(d, ALNUM + "/+", 40),
    "jwt": _jwt,
    "uuid": _uuid,
    "base64": lambda d: base64.b64encode(d.randbytes(32)).decode(),
    "short": lambda d: _some(d, string.ascii_lowercase, 4) + _some(d, "0123456789", 2)
    + _some(d, string.ascii_uppercase, 3) + _some(d, "0123456789", 3)
    + _some(d, string.ascii_lowercase, 2),
    "punctuated": lambda d: "".join(
        _some(d, ALNUM, 3) + _some(d, "!$*'()~^|{}<>\"\\`;,.%&", 1) for _ in range(9)
    ),
    "long": lambda d: _some(d, ALNUM, 900),
    "digits": lambda d: _some(d, "123456789", 24),
    "letters": lambda d: _some(d, "bcdfghjklmnpqrstvwxz", 24),
}  # fmt: skip
"""Generators of secrets; the last two could be figures and words, so only the whole is secret."""
WHOLE = ("digits", "letters")


def _each(pattern: str) -> Callable[[str], str]:
    return lambda secret: "".join(pattern.format(ord(c)) for c in secret)


FORMS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "url": lambda s: quote(s, safe=""),
    "url, small": lambda s: quote(s, safe="").replace("%2B", "%2b").replace("%2F", "%2f"),
    "url, all": _each("%{:02X}"),
    "url, all, small": _each("%{:02x}"),
    "url, twice": lambda s: quote(_each("%{:02X}")(s)),
    "json": json.dumps,
    "json, escaped": _each("\\u{:04x}"),
    "json in json": lambda s: json.dumps(json.dumps({"key": s})),
    "repr of bytes": lambda s: repr(s.encode()),
    "bytes, escaped": _each("\\x{:02x}"),
    "html": html.escape,
    "html, numbers": _each("&#{};"),
    "html, hex": _each("&#x{:X};"),
    "base64": lambda s: base64.b64encode(s.encode()).decode(),
    "bearer in base64": lambda s: base64.b64encode(f"Bearer {s}".encode()).decode(),
    "login in base64": lambda s: base64.b64encode(f"u:{s}".encode()).decode(),
    "base64 for urls": lambda s: base64.urlsafe_b64encode(f"xy{s}".encode()).decode(),
    "hex": lambda s: s.encode().hex(),
    "hex, capitals": lambda s: s.encode().hex().upper(),
    "hex, apart": lambda s: s.encode().hex(" "),
    "capitals": str.upper,
    "small": str.lower,
    "bearer": lambda s: f"Bearer {s}",
    "header": lambda s: f"Authorization: Bearer {s}\r\nX-Other: 1",
}
SPLIT: dict[str, Callable[[str], str]] = {
    "cut off": lambda s: s[: 3 * len(s) // 4],
    "cut off with dots": lambda s: s[: max(12, len(s) // 2)] + "...",
    "the end": lambda s: "…" + s[len(s) // 3 :],
    "dots within": lambda s: s[: len(s) // 2] + "…" + s[len(s) // 2 :],
    "on two lines": lambda s: s[: len(s) // 2] + "\n" + s[len(s) // 2 :],
    "on lines": lambda s: "\r\n ".join(re.findall(".{1,5}", s)),
    "joined": lambda s: f'"{s[: len(s) // 2]}" + "{s[len(s) // 2 :]}"',
    "base64 on lines": lambda s: base64.encodebytes(s.encode()).decode(),
    "apart": " ".join,
    "zero width": "\u200b".join,
    "tags": lambda s: "<wbr>".join(re.findall(".{1,6}", s)),
    "colours": lambda s: "\x1b[1m".join(re.findall(".{1,6}", s)),
}


@dataclass(frozen=True)
class Secret:
    """A secret, and one form of it that a server echoes."""

    kind: str
    value: str
    form: str
    echo: str

    @property
    def plain(self) -> str:
        return _letters(self.value)


def secrets(count: int, seed: int) -> Iterator[Secret]:
    """Yield made-up secrets, each in another form."""
    draw, kinds = random.Random(seed), [*KINDS]
    for number in range(count):
        kind = kinds[number % len(kinds)]
        forms = FORMS if kind in WHOLE else FORMS | SPLIT
        form = draw.choice([*forms])
        value = KINDS[kind](draw)
        yield Secret(kind, value, form, forms[form](value))


def shows(secret: Secret, shown: str) -> bool:
    """Return whether a secret, or twelve characters of it, can be read from what is shown."""
    plain, size = secret.plain, len(secret.plain) if secret.kind in WHOLE else WINDOW
    parts = {plain[at : at + size] for at in range(0, len(plain) - size + 1, 3)}
    parts |= set(_of_base64(secret.value))
    code = secret.value.encode().hex()
    parts |= {code[at : at + 24] for at in range(0, len(code) - 23, 6)}
    return any(part in view for view in _views(shown) for part in parts)


def _of_base64(value: str) -> Iterator[str]:
    for before in range(3):
        code = _letters(base64.b64encode(bytes(before) + value.encode()).decode()[4:-4])
        yield from (code[at : at + 14] for at in range(0, len(code) - 13, 4))


def _views(shown: str) -> set[str]:
    """What is shown as it is, and as it reads after decoding it once or twice, letters alone."""
    views = {shown}
    for _ in range(2 if re.search(r"[%&<\\\x1b]", shown) else 0):
        for view in [*views]:
            views |= {unquote(view), html.unescape(view)}
            views.add(re.sub(r"\\+u([0-9a-f]{4})", lambda m: chr(int(m[1], 16)), view))
            views.add(re.sub(r"\\+x([0-9a-f]{2})", lambda m: chr(int(m[1], 16)), view))
            views.add(re.sub(r"<wbr>|\x1b\[1m|\\+[nrt]", "", view))
    return {_letters(view) for view in views}


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())
