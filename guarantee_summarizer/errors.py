"""Define the library's errors, as one tree.

    GuaranteeSummarizerError
    ├── ArticleError            the input cannot be read as an article
    ├── SchemaError             a stored summary or a gold file breaks the schema
    ├── PromptError             a template is missing, broken, or names an unknown variable
    ├── LexiconError            a lexicon file breaks its format
    ├── LedgerError             the ledger of a run cannot be opened, read or written
    ├── DossierError            invalid input to a dossier, or an unknown actor or day
    ├── BudgetSpentError        the budget of a run ended it; finished results are kept
    ├── ConfigurationError      options that do not fit together, or a missing extra
    │   ├── MissingKeyError     a model was named, but no API key was found
    │   └── PipelineError       the embedded extractor finds no spaCy pipeline that parses English
    └── ModelError              the language model gave no usable answer
        ├── AuthenticationError     the key was refused
        ├── UnknownModelError       the endpoint does not know the model
        ├── QuotaError              the account's quota or balance is used up
        ├── BadRequestError         the endpoint refused the request itself
        ├── TransportError          no answer after all attempts
        │   ├── RateLimitError          too many requests; carries `retry_after`
        │   ├── ModelTimeoutError       no answer in time
        │   └── UnreachableError        no server answers at that address
        ├── RefusalError            the model declined to answer
        └── AnswerError             an answer was received, but is not usable
            ├── TruncatedError          it was cut off (raised in strict mode)
            ├── InvalidAnswerError      it never matched the schema; carries `answer`
            └── UnsupportedError        strict mode: claims that the article does not support

Each message is one line that names the cause and the remedy. No message contains an API key.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from guarantee_summarizer.lines import one_line

__all__ = [
    "AnswerError",
    "ArticleError",
    "AuthenticationError",
    "BadRequestError",
    "BudgetSpentError",
    "ConfigurationError",
    "DossierError",
    "GuaranteeSummarizerError",
    "InvalidAnswerError",
    "LedgerError",
    "LexiconError",
    "MissingKeyError",
    "ModelError",
    "ModelTimeoutError",
    "PipelineError",
    "PromptError",
    "QuotaError",
    "RateLimitError",
    "RefusalError",
    "SchemaError",
    "TransportError",
    "TruncatedError",
    "UnknownModelError",
    "UnreachableError",
    "UnsupportedError",
    "load_extra",
]


class GuaranteeSummarizerError(Exception):
    """Root of the tree: catch it to catch all errors that the library raises on purpose."""

    def __str__(self) -> str:
        """Return the message as one line; foreign text in it cannot forge or hide output."""
        return one_line(super().__str__())


class ArticleError(GuaranteeSummarizerError):
    """The input cannot be read as an article; the message names the file or the field."""


class SchemaError(GuaranteeSummarizerError):
    """A stored summary or a gold file breaks the schema."""


class PromptError(GuaranteeSummarizerError):
    """A prompt template is missing, broken or uses an unknown variable."""


class LexiconError(GuaranteeSummarizerError):
    """A lexicon file breaks its format; the message names file, line and column."""


class LedgerError(GuaranteeSummarizerError):
    """The ledger of a run cannot be opened, read or written; recorded entries are kept."""


class DossierError(GuaranteeSummarizerError):
    """Invalid input to a dossier, or an unknown actor or day; the message says what is valid."""


class BudgetSpentError(GuaranteeSummarizerError):
    """The budget of a run is used up; raised after the results that were already paid for."""


class ConfigurationError(GuaranteeSummarizerError):
    """Options do not fit together, or an extra is not installed."""


class MissingKeyError(ConfigurationError):
    """A model was named, but there is no key in `api_key` or the environment."""


class PipelineError(ConfigurationError):
    """The embedded extractor finds no spaCy, or no pipeline that parses English."""


class ModelError(GuaranteeSummarizerError):
    """The language model gave no usable answer.

    `attempts` is the number of requests sent, `usage` their costs, if known; `answer` is the last
    raw answer, if there was one. `ends_run` says that every other article would cause it, too.
    """

    usage: Any = None  # `schema.Usage`, which imports this module
    ends_run: bool = False

    def __init__(self, message: str, *, attempts: int = 0, answer: str | None = None) -> None:
        super().__init__(message)
        self.attempts = attempts
        self.answer = answer


class AuthenticationError(ModelError):
    """The endpoint refused the key."""

    ends_run = True


class UnknownModelError(ModelError):
    """The endpoint does not know the model, or the path of `base_url` is wrong."""

    ends_run = True


class QuotaError(ModelError):
    """The quota or the balance of the account is used up."""

    ends_run = True


class BadRequestError(ModelError):
    """The endpoint refused the request itself, for instance because the article is too long."""


class TransportError(ModelError):
    """There was no answer within the budget of attempts and seconds."""


class RateLimitError(TransportError):
    """The endpoint's limits need a longer wait than the budget; `retry_after`: seconds or None."""

    def __init__(
        self, message: str, *, attempts: int = 0, retry_after: float | None = None
    ) -> None:
        super().__init__(message, attempts=attempts)
        self.retry_after = retry_after


class ModelTimeoutError(TransportError):
    """The endpoint accepted the request but did not answer in time."""


class UnreachableError(TransportError):
    """No server answers at the address of `base_url`."""


class RefusalError(ModelError):
    """The model, or the provider's content filter, declined to answer."""


class AnswerError(ModelError):
    """An answer was received, but is not usable; `summary` has its usable part, if any."""

    def __init__(
        self,
        message: str,
        *,
        attempts: int = 0,
        answer: str | None = None,
        summary: Any = None,
    ) -> None:
        super().__init__(message, attempts=attempts, answer=answer)
        self.summary = summary


class TruncatedError(AnswerError):
    """The answer was cut off."""


class InvalidAnswerError(AnswerError):
    """No answer matched the schema; `answer` is the last one."""


class UnsupportedError(AnswerError):
    """Strict mode: the article does not support every claim of the model."""


def load_extra(module: str, *, extra: str) -> Any:
    """Import an optional library.

    Args:
        module: its name, for instance `scipy.optimize`.
        extra: the extra of this package that installs it.

    Raises:
        ConfigurationError: it is not installed; the message has the install command.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise ConfigurationError(
            f"{module.partition('.')[0]} is not installed ({error}): "
            f"pip install 'guarantee-summarizer[{extra}]'"
        ) from error
