"""One file taken apart: what a path stands for, its front matter, its Markdown.

Nothing here reads a disk or git: texts come in as strings, and faults leave as findings beside the value.
"""

from policy_site.sources.dates import (
    fact,
    find_date,
    find_label,
    find_other_date,
    label_in,
    read_day,
    says,
    undated,
    unreadable_date,
    without_date,
)
from policy_site.sources.front_matter import split_front_matter
from policy_site.sources.hidden import without_hidden_parts
from policy_site.sources.notes import parse_release_note, parse_words, report_facts_of_translation
from policy_site.sources.places import Place, Places, Role
from policy_site.sources.texts import Text, parse_text
from policy_site.sources.wildcards import expand_wildcards

__all__ = [
    "Place",
    "Places",
    "Role",
    "Text",
    "expand_wildcards",
    "fact",
    "find_date",
    "find_label",
    "find_other_date",
    "label_in",
    "parse_release_note",
    "parse_text",
    "parse_words",
    "read_day",
    "report_facts_of_translation",
    "says",
    "split_front_matter",
    "undated",
    "unreadable_date",
    "without_date",
    "without_hidden_parts",
]
