"""Backends turn an article into a draft of its summary."""
