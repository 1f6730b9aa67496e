"""One file for each layout of the ledger, oldest first."""
