"""Read articles and stored summaries from files and folders, one at a time, in bounded memory."""

from guarantee_summarizer.readers.files import read_articles
from guarantee_summarizer.readers.pages import article_from_html
from guarantee_summarizer.readers.pdf import article_from_pdf
from guarantee_summarizer.readers.sorting import sort_inputs
from guarantee_summarizer.readers.summaries import read_summaries

__all__ = [
    "article_from_html",
    "article_from_pdf",
    "read_articles",
    "read_summaries",
    "sort_inputs",
]
