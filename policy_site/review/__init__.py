"""What merging would do to readers, translations and recipients: told before anybody merges.

Two publications are compared, the one without and the one with what a branch brings, each now and at the end of what is
known to come. Pure but for the reading of `gather`.
"""

from policy_site.review.gathering import Sides, gather
from policy_site.review.html import write_page
from policy_site.review.json import to_json
from policy_site.review.markdown import write_comment
from policy_site.review.review import compose_review
from policy_site.review.values import Review

__all__ = ["Review", "Sides", "compose_review", "gather", "to_json", "write_comment", "write_page"]
