"""Gives every reader what nobody would write: `make fuzz`, for an hour. No reader may end as a defect.

python -m tests.fuzz [--minutes 60] [--only NAME]

Inputs are real ones, altered by Hypothesis: values replaced by odd ones of their kind, parts cut out, doubled and
exchanged, odd bytes put in. What a reader may raise is an error that is told (:class:`PolicySiteError`); whatever else
it raises is a fault, and so is a command that ends with 70. Prints how many inputs were tried of each reader, and each
fault once: where it arose, and the input. Ends with 1 where there is one.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import io
import json
import os
import re
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from policy_site.commands import main as run_command
from policy_site.documents import Source, render_documents
from policy_site.errors import PolicySiteError
from policy_site.events.published import read_published_feed
from policy_site.hyperlinks import whole_address
from policy_site.localization.catalogues import read_own_catalogues
from policy_site.model import Revision
from policy_site.notifier.audience_file import FileRows
from policy_site.notifier.delivery_reports import parse_report
from policy_site.notifier.feed import read_feed
from policy_site.notifier.settings import read_notifier_settings
from policy_site.proof.feed import walk_feed
from policy_site.proof.files import FolderFiles
from policy_site.proof.statements import compare_statements, read_statement
from policy_site.proof.versions import compare_with_statement
from policy_site.publishing.heads import read_heads
from policy_site.remote import open_site
from policy_site.settings import ContentSettings, parse_settings
from policy_site.sources import parse_text
from policy_site.sources.notes import parse_release_note, parse_words, report_facts_of_translation
from tests.support.builder import PolicyRepository

ROOT = Path(__file__).parents[1]
ODD = (
    *("", " ", "\0", "\n", "\t", "\u2028", "\ufeff", "\u202e", "\ud7ff", "\U0010ffff", "é", "\r", "\x1b[2J", "\x7f"),
    *("0", "-1", "1e999", "1e400", "NaN", "Infinity", "9" * 400, "0x", "2147483648", "9223372036854775808", "-0"),
    *("0001-01-01", "9999-12-31", "2026-02-30", "2026-13-01", "0000-00-00", "10000-01-01", "9999-12-31T23:59:59Z"),
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "24:00:00", "2026-05-04T00:00:00.123456789Z"),
    *("http://[::::::::]/", "http://[::1", "http://x:port/", "http://x:99999999/", "//", "http://", "http:///x", "x:"),
    *("https://u:p@h/", "javascript:1", "http://\u2100/", "http://xn--/", "http://a..b/", "http://%zz/", "file:///etc"),
    *("true", "null", "[]", "{}", "[[[[", "}}}}", '"', "'", '"""', "---", "+++", "...", "#", "&a", "*a", "!!python/x"),
    *(
        "../",
        "/etc/passwd",
        "\\",
        "a/../..",
        "CON",
        "%",
        "%s",
        "{0}",
        "{x}",
        "${x}",
        "{{x}}",
        "(?P<",
        "a{999}{999}",
        "(a+)+$",
    ),
    *("<script>", "<!--", "]]>", "[x](y)", "|a|", "> " * 40, "    ", "* * *", "[^1]", "{#id}", "{: .a }", "=" * 50),
    *("Europe/Istanbul", "Etc/GMT+99", "../../etc/localtime", "en", "x-y-z", "en-" * 20, "de_DE", "i-klingon", "zz"),
)
PIECES = st.one_of(st.sampled_from(ODD), st.text(max_size=6), st.integers().map(str), st.floats().map(str))
EDIT = st.tuples(st.integers(0, 5), st.floats(0, 1), st.floats(0, 1), PIECES)
VALUE = re.compile(r'(?<=[=:,\[] )("[^"\n]*"|[\w.+-]+)|"[^"\n]*"')


def alter(text: str, edits: Sequence[tuple[int, float, float, str]]) -> str:
    """Alter a real input, step by step."""
    for kind, first, second, piece in edits:
        start = int(first * len(text))
        end = min(start + 1 + int(second * 80), len(text))
        if kind == 0:
            text = text[:start] + piece + text[start:]
        elif kind == 1:
            text = text[:start] + text[end:]
        elif kind == 2:
            text = text[:end] + text[start:end] + text[end:]
        elif kind == 3:
            lines = text.split("\n")
            one, other = int(first * len(lines)), int(second * len(lines))
            lines[one : one + 1], lines[other : other + 1] = lines[other : other + 1], lines[one : one + 1]
            text = "\n".join(lines)
        else:  # a value, by another one
            values = list(VALUE.finditer(text))
            if values:
                found = values[min(int(first * len(values)), len(values) - 1)]
                is_quoted = found[0].startswith('"') and second > 0.3
                put = json.dumps(piece, ensure_ascii=second > 0.6) if is_quoted else piece
                text = text[: found.start()] + put + text[found.end() :]
    return text


