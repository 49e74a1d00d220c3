"""What a stranger's server, input, file or ledger must not do, and what it may cost."""
