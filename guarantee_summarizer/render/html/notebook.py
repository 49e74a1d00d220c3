"""Show a summary as the cell of a notebook: compact, without script, ids or outside style."""

from __future__ import annotations

from guarantee_summarizer.render.html.environment import fill
from guarantee_summarizer.render.html.page import view
from guarantee_summarizer.schema import Summary

__all__ = ["notebook_html"]


def notebook_html(summary: Summary) -> str:
    """Write a summary as a piece of HTML for a page with others.

    It has no ids that could collide, its style reaches nothing outside it, and without its style
    (notebooks that are not trusted lose it) it is still lists under headings.
    """
    return fill("notebook.html.jinja", view=view(summary))
