"""Hostile inputs, outputs and ledgers: what each may cost."""
