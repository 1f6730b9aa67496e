"""The first files of a site for one's own company: settings, texts brought along, and what its git host runs.

Pure: choices and texts in, files by path out. Nothing here reads a disk or asks anybody.
"""

from policy_site.starting.choices import Choices, PolicyChoice
from policy_site.starting.files import HOSTS, compose_files, title_of
from policy_site.starting.sample import sample_snapshots
from policy_site.starting.texts import BroughtText, take_text

__all__ = [
    "HOSTS",
    "BroughtText",
    "Choices",
    "PolicyChoice",
    "compose_files",
    "sample_snapshots",
    "take_text",
    "title_of",
]
