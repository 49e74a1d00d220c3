"""Corpora: the ledger, results, and runs over many articles."""
