"""The notifier's ledger: what is known, planned, sent. The only door to SQLAlchemy."""

from __future__ import annotations

from sqlalchemy import Connection

from policy_site.notifier.ledger.opening import Ledger, open_ledger

__all__ = ["Connection", "Ledger", "open_ledger"]
