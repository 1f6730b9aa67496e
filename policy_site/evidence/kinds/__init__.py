"""The kinds of evidence, each with what finds it, in the order in which they take words."""

from __future__ import annotations

from policy_site.evidence.kinds.ages import find_ages
from policy_site.evidence.kinds.amounts import find_amounts
from policy_site.evidence.kinds.dates import find_dates
from policy_site.evidence.kinds.emails import find_emails
from policy_site.evidence.kinds.links import find_links
from policy_site.evidence.kinds.modals import find_modals
from policy_site.evidence.kinds.negations import find_negations
from policy_site.evidence.kinds.numbers import find_numbers
from policy_site.evidence.kinds.parties import find_parties
from policy_site.evidence.kinds.percentages import find_percentages
from policy_site.evidence.kinds.periods import find_periods
from policy_site.evidence.kinds.references import find_references
from policy_site.evidence.kinds.terms import find_terms
from policy_site.evidence.values import Finder, Kind

FINDERS: tuple[tuple[Kind, Finder], ...] = (
    (Kind.EMAIL, find_emails),
    (Kind.LINK, find_links),
    (Kind.DATE, find_dates),
    (Kind.REFERENCE, find_references),
    (Kind.AGE, find_ages),
    (Kind.PERIOD, find_periods),
    (Kind.PERCENTAGE, find_percentages),
    (Kind.AMOUNT, find_amounts),
    (Kind.NUMBER, find_numbers),
    (Kind.NEGATION, find_negations),
    (Kind.MODAL, find_modals),
    (Kind.PARTY, find_parties),
    (Kind.TERM, find_terms),
)
"""Words taken by one kind are not given to a later one; a defined term takes none. Add yours where it belongs."""
