"""Render summaries as HTML: a page by itself, or a cell of a notebook; the one package with jinja2."""
