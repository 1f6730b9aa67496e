"""``make rules`` writes ``docs/rules.md``: each rule from its own value, with what ``check`` says of its examples."""

from __future__ import annotations

import difflib
import sys
import tempfile
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path

from policy_site.checks import RULES, Rule
from policy_site.checks.rule import Example
from policy_site.checks.sample import EARLIER, FIRST, LATER, PUBLISHED, SECOND
from policy_site.model import Finding
from tests.support.builder import PolicyRepository
from tests.support.publishing import findings_of

_HEAD = """\
<!-- `make rules` writes this page from policy_site/checks. -->
# The rules

What `policy-site check` demands of content. An *error* stops a build, a *warning* stops it only with `--strict`, a
*note* never does. Where a rule has two levels, the milder one is for what does less harm, and for repositories whose
versions come from dates or revisions: nobody wrote those for this program. What cannot be read at all is told as well;
each such line says how to mend it.

The examples stand on a site with one policy in English and German. German is required, and 30 days' notice is
promised. This is the second version of the policy, and it keeps every rule:
"""


class SampleContent:
    """The repository of the sample, to which examples are put one after the other."""

    def __init__(self, root: Path) -> None:
        self._repository = PolicyRepository(root)
        self._commit(EARLIER, PUBLISHED[FIRST])
        self._base = self._repository.head
        self._told: dict[str, tuple[Finding, ...]] = {}

    def findings_with(self, example: Example) -> tuple[Finding, ...]:
        """Return what ``check`` says of the sample with the files of an example."""
        known = repr(sorted(example.items()))
        if known not in self._told:
            self._repository.git("reset", "--quiet", "--hard", self._base)
            self._commit({**LATER, **example}, PUBLISHED[SECOND])
            self._told[known] = findings_of(self._repository)
        return self._told[known]

    def _commit(self, files: Mapping[str, str], day: str) -> None:
        for path, text in files.items():
            self._repository.write(f"{self._repository.folder}/{path}", text)
        self._repository.commit(when=day)


def write_page(rules: tuple[Rule, ...], content: SampleContent) -> str:
    """Return the page: Markdown, in the order of names."""
    sample = [f"`{path}`\n\n```markdown\n{text}```\n" for path, text in LATER.items()]
    named = sorted(rules, key=lambda rule: rule.name)
    return "\n".join([_HEAD, *sample, *(part for rule in named for part in _section(rule, content))])


def _section(rule: Rule, content: SampleContent) -> Iterator[str]:
    told = (
        f"content/{finding.path}{f':{finding.line}' if finding.line else ''}: {finding.severity}: {finding.message}"
        f" {finding.remedy} [{finding.rule}]\n"
        for finding in content.findings_with(rule.fails)
    )
    yield f"## {rule.name}\n"
    yield _wrapped(f"{rule.demand} *({' or '.join(rule.severities)})*")
    yield _wrapped(rule.reason)
    yield f"This fails:\n\n```diff\n{_difference(rule.fails)}```\n"
    yield f"```\n{''.join(told)}```\n"
    yield f"This passes:\n\n```diff\n{_difference(rule.passes)}```\n"


def _wrapped(prose: str) -> str:
    return f"{textwrap.fill(prose, width=120, break_on_hyphens=False, break_long_words=False)}\n"


def _difference(example: Example) -> str:
    """Return how files of an example differ from the sample's, as a pull request shows it."""
    return "".join(
        line
        for path, text in example.items()
        for line in difflib.unified_diff(
            LATER.get(path, "").splitlines(keepends=True), text.splitlines(keepends=True), path, path, n=1
        )
        if not line.startswith(("@@", "--- "))
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        page = write_page(RULES, SampleContent(Path(folder)))
    Path(sys.argv[1]).write_text(page, encoding="utf-8")
