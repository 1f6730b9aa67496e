"""Git history as revisions: the only door to git. It knows commits, not policies."""

import os

# Where git is missing, GitPython would otherwise raise ImportError before anybody can say so in a sentence. It looks
# here when it is imported for the first time, so this stands before the modules that import it.
os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")

from policy_site.history.ancestry import Place, find_place, find_way
from policy_site.history.attached import AttachedFiles, Wanted
from policy_site.history.branches import append_to_branch, read_from_branch
from policy_site.history.creation import Snapshot, create_repository
from policy_site.history.disk import SMALL_LIMIT, read_small_files
from policy_site.history.history import History, list_paths, read_folder, read_history
from policy_site.history.merging import (
    FileChange,
    Merge,
    find_merge,
    find_moves,
    find_names_on_branches,
    find_proposed,
    read_committed_files,
    read_file,
    read_texts_of,
)
from policy_site.history.repository import find_merge_base, find_reference_places, find_repository
from policy_site.history.survey import PathSpan, Survey, read_surveyed, survey_branch

__all__ = [
    "SMALL_LIMIT",
    "AttachedFiles",
    "FileChange",
    "History",
    "Merge",
    "PathSpan",
    "Place",
    "Snapshot",
    "Survey",
    "Wanted",
    "append_to_branch",
    "create_repository",
    "find_merge",
    "find_merge_base",
    "find_moves",
    "find_names_on_branches",
    "find_place",
    "find_proposed",
    "find_reference_places",
    "find_repository",
    "find_way",
    "list_paths",
    "read_committed_files",
    "read_file",
    "read_folder",
    "read_from_branch",
    "read_history",
    "read_small_files",
    "read_surveyed",
    "read_texts_of",
    "survey_branch",
]
