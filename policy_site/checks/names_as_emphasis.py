"""The underscores and stars of a name are shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from policy_site.checks.places import Places, tip_editions
from policy_site.checks.rule import Rule
from policy_site.checks.sample import BODY, TEXT, text_with
from policy_site.model import Block, Edition, Finding, Severity
from policy_site.publication import Publication

MAXIMUM = 100
"""Findings for one text: whoever has mended so many is told of the next ones."""
_MOST_NAMES = 2_000
"""Possible names that are looked for in one text."""
_NAME = re.compile(r"[\w.*-]{2,80}")
_LITERAL = re.compile(r"(?:^|[\s,;(/])_+[A-Za-z]")


def _findings(publication: Publication) -> Iterator[Finding]:
    for edition in tip_editions(publication):
        yield from islice(_of_text(publication, edition), MAXIMUM)


def _of_text(publication: Publication, edition: Edition) -> Iterator[Finding]:
    places = Places(edition.revision.text)
    found = ((block, *name) for block in publication.documents[edition.digest].blocks for name in _names(block))
    for block, name, written in islice(found, _MOST_NAMES):
        if written in edition.body:
            stars = written.replace(name, "\0").replace("_", "*").replace("\0", name)
            yield Finding(
                path=edition.revision.path,
                line=places.line_of(block.text),
                rule=RULE.name,
                severity=Severity.WARNING,
                message=f"The underscores around “{name}” are read as emphasis and disappear, in a preview too.",
                remedy=f"If this is a name, write it as code: `` `{written}` ``. If not, write `{stars}`.",
            )


def _names(block: Block) -> Iterator[tuple[str, str]]:
    """Yield what looks like a name whose underscores were taken for emphasis, as it is shown and as it is written."""
    spans = block.spans
    has_names = any(not span.marks and _LITERAL.search(span.text) for span in spans)
    for index, span in enumerate(spans):
        tag = span.marks[-1].tag if span.marks else ""
        if tag not in ("em", "strong") or not _NAME.fullmatch(span.text):
            continue
        written = f"_{span.text}_" if tag == "em" else f"__{span.text}__"
        following = spans[index + 1].text if index + 1 < len(spans) else ""
        is_name = "_" in span.text or following.startswith(("*", "_", ".*")) or (tag == "em" and has_names)
        if is_name:
            yield span.text, written


RULE = Rule(
    name="names-as-emphasis",
    severities=(Severity.WARNING,),
    demand="A name with underscores, of a cookie for one, is shown with all of them in a text that is published now.",
    reason="Markdown takes `__stripe_mid__` and `_ga_*` for emphasis, in a preview too: readers would look for "
    "a cookie called `stripe_mid`, which does not exist.",
    findings=_findings,
    fails={TEXT: text_with(BODY.replace("60 days.", "60 days in __stripe_mid__."))},
    passes={TEXT: text_with(BODY.replace("60 days.", "60 days in `__stripe_mid__`."))},
)