class Fuzz:
    """Counts what was tried, and keeps each fault once."""

    def __init__(self) -> None:
        self.tried: Counter[str] = Counter()
        self.faults: dict[tuple[str, str], str] = {}

    def note(self, name: str, error: BaseException, text: str) -> None:
        """Keep a fault by where it arose."""
        frames = traceback.extract_tb(error.__traceback__)
        ours = [frame for frame in frames if "policy_site" in frame.filename] or list(frames)
        place = f"{type(error).__name__} at {Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else repr(error)
        if (name, place) not in self.faults:
            self.faults[name, place] = text
            print(f"FAULT {name}: {place}: {error}\n  input: {text[:2000]!r}", flush=True)

    def round(self, name: str, read: Callable[[str], object], seeds: Sequence[str], examples: int) -> None:
        """Try a reader with so many altered inputs."""

        @settings(
            max_examples=examples,
            database=None,
            deadline=None,
            derandomize=False,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(st.sampled_from(list(seeds)), st.lists(EDIT, min_size=1, max_size=6))
        def attempt(seed: str, edits: list[tuple[int, float, float, str]]) -> None:
            text = alter(seed, edits)
            self.tried[name] += 1
            try:
                read(text)
            except PolicySiteError:
                pass
            except Exception as error:  # noqa: BLE001 - whatever it is, it is a fault
                self.note(name, error, text)

        attempt()


def revision(text: str) -> Revision:
    """Return a revision as it would come from git: no lone surrogates."""
    clean = text.encode("utf-8", "replace").decode("utf-8").replace("\0", "")
    return Revision("privacy/releases/2026-05-04.md", clean, hashlib.sha256(clean.encode()).hexdigest(), None, None)


def read_note(text: str) -> None:
    """Take a release note apart, in the authoritative language and in another."""
    found = revision(text)
    parse_release_note(found, version="2026-05-04", locale="en")
    parse_words(found, locale="de")
    list(report_facts_of_translation(found))


def read_policy(text: str) -> None:
    """Take a text apart, of ours and of a repository that was adopted."""
    for is_strict in (True, False):
        parse_text(revision(text), is_strict=is_strict)


def read_markdown(text: str) -> None:
    """Render a text."""
    clean = revision(text).text
    render_documents(
        [Source(hashlib.sha256(clean.encode()).hexdigest(), clean)], extensions=ContentSettings().reading, jobs=1
    )


class Readers:
    """The readers, each with real inputs; and a folder to write to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
        self.policies = PolicyRepository(folder / "repository").site(languages=["en", "de"])
        self.policies.publish(
            "privacy", effective="2025-03-01", text=(ROOT / "content/privacy/en.md").read_text("utf-8")
        )
        self.policies.publish("privacy", effective="2026-03-01", text="## Data {#data}\n\nLess.\n")
        self.site = folder / "site"
        self.quietly(["build", *self.origin, "--output", str(self.site)])

    @property
    def origin(self) -> list[str]:
        """Arguments that say where the content is."""
        return ["--config", str(self.policies.content / "site.toml"), "--as-of", "2026-12-01", "--jobs", "1"]

    @staticmethod
    def quietly(arguments: list[str]) -> None:
        """Run a command; raise where it ends as a defect."""
        told, aside = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(told), contextlib.redirect_stderr(aside):
            status = run_command(arguments)
        if status == 70:
            raise AssertionError(aside.getvalue()[-400:])

    def write(self, name: str, text: str) -> Path:
        """Write an input."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        return path

    def read_feed(self, text: str) -> None:
        """Read a change feed, as a build, as ``verify`` and as the notifier."""
        path = self.write("feeds/changes/v1/feed.json", text)
        failures: list[Exception] = []
        reads: tuple[Callable[[], object], ...] = (self._published, self._walked, lambda: read_feed(str(path)))
        for read in reads:
            try:
                read()
            except PolicySiteError:
                continue
            except Exception as error:  # noqa: BLE001 - told below
                failures.append(error)
        if failures:
            raise failures[0]

    def _published(self) -> None:
        with open_site(str(self.folder / "feeds")) as site:
            feed = read_published_feed(site)
            if feed:
                list(feed.events)

    def _walked(self) -> None:
        walk_feed(FolderFiles(self.folder / "feeds"))

    def read_manifest(self, text: str) -> None:
        """Read a manifest as ``verify`` does."""
        found = read_statement(text.encode("utf-8", "surrogatepass"))
        if found:
            assert found.kept is not None
            list(
                compare_statements(found, json.loads((self.site / "manifest.json").read_bytes()), is_same_program=True)
            )
            records = json.loads((self.site / "changes/v1/feed.json").read_bytes())["events"]
            list(compare_with_statement(records, found, is_alone=True))

    def read_notify(self, text: str) -> None:
        """Read the settings of the notifier, and go as far as its ledger."""
        path = self.write("notify/notify.toml", text)
        read_notifier_settings(path)

    def read_rows(self, text: str) -> None:
        """Read a list of recipients."""
        with FileRows(self.write("people.csv", text)) as rows:
            while rows.next_row():
                pass

    def run_check(self, name: str) -> Callable[[str], None]:
        """Give what runs ``check`` and ``log`` with one file of the content altered, on disk alone."""

        def check(text: str) -> None:
            path = self.policies.root / name
            before = path.read_bytes()
            try:
                path.write_bytes(text.encode("utf-8", "surrogatepass"))
                self.quietly(["check", *self.origin[:4], "--quiet"])
            finally:
                path.write_bytes(before)

        return check

    def run_previous(self, text: str) -> None:
        """Build on a published feed that was altered."""
        self.write("feeds/changes/v1/feed.json", text)
        previous = ["--previous", str(self.folder / "feeds")]
        self.quietly(["build", *self.origin, "--output", str(self.folder / "out"), *previous, "--quiet"])

    def run_verify(self, text: str) -> None:
        """Verify a site whose manifest was altered, by itself."""
        path = self.site / "manifest.json"
        before = path.read_bytes()
        try:
            path.write_bytes(text.encode("utf-8", "surrogatepass"))
            self.quietly(["verify", str(self.site), "--alone", "--quiet"])
        finally:
            path.write_bytes(before)

    def all(self) -> Iterator[tuple[str, Callable[[str], object], list[str], int]]:
        """Give each reader: its name, itself, real inputs, and how many are tried in a round."""

        def texts(*paths: str) -> list[str]:
            return [path.read_text(encoding="utf-8") for pattern in paths for path in sorted(ROOT.glob(pattern))]

        guide = (ROOT / "docs/notices.md").read_text(encoding="utf-8")
        notify = re.findall(r"```toml\n(.*?)```", guide, re.DOTALL)
        feed = (self.site / "changes/v1/feed.json").read_text(encoding="utf-8")
        manifest = (self.site / "manifest.json").read_text(encoding="utf-8")
        site_toml = [
            *texts("content/site.toml", "docs/examples/*.toml"),
            (self.policies.content / "site.toml").read_text(),
        ]
        notes = texts("content/*/releases/*.md")
        yield "site.toml", parse_settings, site_toml, 3000
        yield (
            "front matter",
            read_policy,
            [*texts("content/*/*.md")[:4], "---\ntitle: X\nversion: 1\n---\nText.\n"],
            1500,
        )
        yield "release note", read_note, notes, 1500
        yield "markdown", read_markdown, texts("content/privacy/en.md", "docs/lawyers.md", "docs/redlines.md"), 30
        yield "feed", self.read_feed, [feed], 600
        yield "manifest", self.read_manifest, [manifest], 600
        heads = [feed, '{"seq": 1, "hash": "00"}\n{"seq": 2, "hash": "11"}\n']
        yield "heads", lambda text: read_heads(text.encode("utf-8", "replace"), "heads"), heads, 1500
        yield "notify.toml", self.read_notify, [*notify, *texts("docs/examples/notifier/*.toml")], 1500
        yield "recipients", self.read_rows, ["address,language,accepted\na@example.org,de,2026-01-01\n" * 3], 600
        yield "bounces", lambda text: parse_report(text.encode("utf-8", "replace")), [_BOUNCE], 1500
        po = texts("translations/nl/LC_MESSAGES/*.po", "translations/de/LC_MESSAGES/*.po")[0][:6000]
        yield "catalogue", lambda text: read_own_catalogues({"de.po": text.encode("utf-8", "replace")}), [po], 600
        links = ["https://example.org/a?b#c", "../x", "//h/p", "mailto:a@b"]
        yield "addresses", lambda text: whole_address(text, "https://example.org/en/"), links, 3000
        content = self.policies.content
        yield "check: site.toml", self.run_check("content/site.toml"), [(content / "site.toml").read_text()], 25
        note = content / "privacy/releases/2026-03-01.md"
        yield "check: note", self.run_check("content/privacy/releases/2026-03-01.md"), [note.read_text()], 25
        yield "check: text", self.run_check("content/privacy/en.md"), [(content / "privacy/en.md").read_text()], 25
        yield "build: feed", self.run_previous, [feed], 15
        yield "verify: manifest", self.run_verify, [manifest], 25


_BOUNCE = """From: mailer@example.org
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.org

Final-Recipient: rfc822; a@example.org
Action: failed
Status: 5.1.1

--b
Content-Type: message/rfc822

Message-ID: <1@example.org>
To: a@example.org

--b--
"""


def main() -> int:
    """Fuzz for so many minutes; return 1 where a fault was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    fuzz = Fuzz()
    ends_at = time.monotonic() + arguments.minutes * 60
    with tempfile.TemporaryDirectory() as name:
        readers = [reader for reader in Readers(Path(name)).all() if arguments.only in reader[0]]
        while time.monotonic() < ends_at:
            for reader in readers:
                if time.monotonic() < ends_at:
                    fuzz.round(*reader)
    for name, tried in fuzz.tried.items():
        print(f"{name:20} {tried:>9} inputs, {sum(place[0] == name for place in fuzz.faults)} faults")
    print(f"{sum(fuzz.tried.values())} inputs, {len(fuzz.faults)} faults")
    return 1 if fuzz.faults else 0


if __name__ == "__main__":
    sys.exit(main())
