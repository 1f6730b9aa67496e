"""What each release changed about the tables of the ledger, for Alembic. A released one is never edited."""
