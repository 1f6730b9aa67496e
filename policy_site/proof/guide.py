"""What stands in the README of evidence: what each file is, and how anybody checks it with tools that everybody has."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass

from policy_site.history.objects import FileOnBranch
from policy_site.publishing.manifest import MANIFEST_NAME
from policy_site.publishing.signatures import NAMESPACES

_SHA1_DIGITS = 40
CHECKS = {
    "checks/events.py": b"""\
# Computes the hash of each event anew, and looks whether each names the one before it.
import hashlib, json, sys

events, before = json.load(open("events.json", encoding="utf-8")), None
for number, event in enumerate(events, start=1):
    body = {key: value for key, value in event.items() if key != "hash"}
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    fits = hashlib.sha256(text.encode()).hexdigest() == event["hash"]
    if not fits or event["prev"] != before or event["seq"] != number:
        sys.exit("event %d does not fit" % number)
    before = event["hash"]
    if sys.argv[1:] == [event["policy"], event["version"]]:
        print(event["seq"], event["notice_at"], event["type"], event["significance"])
print("%d events, head %s" % (len(events), before))
""",
    "checks/pages.py": b"""\
# Looks whether each page here is, byte for byte, the one that the manifest of the site names.
import hashlib, json, pathlib, sys

site = pathlib.Path("site")
named = json.loads((site / "manifest.json").read_bytes())["files"]
beside = (".sig", ".tsr", "manifest.json", "head.json")
for path in sorted(site.rglob("*")):
    name = path.relative_to(site).as_posix()
    if path.is_file() and not name.endswith(beside):
        if named.get(name) != hashlib.sha256(path.read_bytes()).hexdigest():
            sys.exit("not as the manifest names it: " + name)
print("the manifest names these files")
""",
}
"""Programs that go with the evidence, so short that an expert reads them."""


@dataclass(frozen=True, slots=True)
class Case:
    """What the evidence is about."""

    title: str
    policy: str
    version: str
    language: str
    text_language: str
    day: str | None
    """The day, where one was asked for."""
    published_at: str
    effective_date: str
    digest: str
    """SHA-256 of the source."""
    base_url: str
    page: str
    """The permanent page, below the address of the site."""
    source: FileOnBranch
    events: int
    head: str | None
    made_with: str


def write_guide(case: Case, files: Mapping[str, bytes]) -> str:
    """Write the README."""
    parts = [_beginning(case), _contents(files), _whole(), _source(case), _branch(case), _page(case), _chain(case)]
    if any(name.startswith("notes/") for name in files):
        parts.append(_notes())
    if case.day:
        parts.append(_day(case))
    parts.append(_signatures(files))
    parts.append(_limits())
    return "\n\n".join(parts) + "\n"


def _beginning(case: Case) -> str:
    fallback = (
        ""
        if case.language == case.text_language
        else (f"\nIt has no text in {case.language}; readers were shown the one in {case.text_language}.")
    )
    asked = f"the text that applied on {case.day}" if case.day else f"version {case.version}"
    return f"""EVIDENCE: {case.title}

Asked for: {asked} of the policy "{case.policy}", in the language "{case.language}".
Found: version {case.version}, published {case.published_at}, in effect from {case.effective_date}.{fallback}
Address: {case.base_url}{case.page.removesuffix("index.html")}

Nobody needs the program that made this archive ({case.made_with}). Each step below has its
commands, indented; they use sha256sum, git, python3, ssh-keygen and openssl, which come with most
systems. Run them in the folder into which the archive was unpacked, in a shell (sh), in their order.
Where a command ends with an error, what it checks is not so."""


def _contents(files: Mapping[str, bytes]) -> str:
    told = [
        ("source.md", "the source of the text, byte for byte as in git"),
        ("site/", "the pages of the site that show it, and the manifest of the whole site"),
        ("events.json", "every event that was published, from the first to the newest"),
        ("git/", "objects of git that lead from the text to the branch from which the site is made"),
        ("notes/", "the release note in each state that was ever published or corrected"),
        ("day/", "the page of the text in force as it was shown on the day asked for"),
        ("notices/", "what the publisher adds about notices sent"),
        ("checks/", "two short programs that the steps below use; read them, or write your own"),
    ]
    lines = [f"{name:<14}{what}" for name, what in told if any(one.startswith(name) for one in files)]
    return "WHAT IS HERE\n\n" + "\n".join(lines)


def _whole() -> str:
    return """1. THE ARCHIVE IS WHOLE

    sha256sum --check --quiet SHA256SUMS

