"""Whole corpora: readers, the ledger, the run over many articles."""
