"""A company's way with its policies, from an empty folder to a withdrawn version, through a git host's pipelines."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.pipeline import Host

_POLICY = (
    "# Privacy policy\n\n## Data\n\nWe collect your name.\n\n## Retention\n\nWe keep your data for 30 days.\n\n"
    "## Contact\n\nWrite to [us](mailto:privacy@larkspur.example).\n"
)


_CLARIFIED = "{category: clarification, sections: [data]}"


class Company:
    """People at Larkspur, with a clone of their repository, a git host and a site."""

    def __init__(self, root: Path) -> None:
        self.host = Host(root / "host")
        self.folder = root / "policies"
        self.text = root / "privacy.md"
        self.text.write_text(_POLICY, encoding="utf-8")

    def run(self, *arguments: str, status: int = 0, folder: Path | None = None) -> str:
        """Run the program as people do; return everything it says."""
        done = subprocess.run(
            [sys.executable, "-m", "policy_site", *arguments],
            cwd=folder or self.folder,
            env=self.host.environment,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout + done.stderr

    def git(self, *arguments: str) -> str:
        return self.host.git(self.folder, *arguments)

    def edit(self, path: str, old: str, new: str) -> None:
        file = self.folder / "content" / path
        text = file.read_text(encoding="utf-8")
        assert old in text, text
        file.write_text(text.replace(old, new), encoding="utf-8")

    def write_words(self, label: str, words: str) -> None:
        note = self.folder / f"content/privacy/releases/{label}.md"
        lines = note.read_text(encoding="utf-8").splitlines(keepends=True)
        note.write_text(
            "".join(f"{line}\n{words}\n" if line.startswith("## ") else line for line in lines), encoding="utf-8"
        )

    def push(self, branch: str) -> None:
        self.git("checkout", "--quiet", "-B", branch)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", f"Change the policies: {branch}")
        self.git("push", "--quiet", "--force", "origin", branch)

    def merge(self, branch: str) -> None:
        self.git("checkout", "--quiet", "main")
        self.git("merge", "--quiet", "--no-ff", "--no-edit", branch)
        self.git("push", "--quiet", "origin", "main")

    def propose(self, branch: str, *, with_preview: bool = False) -> None:
        """Push what was changed, and see that the checks of its pull request pass."""
        self.push(branch)
        status, said = self.host.run_pull_request(branch, with_preview=with_preview)
        assert status == 0, said

    def accept(self, branch: str) -> None:
        """Merge a branch, and see that the site is published."""
        self.merge(branch)
        assert self.host.publish()[0] == 0

    def events(self) -> list[tuple[str, str]]:
        feed = json.loads((self.host.served / "changes/v1/feed.json").read_text(encoding="utf-8"))
        return [(event["type"].removeprefix("policy.version."), event["version"]) for event in feed["events"]]

    def page(self, address: str) -> str:
        return (self.host.served / address / "index.html").read_text(encoding="utf-8")


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    company = Company(tmp_path)
    with company.host.serving() as site:
        company.run(
            "init", str(company.folder), "--name", "Larkspur Ltd", "--address", site.replace("127.0.0.1", "localhost"),
            "--import", f"privacy={company.text}", "--host", "github", folder=tmp_path,
        )  # fmt: skip
        company.git("remote", "add", "origin", str(company.host.origin))
        company.git("push", "--quiet", "origin", "main")
        yield company


def test_a_company_publishes_changes_postpones_withdraws_and_corrects(  # noqa: PLR0915 - one story
    company: Company,
) -> None:
    host = company.host
    today = datetime.now(UTC).date()
    first = today.isoformat()

    # Without being told that nothing is published yet, the pipeline refuses: it never begins a second record.
    assert host.publish()[0] != 0
    status, said = host.publish(is_first=True)
    assert status == 0, said
    assert "We keep your data for 30 days." in company.page("en/privacy")
    assert company.events() == [("published", first), ("effective", first)]

    # A change of the text alone is not let through.
    company.edit("privacy/en.md", "30 days", "60 days")
    company.push("longer")
    status, said = host.run_pull_request("longer")
    assert status == 1, said
    assert "changed after version" in said

    # With a release note it is, and the comment says what merging does.
    told = json.loads(company.run("release", "privacy", "--format", "json"))
    label = told["facts"]["label"]
    assert (told["facts"]["categories"], told["facts"]["sections"]) == ("retention", "retention")
    company.write_words(label, "We keep your data for 60 days instead of 30.")
    company.propose("longer", with_preview=True)
    (comment,) = host.comments
    assert "If you merge" in comment
    assert "period: 30 days → 60 days" in comment
    assert "We keep your data for 60 days instead of 30." in comment
    assert "[Preview: the site as it would be](https://host.example/artifacts/1)" in comment
    assert host.preview
    proposed = company.git("rev-parse", "longer")[:12]
    for day, period in (("today", "30 days"), (label, "60 days")):
        shown = (host.preview / day / "en/privacy/index.html").read_text(encoding="utf-8")
        assert period in shown
        assert f"It shows commit {proposed}." in shown, "the commit that people made, not the merge that a host tries"
    company.accept("longer")
    assert company.events()[2:] == [("published", label)]
    assert "30 days" in company.page("en/privacy")
    assert "60 days" in company.page("en/privacy/upcoming")

    # Postponed: everybody who was told is told the new day.
    later = (today + timedelta(days=80)).isoformat()
    company.run("postpone", "privacy", label, later, "--yes")
    company.propose("later")
    assert len(host.comments) == 1, "the comment is brought up to date, and no second one written"
    assert "and no longer on" in host.comments[0]
    company.accept("later")
    assert company.events()[3:] == [("rescheduled", label)]

    # Withdrawn: the words in force stand again where the next release begins.
    company.run("withdraw", "privacy", label, "--yes")
    company.propose("withdrawn")
    company.accept("withdrawn")
    assert company.events()[4:] == [("withdrawn", label)]
    assert "30 days" in (company.folder / "content/privacy/en.md").read_text(encoding="utf-8")

    # Announced anew; meanwhile a slip in the text in force is mended, in both texts.
    company.edit("privacy/en.md", "30 days", "90 days")
    announced = json.loads(company.run("release", "privacy", "--format", "json"))["facts"]["label"]
    company.write_words(announced, "We keep your data for 90 days instead of 30.")
    company.propose("again")
    company.accept("again")
    fixed = json.loads(company.run("release", "privacy", "--fix", "--format", "json"))["facts"]["label"]
    for version in (fixed, f"{announced}-2"):
        company.edit(f"privacy/versions/{version}.en.md", "collect your name", "collect your full name")
        company.edit(f"privacy/releases/{version}.md", "{category: editorial}", _CLARIFIED)
        company.write_words(version, "We say that it is your full name.")
    company.propose("fix")
    company.accept("fix")
    for version, days in ((fixed, "30"), (f"{announced}-2", "90")):
        page = company.page(f"en/privacy/v/{version}")
        assert "We collect your full name." in page
        assert f"We keep your data for {days} days." in page
    assert company.events()[5] == ("published", announced)
    assert {("published", fixed), ("published", f"{announced}-2")} <= set(company.events()[6:])

    # Between transitions the hourly run builds nothing.
    status, said = host.publish(event="schedule")
    assert status == 0, said