No file was damaged since the archive was made. It says nothing of who made it."""


def _source(case: Case) -> str:
    return f"""2. THE SOURCE HAS THE DIGEST THAT WAS PUBLISHED

    echo "{case.digest}  source.md" | sha256sum --check --quiet
    openssl dgst -sha256 source.md
    grep -q {case.digest} site/{case.page}

The last line finds the digest on the page itself."""


def _branch(case: Case) -> str:
    commit, tip = case.source.commits[-1].name, case.source.commits[0].name
    blob = case.source.blob.name
    form = "" if len(commit) == _SHA1_DIGITS else " --object-format=sha256"
    return f"""3. GIT HAD IT, ON THE BRANCH THAT IS PUBLISHED

    rm -rf check && git init --quiet{form} check
    for kind in commit tree; do for file in git/${{kind}}s/*; do
      name=$(git -C check hash-object -w -t $kind --stdin < "$file")
      test "$name" = "${{file##*-}}" || echo "NOT SO: $file"
    done; done
    test "$(git -C check hash-object -w --no-filters --stdin < source.md)" = {blob}
    echo {commit} > check/.git/shallow
    git -C check rev-list --first-parent {tip} | tail -n 1 | grep -qx {commit}
    git -C check cat-file blob {commit}:{shlex.quote(case.source.path)} | cmp - source.md
    grep -q {tip} site/manifest.json
    git -C check cat-file commit {commit}

The name of each object is a digest of what it holds, and each commit names the one before it. Who
knows the newest commit,
{tip},
from elsewhere (a clone, the manifest of a copy of the site) knows that the branch holds this text,
and with which commit it came. The last command shows who brought it and when: dates in commits,
in seconds since 1970, are what the machine of their author said."""


def _page(case: Case) -> str:
    return f"""4. THE PAGES ARE THOSE OF THE SITE

    python3 checks/pages.py

The manifest names the digest of every page of the site: {case.base_url}manifest.json
Read site/{case.page.removesuffix("html")}txt beside source.md: the words are the same."""


def _chain(case: Case) -> str:
    return f"""5. WHAT WAS TOLD OF IT, AND WHEN

    python3 checks/events.py {shlex.quote(case.policy)} {shlex.quote(case.version)}

It prints the events about this version, with the instant at which each became public. Each event names
the hash of the one before it: nothing can be changed, left out or put between without another hash of
the newest event. That must be event {case.events}, with the hash
{case.head}
Compare it with what others saw: {case.base_url}changes/v1/feed.json (head),
a copy of the site, the place where the publisher writes heads down. A later head is fine if event {case.events}
still has this hash."""


def _notes() -> str:
    return """6. WHAT THE PUBLISHER SAID OF THE CHANGE

The files in notes/ are the release note in each language and in each state, oldest first, named by
the commit that brought it. A correction is told in an event of its own (policy.version.corrected)."""


def _day(case: Case) -> str:
    return f"""7. WHAT VISITORS SAW ON {case.day}

The page in day/ is the page of the text in force, made from git as of the end of that day by the
program that made this archive. Compare its words with source.md."""


def _signatures(files: Mapping[str, bytes]) -> str:
    steps = [
        f"    ssh-keygen -Y check-novalidate -n {namespace} -s site/{name}.sig < site/{name}"
        for name, namespace in NAMESPACES.items()
        if f"site/{name}.sig" in files
    ]
    told = ["8. SIGNATURES AND TIME STAMPS"]
    if steps:
        told += [
            "\n".join(steps),
            """Each prints the key that signed. Compare it with the key that the publisher made known, or let
ssh-keygen do so (-Y verify, with a list of allowed signers).""",
        ]
    if f"site/{MANIFEST_NAME}.tsr" in files:
        told += [
            f"    openssl ts -reply -in site/{MANIFEST_NAME}.tsr -text",
            f"""It prints when an authority saw the manifest. With the certificate of the authority in ca.pem:
openssl ts -verify -data site/{MANIFEST_NAME} -in site/{MANIFEST_NAME}.tsr -CAfile ca.pem""",
        ]
    return "\n\n".join(told if len(told) > 1 else [*told, "This site is neither signed nor stamped."])


def _limits() -> str:
    return """WHAT THIS DOES NOT SHOW

That a person read the text. What a visitor's browser made of the page. That git was never rewritten
before somebody else wrote down a commit or a head: signatures, time stamps and copies of others do."""
