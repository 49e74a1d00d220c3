"""Show a summary in the cell of a notebook: compact, without script, ids or external style."""

from __future__ import annotations

from guarantee_summarizer.render.html.environment import fill
from guarantee_summarizer.render.html.page import view
from guarantee_summarizer.schema import Summary

__all__ = ["notebook_html"]


def notebook_html(summary: Summary) -> str:
    """Write a summary as an HTML fragment for a page with other content.

    It has no ids that could collide, its style affects nothing outside it, and without its style
    (which untrusted notebooks remove) it is still readable as lists under headings.
    """
    return fill("notebook.html.jinja", view=view(summary))
