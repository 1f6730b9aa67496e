"""How translations stand to the authoritative text, section by section: facts of its redlines, never of two languages.

A translation says which version it renders. What changed in the authoritative text between that version and the one
shown is what is stale in the translation; sections meet by their ids, which translations without any have from the
authoritative text of the version they render.
"""

from __future__ import annotations

from policy_site.fidelity.order import out_of_order as out_of_order
from policy_site.fidelity.pairs import LivingTranslation as LivingTranslation
from policy_site.fidelity.pairs import living_translations as living_translations
from policy_site.fidelity.sources import line_of_heading as line_of_heading
from policy_site.fidelity.standing import assess as assess
from policy_site.fidelity.standing import comparison_of as comparison_of
from policy_site.fidelity.standing import newest_version as newest_version
from policy_site.fidelity.standing import staleness as staleness
from policy_site.fidelity.worklist import write_worklist as write_worklist
