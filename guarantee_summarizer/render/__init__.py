"""Render a summary for the terminal, as Markdown or as HTML, all from one outline."""

from guarantee_summarizer.render.markdown import to_markdown
from guarantee_summarizer.render.terminal import print_summary, terminal_text

__all__ = ["print_summary", "terminal_text", "to_markdown"]
