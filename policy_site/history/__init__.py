"""Git history as revisions: the only door to git. It knows commits, not policies."""

from policy_site.history.history import History, read_folder, read_history
from policy_site.history.repository import find_merge_base, find_repository

__all__ = ["History", "find_merge_base", "find_repository", "read_folder", "read_history"]
