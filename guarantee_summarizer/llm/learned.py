"""What a model at an endpoint takes, as learned by asking: how the schema travels, which settings.

OpenAI-compatible servers refuse some of what OpenAI takes, or ignore it. Each is found out once,
noted in the log, and remembered as long as the connection lives.
"""

from __future__ import annotations

import json
import logging
import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

import openai

from guarantee_summarizer.lines import one_line
from guarantee_summarizer.llm.faults import is_about_text, root, status_code
from guarantee_summarizer.llm.responses import BadReplyError

__all__ = ["REFUSING", "AdaptedError", "Form", "Learned", "Sent", "note", "words"]

_LOG = logging.getLogger("guarantee_summarizer.endpoint")

Form = Literal["named", "required", "free", "json_schema"]
"""How the schema travels: as a tool that is named, that is required, or that is only offered; or as
`response_format`."""

_ORDER: dict[str, tuple[Form, ...]] = {
    "tools": ("named", "required", "free", "json_schema"),
    "json_schema": ("json_schema", "named", "required", "free"),
}
_WORDS: dict[Form, str] = {
    "named": "a named tool",
    "required": "tool_choice='required'",
    "free": "a tool without tool_choice",
    "json_schema": "response_format",
}
REFUSING = frozenset({400, 404, 415, 422, 500, 501})
"""Statuses of what an endpoint may refuse every time."""
_TOOL_CHOICE = re.compile(r"tool[_ ]?choice")
_TOOLS = re.compile(r"\btools?\b|tool[_ ]use|function[_ ]call|tool[_ ]call")
_FORMAT = re.compile(
    r"response[_ ]?format|json[_ ]schema|structured output|'text' or 'json_object'|grammar"
)
_UNWANTED = re.compile(
    r"unsupported|unrecogni[sz]ed|not (?:be )?(?:support|permit|allow)|unknown|extra|unexpected|instead"
    r"|no longer|does ?n[o']t support|not available|forbidden|invalid|requires|no endpoints|should be"
)
_TOLD = ("message", "msg", "code", "param", "detail", "error")  # of an error's body
_LIMITS = ("max_tokens", "max_completion_tokens")
_DROPPED = ("stream_options", "parallel_tool_calls")  # an answer is the same without


class AdaptedError(Exception):
    """A request was refused for its form; the next one has another form."""


class Sent:
    """The form and the settings of one request.

    Args:
        form: how the schema travels.
        settings: the names of further settings in its body.
    """

    def __init__(self, form: Form, settings: frozenset[str]) -> None:
        self.form, self.settings = form, settings


