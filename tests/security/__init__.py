"""What a stranger's server, file or ledger must not do."""
