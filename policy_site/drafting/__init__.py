"""The moves of a policy's life, each as the files that a person would write. Pure: nothing here touches a disk."""

from policy_site.drafting.backfill import draft_backfill
from policy_site.drafting.release import Request, draft_release
from policy_site.drafting.site_settings import draft_retirement, draft_review
from policy_site.drafting.values import Draft, Shelf
from policy_site.drafting.versions import draft_postponement, draft_withdrawal

__all__ = [
    "Draft",
    "Request",
    "Shelf",
    "draft_backfill",
    "draft_postponement",
    "draft_release",
    "draft_retirement",
    "draft_review",
    "draft_withdrawal",
]
