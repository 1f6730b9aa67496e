"""Looks at a repository that was never written for this program, and proposes a ``site.toml`` for it."""

from policy_site.adoption.proposal import Proposal, as_json, propose

__all__ = ["Proposal", "as_json", "propose"]
