"""Extract structured, grounded summaries from texts on international security guarantees."""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING as _TYPE_CHECKING
from typing import Any as _Any

from guarantee_summarizer._version import __version__
from guarantee_summarizer.article import Article
from guarantee_summarizer.corpus.results import Failure, Prices, Status
from guarantee_summarizer.errors import (
    AnswerError,
    ArticleError,
    AuthenticationError,
    BadRequestError,
    BudgetSpentError,
    ConfigurationError,
    DossierError,
    GuaranteeSummarizerError,
    InvalidAnswerError,
    LedgerError,
    LexiconError,
    MissingKeyError,
    ModelError,
    ModelTimeoutError,
    PipelineError,
    PromptError,
    QuotaError,
    RateLimitError,
    RefusalError,
    SchemaError,
    TransportError,
    TruncatedError,
    UnknownModelError,
    UnreachableError,
    UnsupportedError,
)
from guarantee_summarizer.options import Endpoint, Options, RunOptions
from guarantee_summarizer.render import print_summary, to_markdown
from guarantee_summarizer.schema import (
    ArticleRecord,
    Citation,
    Dispute,
    Event,
    Finding,
    GuaranteeStructure,
    Layer,
    Participant,
    Position,
    Proposal,
    Provenance,
    Summary,
    Support,
    Term,
    Usage,
    Withheld,
)
from guarantee_summarizer.summarizer import Summarizer, asummarize, summarize

if _TYPE_CHECKING:
    from guarantee_summarizer.batch import Batch, BatchJob, Submission
    from guarantee_summarizer.corpus.ledger import Ledger
    from guarantee_summarizer.dossier import Dossier
    from guarantee_summarizer.readers import (
        article_from_html,
        article_from_pdf,
        read_articles,
        read_summaries,
    )
    from guarantee_summarizer.render.html.page import to_html
    from guarantee_summarizer.render.tables import to_frames, to_records, write_tables

_LAZY = {
    "Batch": "batch",
    "BatchJob": "batch",
    "Dossier": "dossier",
    "Ledger": "corpus.ledger",
    "Submission": "batch",
    "article_from_html": "readers",
    "article_from_pdf": "readers",
    "read_articles": "readers",
    "read_summaries": "readers",
    "to_frames": "render.tables",
    "to_html": "render.html.page",
    "to_records": "render.tables",
    "write_tables": "render.tables",
}  # these load asyncio, sqlite3, readers, jinja2 and tables, not needed for single articles

__all__ = [
    "AnswerError",
    "Article",
    "ArticleError",
    "ArticleRecord",
    "AuthenticationError",
    "BadRequestError",
    "Batch",
    "BatchJob",
    "BudgetSpentError",
    "Citation",
    "ConfigurationError",
    "Dispute",
    "Dossier",
    "DossierError",
    "Endpoint",
    "Event",
    "Failure",
    "Finding",
    "GuaranteeStructure",
    "GuaranteeSummarizerError",
    "InvalidAnswerError",
    "Layer",
    "Ledger",
    "LedgerError",
    "LexiconError",
    "MissingKeyError",
    "ModelError",
    "ModelTimeoutError",
    "Options",
    "Participant",
    "PipelineError",
    "Position",
    "Prices",
    "PromptError",
    "Proposal",
    "Provenance",
    "QuotaError",
    "RateLimitError",
    "RefusalError",
    "RunOptions",
    "SchemaError",
    "Status",
    "Submission",
    "Summarizer",
    "Summary",
    "Support",
    "Term",
    "TransportError",
    "TruncatedError",
    "UnknownModelError",
    "UnreachableError",
    "UnsupportedError",
    "Usage",
    "Withheld",
    "__version__",
    "article_from_html",
    "article_from_pdf",
    "asummarize",
    "print_summary",
    "read_articles",
    "read_summaries",
    "summarize",
    "to_frames",
    "to_html",
    "to_markdown",
    "to_records",
    "write_tables",
]


def __getattr__(name: str) -> _Any:
    """Load the names in `_LAZY` at first use."""
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = _import_module(f"{__name__}.{_LAZY[name]}")
    return getattr(module, name)


def __dir__() -> list[str]:
    """List the public names, including those in `_LAZY`."""
    return sorted({*globals(), *__all__})
