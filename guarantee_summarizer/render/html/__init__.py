"""Render summaries as HTML: a page, or a cell of a notebook; only this package uses jinja2."""
