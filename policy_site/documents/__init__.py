"""Markdown becomes documents: sections of blocks, cleaned, with ids. Nothing below this package is imported elsewhere.

Ids that begin with ``page-`` or ``change-`` belong to the pages around a text; those of a text never begin so.
"""

from __future__ import annotations

from policy_site.documents.adoption import adopt_ids as adopt_ids
from policy_site.documents.agreement import Difference as Difference
from policy_site.documents.agreement import Kind as Kind
from policy_site.documents.agreement import compare_readings as compare_readings
from policy_site.documents.agreement import letters_of as letters_of
from policy_site.documents.aliases import follow_aliases as follow_aliases
from policy_site.documents.chunks import PREVIEW as PREVIEW
from policy_site.documents.emission import emit as emit
from policy_site.documents.emission import emit_block as emit_block
from policy_site.documents.emission import emit_spans as emit_spans
from policy_site.documents.footnotes import set_apart as set_apart
from policy_site.documents.form import form as form
from policy_site.documents.limits import RenderFault as RenderFault
from policy_site.documents.links import anchors as anchors
from policy_site.documents.links import links as links
from policy_site.documents.links import links_to_nowhere as links_to_nowhere
from policy_site.documents.links import pictures as pictures
from policy_site.documents.links import rewrite_links as rewrite_links
from policy_site.documents.naming import name_texts as name_texts
from policy_site.documents.numbering import markers as markers
from policy_site.documents.phrasing import say as say
from policy_site.documents.plain import says_nothing as says_nothing
from policy_site.documents.plain import text as text
from policy_site.documents.plain import wording as wording
from policy_site.documents.plain import words as words
from policy_site.documents.rendering import Source as Source
from policy_site.documents.rendering import render_document as render_document
from policy_site.documents.rendering import render_documents as render_documents
from policy_site.documents.sections import make_id as make_id
