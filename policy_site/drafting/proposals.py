"""Which category a changed section may have: a proposal, from its heading and from what its words say."""

from __future__ import annotations

import re

from policy_site.model import CATEGORIES, Significance

_BY_HEADING = (
    ("retention", r"retention|retain|how long|keep|storage period|erasure"),
    ("recipients", r"shar(e|ing)|recipient|disclos|third.part|partner"),
    ("subprocessors", r"sub-?processor|service provider"),
    ("transfers", r"transfer|international|outside the"),
    ("cookies", r"cookie|tracking|local storage"),
    ("children", r"child|minor|\bage\b"),
    ("price", r"price|fee|payment|charge|billing"),
    ("automated-decisions", r"automated|profiling"),
    ("legal-basis", r"legal bas|lawful"),
    ("rights", r"right|choice|opt.?out|access your"),
    ("security-measures", r"securit|safeguard|encrypt"),
    ("contact", r"contact|reach us|questions"),
    ("collection-method", r"how we collect|collection method"),
    ("data-categories", r"collect|information we|data we|personal data"),
    ("purpose", r"purpose|use (your|of)|how we use|why we"),
    ("controller", r"controller|who we are|about us"),
    ("contract-terms", r"terms|liabil|warrant|terminat|agreement"),
)


def propose_category(*, section_id: str, heading: str, evidence: tuple[str, ...], changes_words: bool) -> str:
    """Return a category for a section that differs.

    One in which no word changed is formatting or a link; one whose words say nothing that matters is a clarification;
    any other has the category its heading speaks of, and `purpose` where it speaks of none: too high is told and can
    be lowered, too low would be kept from readers.
    """
    if not changes_words:
        return "link" if any(line.startswith("link") for line in evidence) else "formatting"
    if not evidence:
        return "clarification"
    if all(line.startswith(("email", "link")) for line in evidence):
        return "contact"
    names = f"{section_id.replace('-', ' ')} {heading}".casefold()
    return next((category for category, pattern in _BY_HEADING if re.search(pattern, names)), "purpose")


def significance_of(categories: list[str]) -> Significance:
    """Return the highest significance that categories ask for."""
    return max(
        (CATEGORIES[category] for category in categories), key=lambda level: level.rank, default=Significance.EDITORIAL
    )