class Learned:
    """Remember what one model at an endpoint takes; thread-safe.

    Args:
        mode: how the schema is sent at first: `tools` or `json_schema`.
        limit: the name of the setting that limits the answer, as it is tried first.
        where: the endpoint's name in the log.
        fixed: a custom client decides on the form.
    """

    def __init__(self, mode: str, *, limit: str, where: str, fixed: bool) -> None:
        self._fixed = fixed
        self._forms, self._ignored = list(_ORDER[mode]), set[Form]()
        self._limits, self._where = [limit], where
        self.dropped: set[str] = set()
        self._lock = threading.Lock()

    @property
    def form(self) -> Form:
        """How the schema is sent."""
        return self._forms[0]

    @property
    def limit(self) -> str:
        """The name of the setting that limits the answer."""
        return self._limits[-1]

    def refused(self, sent: Sent, error: BaseException) -> bool:
        """Learn from an error; return whether the same request in another form may be taken."""
        if (text := _refusal(error)) is None or "valid range" in text:
            return False
        with self._lock:
            if self._drops(sent, text):
                return True
            return self._renames(sent, text) or (not self._fixed and self._moves_on(sent, text))

    def remedy(self, sent: Sent, error: BaseException, settings: Iterable[str]) -> str | None:
        """Return what the user can do about a request that is refused in every form."""
        if (text := _refusal(error)) is None:
            return None
        named = [name for name in settings if name in sent.settings and _names(text, name)]
        if named:
            name = named[0]
            return f"leave {name} out of request= (--set)" if name not in _LIMITS else None
        if any(about.search(text) for about in (_TOOL_CHOICE, _TOOLS, _FORMAT)):
            return "it takes the schema in no form; choose another model or server"
        return None

    def without_tool(self, sent: Sent) -> None:
        """Learn from an answer without the tool that was asked for.

        Servers that ignore a tool often enforce a schema (llama.cpp, Ollama). There a tool that is
        required may come after any amount of prose.
        """
        with self._lock:
            known = self._fixed or sent.form != self.form or sent.form in self._ignored
            if known or sent.form == "json_schema":
                return
            self._ignored.add(sent.form)
            rest = [form for form in ("json_schema", "required") if form in self._forms[1:]]
            if rest:
                self._forms.remove(rest[0])
                self._forms = [rest[0], *self._forms]
                self._note(f"answers without the tool; {_WORDS[self.form]} from now on")

    def _drops(self, sent: Sent, text: str) -> bool:
        for name in _DROPPED:
            if name in sent.settings and name in text:
                if name not in self.dropped:
                    self.dropped.add(name)
                    self._note(f"refuses {name}; it is left out from now on")
                return True
        return False

    def _renames(self, sent: Sent, text: str) -> bool:
        """Take the other name of the limit; a limit that is too large has the right name."""
        used = next((name for name in _LIMITS if name in sent.settings), None)
        if used is None or used not in text or "too large" in text:
            return False
        other = _LIMITS[used == _LIMITS[0]]
        if used == self.limit and other not in self._limits:
            self._limits.append(other)
            self._note(f"refuses {used}; it is {other} from now on")
        return used != self.limit

    def _moves_on(self, sent: Sent, text: str) -> bool:
        """Go on to the next form, past all forms that the refusal is about."""
        bad = self._blamed(sent, text)
        if not bad:
            return False
        if sent.form != self.form:  # another request has found it out
            return True
        rest = [form for form in self._forms if form not in bad]
        if not rest:
            return False
        self._forms = sorted(rest, key=lambda form: form in self._ignored)
        self._note(f"refuses {_WORDS[sent.form]}; {_WORDS[self.form]} from now on")
        return True

    @staticmethod
    def _blamed(sent: Sent, text: str) -> tuple[Form, ...]:
        """The forms that a refusal is about."""
        if sent.form == "json_schema":
            return ("json_schema",) if _FORMAT.search(text) else ()
        if _TOOL_CHOICE.search(text):
            return (sent.form,)
        return ("named", "required", "free") if _TOOLS.search(text) else ()

    def _note(self, what: str) -> None:
        note(self._where, what)


def note(where: str, what: str) -> None:
    """Write to the log what was learned of an endpoint."""
    _LOG.warning("%s: %s", one_line(where), one_line(what))


def _refusal(error: BaseException) -> str | None:
    """The words of an error that may be about the form of a request; None if it is another.

    What is about the text, and one failed call of a tool, say nothing of the form.
    """
    cause = root(error)
    if status_code(cause) not in REFUSING or is_about_text(cause):
        return None
    text = words(error)
    return text if _UNWANTED.search(text) and "tool_use_failed" not in text else None


def _names(text: str, setting: str) -> bool:
    """Whether an error names a setting: in quotes, as its `param` and `loc` are here too."""
    return re.search(rf"""["'`]{re.escape(setting.lower())}["'`]""", text) is not None


def words(error: BaseException) -> str:
    """Return what an error says: its message, code, parameter and details, in small letters."""
    cause = root(error)
    told = isinstance(cause, openai.OpenAIError | BadReplyError)
    text = " ".join(_told(getattr(cause, "body", None))) or (str(cause) if told else "")
    return text.lower().replace("invalid_request_error", "")  # OpenAI's type of every refusal


def _told(body: Any) -> Iterator[str]:
    if isinstance(body, str):
        yield body
    for inner in body if isinstance(body, list) else ():
        yield from _told(inner)
    for name in _TOLD if isinstance(body, Mapping) else ():
        value = body.get(name)
        if name == "error":
            yield from _told(value)
        elif name != "param" and isinstance(value, str):
            yield value
        elif value is not None:
            yield json.dumps(_plain(value), default=str)


def _plain(body: Any) -> Any:
    """A body without the input that some servers repeat: the article stands there."""
    if isinstance(body, Mapping):
        return {key: _plain(value) for key, value in body.items() if key != "input"}
    return [_plain(value) for value in body] if isinstance(body, list) else body
