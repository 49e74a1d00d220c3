"""The endpoint of the corpus tests."""

from tests.corpus.conftest import endpoint

__all__ = ["endpoint"]
