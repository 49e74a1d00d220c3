"""The endpoint of the corpus tests serves batches too."""

from tests.corpus.conftest import endpoint

__all__ = ["endpoint"]
