"""What the words of the model are called before readers: English phrases, translated where they are used."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from policy_site.model import Fidelity, SectionChangeKind, Significance, Standing


def N_(phrase: str) -> str:  # noqa: N802 (gettext's own name for it, by which phrases are extracted)
    """Mark ``phrase`` for the catalogues; it is translated where it is used."""
    return phrase


SIGNIFICANCE_NAMES: Mapping[Significance, str] = MappingProxyType(
    {
        Significance.TECHNICAL: N_("Technical change (wording unchanged)"),
        Significance.EDITORIAL: N_("Editorial change"),
        Significance.MINOR: N_("Minor change"),
        Significance.SIGNIFICANT: N_("Significant change"),
    }
)
STANDING_NAMES: Mapping[Standing, str] = MappingProxyType(
    {
        # Translators: Where a version stands; also the name of the page that shows the next one.
        Standing.UPCOMING: N_("Upcoming"),
        Standing.IN_FORCE: N_("In force"),
        Standing.SUPERSEDED: N_("Replaced"),
        Standing.WITHDRAWN: N_("Withdrawn"),
    }
)
FIDELITY_NAMES: Mapping[Fidelity, str] = MappingProxyType(
    {
        Fidelity.AUTHORITATIVE: N_("Authoritative text"),
        Fidelity.FAITHFUL: N_("Translation of this version"),
        Fidelity.BEHIND: N_("Translation of an earlier version"),
        Fidelity.MISSING: N_("Not translated"),
    }
)
SECTION_CHANGE_NAMES: Mapping[SectionChangeKind, str] = MappingProxyType(
    {
        # Translators: What happened to a section, and to a defined term: mind the gender, or use a noun.
        SectionChangeKind.ADDED: N_("New"),
        SectionChangeKind.REMOVED: N_("Removed"),
        # Translators: What happened to a section, and to a defined term: mind the gender, or use a noun.
        SectionChangeKind.MODIFIED: N_("Changed"),
        SectionChangeKind.MOVED: N_("Moved"),
        SectionChangeKind.RENUMBERED: N_("Renumbered"),
    }
)
CATEGORY_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "purpose": N_("Purposes"),
        "recipients": N_("Recipients"),
        "transfers": N_("International transfers"),
        # Translators: What a change is about: the controller, as the law on personal data names it.
        "controller": N_("Who is responsible"),
        "rights": N_("Your rights"),
        "data-categories": N_("Kinds of data"),
        "collection-method": N_("How data is collected"),
        "retention": N_("How long data is kept"),
        "legal-basis": N_("Legal basis"),
        "automated-decisions": N_("Automated decisions"),
        "children": N_("Children"),
        "cookies": N_("Cookies"),
        "subprocessors": N_("Sub-processors"),
        "contract-terms": N_("Terms of the contract"),
        "price": N_("Prices"),
        "security-measures": N_("Security measures"),
        "contact": N_("Contact details"),
        "clarification": N_("Clarification"),
        # Translators: What a change is about: other words with the same meaning.
        "editorial": N_("Wording"),
        "translation": N_("Translation"),
        "formatting": N_("Formatting"),
        "link": N_("Links"),
    }
)
