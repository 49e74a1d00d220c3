"""Writers: a summary in, something to read out. All of them draw the same outline."""

from guarantee_summarizer.render.markdown import to_markdown
from guarantee_summarizer.render.terminal import print_summary, terminal_text

__all__ = ["print_summary", "terminal_text", "to_markdown"]
