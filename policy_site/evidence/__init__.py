"""What a text itself says that matters: numbers, periods, parties, negations. One source for redlines and rules."""

from __future__ import annotations

from policy_site.evidence.across import Disagreement as Disagreement
from policy_site.evidence.across import compare_across as compare_across
from policy_site.evidence.across import count_shapes as count_shapes
from policy_site.evidence.own_dates import find_own_dates as find_own_dates
from policy_site.evidence.reading import read_block as read_block
from policy_site.evidence.reading import read_document as read_document
from policy_site.evidence.reading import read_section as read_section
from policy_site.evidence.reading import read_spans as read_spans
from policy_site.evidence.reading import read_text as read_text
from policy_site.evidence.reading import vocabulary_of as vocabulary_of
from policy_site.evidence.values import Evidence as Evidence
from policy_site.evidence.values import Kind as Kind
