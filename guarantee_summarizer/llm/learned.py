"""Learn how a model at an endpoint accepts the schema, and which settings it accepts.

OpenAI-compatible servers refuse or ignore some of OpenAI's options. Each of these is detected once,
logged, and remembered as long as the connection exists.
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
"""How the schema is sent: as a tool that is named, required or only offered; or as
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
"""Statuses with which an endpoint may refuse a form every time."""
_TOOL_CHOICE = re.compile(r"tool[_ ]?choice")
_TOOLS = re.compile(r"\btools?\b|tool[_ ]use|function[_ ]call|tool[_ ]call")
_FORMAT = re.compile(
    r"response[_ ]?format|json[_ ]schema|structured output|'text' or 'json_object'|grammar"
)
_UNWANTED = re.compile(
    r"unsupported|unrecogni[sz]ed|not (?:be )?(?:support|permit|allow)|unknown|extra|unexpected|instead"
    r"|no longer|does ?n[o']t support|not available|forbidden|invalid|requires|no endpoints|should be"
)
_TOLD = ("message", "msg", "code", "param", "detail", "error")  # characters of an error's body
_LIMITS = ("max_tokens", "max_completion_tokens")
_DROPPED = ("stream_options", "parallel_tool_calls")  # the answer is the same without it


class AdaptedError(Exception):
    """A request was refused for its form; the next one has another form."""


class Sent:
    """The form and the settings of one request.

    Args:
        form: how the schema is sent.
        settings: the names of further settings in its body.
    """

    def __init__(self, form: Form, settings: frozenset[str]) -> None:
        self.form, self.settings = form, settings


class Learned:
    """Remember what one model at an endpoint accepts; thread-safe.

    Args:
        mode: how the schema is sent at first: `tools` or `json_schema`.
        limit: the setting that limits the answer's length, by the name that is tried first.
        where: the endpoint's name in the log.
        fixed: a custom client chooses the form.
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
        """Learn from an error; return whether the request may be accepted in another form."""
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
        """Learn from an answer without the requested tool call.

        Servers that ignore a tool often enforce a schema (llama.cpp, Ollama). With a required
        tool they may write any amount of prose before the call.
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
        """Switch to the next form, skipping all forms that the refusal concerns."""
        bad = self._blamed(sent, text)
        if not bad:
            return False
        if sent.form != self.form:  # another request has already learned it
            return True
        rest = [form for form in self._forms if form not in bad]
        if not rest:
            return False
        self._forms = sorted(rest, key=lambda form: form in self._ignored)
        self._note(f"refuses {_WORDS[sent.form]}; {_WORDS[self.form]} from now on")
        return True

    @staticmethod
    def _blamed(sent: Sent, text: str) -> tuple[Form, ...]:
        """Return the forms that a refusal concerns."""
        if sent.form == "json_schema":
            return ("json_schema",) if _FORMAT.search(text) else ()
        if _TOOL_CHOICE.search(text):
            return (sent.form,)
        return ("named", "required", "free") if _TOOLS.search(text) else ()

    def _note(self, what: str) -> None:
        note(self._where, what)


def note(where: str, what: str) -> None:
    """Log what was learned about an endpoint."""
    _LOG.warning("%s: %s", one_line(where), one_line(what))


def _refusal(error: BaseException) -> str | None:
    """Return the message of an error that may concern the form of a request; else None.

    Errors about the text, and a single failed tool call, do not concern the form.
    """
    cause = root(error)
    if status_code(cause) not in REFUSING or is_about_text(cause):
        return None
    text = words(error)
    return text if _UNWANTED.search(text) and "tool_use_failed" not in text else None


def _names(text: str, setting: str) -> bool:
    """Whether an error names a setting in quotes; `param` and `loc` are quoted here, too."""
    return re.search(rf"""["'`]{re.escape(setting.lower())}["'`]""", text) is not None


def words(error: BaseException) -> str:
    """Return an error's message, code, parameter and details in lower case."""
    cause = root(error)
    told = isinstance(cause, openai.OpenAIError | BadReplyError)
    text = " ".join(_told(getattr(cause, "body", None))) or (str(cause) if told else "")
    return text.lower().replace("invalid_request_error", "")  # OpenAI's type for every refusal


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
    """Return a body without the input that some servers repeat, as it contains the article."""
    if isinstance(body, Mapping):
        return {key: _plain(value) for key, value in body.items() if key != "input"}
    return [_plain(value) for value in body] if isinstance(body, list) else body
