"""A pull request from anyone may change the content: whatever is in it, the answer is a sentence, and it comes soon."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import html5lib
import pytest

from policy_site.commands import main
from policy_site.documents import RenderFault, Source, render_documents
from policy_site.errors import SettingsError
from policy_site.model import Document, Revision
from policy_site.publishing.site import freeze_site
from policy_site.settings import parse_settings, read_settings
from policy_site.sources import Places, parse_release_note, parse_text, parse_words
from tests.support.builder import PolicyRepository, clean_environment
from tests.support.publishing import compiled, findings_of

OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Signs that a terminal obeys."""

EXTENSIONS = ("tables", "attr_list", "def_list", "footnotes", "md_in_html", "sane_lists")
READERS = {"python-markdown": EXTENSIONS, "github": ("github",)}
SITE = """\
title = "Our policies"
base_url = "https://example.org/"
languages = ["en"]
[[policies]]
id = "privacy"
"""


def revision(text: str) -> Revision:
    return Revision(path="privacy/en.md", text=text, digest="0", commit=None, committed_at=None)


# --- time ------------------------------------------------------------------------------------------------------------

SLOW_TEXTS = {
    "comments that never end after one that did": "-->\n" + "<!--\n" * 100_000,
    "a reference whose address stays away": "[a]:" + " \t" * 49_000 + "x y",
    "references with titles that never end": "[a]: " + "'" * 1_900 + "('" * 40_000,
    "runs just short of the limit": ("a" * 1_999 + "b" * 1_999) * 24 + "\n",
    "a heading of blanks": "# a" + " \t" * 40_000 + "x",
    "a heading of open brackets": "# " + "[" * 1_900 + "[a](" * 20_000,
    "a heading of open braces": "# " + "{#a" * 300_000,
    "a heading of number signs": "# a" + "#" * 90_000 + "x",
    "a heading of angle brackets": "# " + "<a" * 90_000,
    "headings of the same words": "a\n=\n\n" * 4_900,
    "more headings than a policy has": "a\n=\n\n" * 20_000,
    "a long address referred to often": "[a]: http://x/" + "y1" * 45_000 + "\n\n" + "## h\n\n[a]\n\n" * 100_000,
    "a long address referred to in one line": "[a]: http://x/" + "y1" * 45_000 + "\n\n" + "[a]" * 30_000,
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", SLOW_TEXTS)
def test_a_small_text_never_needs_long(name: str, reader: str) -> None:
    text = SLOW_TEXTS[name]
    started = time.process_time()
    parse_text(revision(text), is_strict=True)
    parse_words(revision(text), locale="en")
    render_documents([Source("key", text)], extensions=READERS[reader], seconds=1.0)
    assert time.process_time() - started < 30  # it was a minute, or for ever


def test_nobody_waits_twice_for_a_passage_that_cannot_be_read() -> None:
    given_up: dict[str, RenderFault] = {}
    slow = "[a](b " * 6_000  # it takes a quarter of a minute
    texts = [Source("first", slow), Source("second", f"Hello.\n\n## More\n\n{slow}")]
    first = render_documents(texts, extensions=EXTENSIONS, jobs=2, seconds=1.0, given_up=given_up)
    assert len(given_up) == 2
    again = render_documents(texts, extensions=EXTENSIONS, seconds=600, given_up=given_up)
    assert first == again
    assert all("within 1 seconds" in str(fault) for fault in again.values())


def test_a_title_is_found_whatever_stands_around_it() -> None:
    assert parse_text(revision("# Privacy {#top} ##\n"), is_strict=False).title == "Privacy {#top}"
    assert parse_text(revision("\n# Privacy ## {#top} \n"), is_strict=False).title == "Privacy"
    assert (
        parse_text(revision("# The [notice](https://example.org/a_(b)) {: #a .b}\n"), is_strict=False).title
        == "The notice"
    )
    assert parse_text(revision("# {#top}\n"), is_strict=False).title == "{#top}"


def test_a_title_holds_nothing_that_cannot_be_printed() -> None:
    text = parse_text(
        revision('---\ntitle: "A \\0\\e[31m\\u0085\\u202e\\uFFFE\\u2028b"\nversion: x\n---\n'), is_strict=True
    )
    assert text.title == "A [31m b"


@pytest.mark.parametrize("reader", READERS)
def test_a_character_reference_names_no_control_character(reader: str) -> None:
    text = "A&#27;[31m &#x7f;&#1;b <a title='&#27;c' href='x'>d</a> &#xfdd0;"
    document = render_documents([Source("key", text)], extensions=READERS[reader])["key"]
    assert isinstance(document, Document)
    assert not OBEYED.search(document.html)
    assert document.blocks[0].text.replace("\ufffd", "").strip() == "A[31m b d"


@pytest.mark.parametrize("reader", READERS)
def test_no_picture_asks_another_server(reader: str) -> None:
    html = "".join(
        f'<img src="{address}" alt="words">' for address in ("https://a.example/x", "//a.example/x", "data:x")
    )
    source = Source("key", f"{html}\n\n![words](https://a.example/x)\n")
    document = render_documents([source], extensions=READERS[reader])["key"]
    assert isinstance(document, Document)
    assert "<img" not in document.html
    assert document.html.count("words") == 4


# --- site.toml -------------------------------------------------------------------------------------------------------

HOSTILE_SETTINGS = {
    "nested too deeply": "x = " + "[" * 100_000,
    "nested too deeply, and closed": "x = " + "[" * 3_000 + "]" * 3_000 + "\n" + SITE,
    "a number of 5,000 digits": "x = " + "9" * 5_000 + "\n" + SITE,
    "a control character in a key": '"\\u001b[31m" = 1\n' + SITE,
    "languages that differ in case": SITE.replace('["en"]', '["en", "EN"]'),
    "a layout that names the policy twice": SITE + '[content]\nlayout = ["{policy}/{policy}/{locale}.md"]\n',
    "a layout with an unknown name": SITE + '[content]\nlayout = ["{policy}/{section}.md"]\n',
    "an authority that is no domain": SITE + '[feed]\nauthority = "x\\"><script>\\r\\nA: b"\n',
    "a pattern nested too deeply": SITE
    + '[versions]\nsource = "date"\ndate_patterns = ["'
    + "(" * 3_000
    + "(?P<date>x)"
    + ")" * 3_000
    + '"]\n',
    "a title with an escape": SITE.replace('"Our policies"', '"Our \\u001b[31m policies"'),
    "a title that turns around": SITE.replace('"Our policies"', '"Our \\u202e policies"'),
    "a publisher of two lines": 'publisher = "A\\r\\nX: b"\n' + SITE,
    "a branch with a NUL": 'branch = "a\\u0000b"\n' + SITE,
    "a folder with a NUL": SITE + '[content]\nfolder = "a\\u0000b"\n',
    "a policy above the site": SITE.replace('"privacy"', '"../../x"'),
    "a policy called by an escape": SITE.replace('"privacy"', '"%2e%2e"'),
}


@pytest.mark.parametrize("name", HOSTILE_SETTINGS)
def test_hostile_settings_are_findings(name: str) -> None:
    with pytest.raises(SettingsError) as raised:
        parse_settings(HOSTILE_SETTINGS[name])
    assert raised.value.findings
    assert all(finding.message.endswith(".") and finding.remedy for finding in raised.value.findings)


@pytest.mark.parametrize(
    "address",
    [
        "javascript://x/%0aalert(1)",
        "https://example.org/<script>alert(1)</script>/",
        'https://example.org/\\"onload=/',
        "https://example.org/a\\r\\nX-Header: b/",
        "https://example.org/../x/",
        "https://example.org/%2e%2e/",
        "https://example.org//evil.example/",
        "https://example.org\\\\@evil.example/",
        "https://user:password@example.org/",
        "https://example.org:99999/",
        "https://example.org:port/",
        "https://exa mple.org/",
        "https://a..b/",
        "https://./",
        "https://[::1",
        "https://example.org/\\u202e/",
        "https://example.org/{locale}/",
    ],
)
def test_an_address_of_a_site_holds_nothing_that_means_something_elsewhere(address: str) -> None:
    with pytest.raises(SettingsError) as raised:
        parse_settings(SITE.replace("https://example.org/", address))
    assert "base_url" in raised.value.findings[0].message


@pytest.mark.parametrize(
    "address",
    ["https://example.org", "http://127.0.0.1:8000/", "https://[::1]:8000/a/", "https://example.org/a.b/~c/d_e"],
)
def test_an_ordinary_address_is_taken(address: str) -> None:
    settings = parse_settings(SITE.replace("https://example.org/", address))
    assert settings.base_url == address.rstrip("/") + "/"


def test_a_glob_is_fast_on_every_path() -> None:
    places = Places(parse_settings(SITE + '[content]\nexclude = ["' + "**/" * 30 + "*a" * 30 + 'zz"]\n'))
    started = time.process_time()
    assert places.of("a/" * 1_000 + "a" * 1_000) is None
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("glob", "path", "is_left_out"),
    [
        ("privacy/*.md", "privacy/en.md", True),
        ("*.md", "privacy/en.md", False),
        ("**", "privacy/en.md", True),
        ("**/en.md", "privacy/en.md", True),
        ("**/privacy/**", "privacy/en.md", True),
        ("**/x/**", "privacy/en.md", False),
        ("priv?cy/e?.md", "privacy/en.md", True),
        ("privacy?en.md", "privacy/en.md", False),
        ("p*y/*n.*d", "privacy/en.md", True),
        ("p**d", "privacy/en.md", True),
        ("privacy/en", "privacy/en.md", False),
    ],
)
def test_a_glob_means_what_it_always_meant(glob: str, path: str, is_left_out: bool) -> None:
    places = Places(parse_settings(SITE + f'[content]\nexclude = ["{glob}"]\n'))
    assert (places.of(path) is None) is is_left_out


def test_what_is_no_file_is_no_configuration(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "large").write_bytes(b"#" * (1 << 20) + b"\n")
    for path in (Path("/dev/zero"), tmp_path / "pipe", tmp_path, tmp_path / "large", tmp_path / ("x" * 300)):
        with pytest.raises(SettingsError):
            read_settings(path)


# --- facts and rules -------------------------------------------------------------------------------------------------

NOTE = "---\neffective: 2026-05-04\nchanges: []\n---\n\n## What changed {#summary}\n\nWords.\n"


@pytest.mark.parametrize(
    "day",
    [
        *("86400", "20260504", "-1", "2026-5-4", "2026-05-04T00:00:00", "0001-01-01", "0202-05-04", "9999-12-31"),
        *("2026-02-30", "٢٠٢٦-٠٥-٠٤", "[]", "{}", "null", "", "9" * 5_000),
    ],
)
def test_a_day_is_what_people_write_and_nothing_else(day: str) -> None:
    for fact in ("effective", "published", "withdrawn"):
        text = NOTE.replace(
            "effective: 2026-05-04", f"{fact}: {day}" + ("" if fact == "effective" else "\neffective: 2026-05-04")
        )
        note, findings = parse_release_note(revision(text), version="1", locale="en")
        assert note is None
        assert [finding.line for finding in findings] == [2]


@pytest.mark.parametrize(
    "fact",
    [
        "a: &a [x]\nb: [*a, *a]",
        "a: !!python/object/apply:os.system [id]",
        "a: " + "[" * 20_000,
        "a: " + "{a: " * 5_000,
        "? [a, b]\n: c",
        "? {a: b}\n: c",
        '"\\e[31m\\0": c',
        "<<: {a: b}",
        "effective: 2026-05-05",
        "a: " + "x" * 70_000,
        "\t- :",
    ],
)
def test_hostile_facts_are_findings(fact: str) -> None:
    note, findings = parse_release_note(revision(NOTE.replace("changes", f"{fact}\nchanges")), version="1", locale="en")
    assert note is None
    assert findings


def test_many_links_and_ids_are_checked_in_linear_time(tmp_path: Path) -> None:
    repository = PolicyRepository(tmp_path)
    repository.site(languages=["en"])
    links = "".join(f"[x](#no{number}) [^{number}]\n" for number in range(1_500))
    notes = "".join(f"[^{number}]: x\n" for number in range(1_500))
    heading = "## " + "{#a" * 10_000 + "\n\n"
    repository.publish("privacy", effective="2025-03-01", text=f"[x](//[)\n\n{heading}{links}\n{notes}")
    started = time.process_time()
    findings = findings_of(repository)
    assert time.process_time() - started < 10  # it was a minute and a half
    assert {finding.rule for finding in findings} == {"links"}


def test_a_text_of_endless_cells_is_refused() -> None:
    table = "|a" * 200 + "\n" + "|-" * 200 + "\n" + ("|a" * 200 + "\n") * 120
    document = render_documents([Source("key", table)], extensions=EXTENSIONS, seconds=60.0)["key"]
    assert isinstance(document, RenderFault)
    assert "20000" in document.message


# --- the command line ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make what `policy-site init` makes."""
    folder = tmp_path_factory.mktemp("site") / "site"
    assert main(["init", str(folder), "--quiet"]) == 0
    return folder


def run(site: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "policy_site", *arguments],
        cwd=site,
        env=clean_environment(PYTHONPATH=os.pathsep.join(sys.path), **environment),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )


def is_calm(completed: subprocess.CompletedProcess[str]) -> bool:
    """Say whether neither a traceback nor a sign that a terminal obeys was printed."""
    printed = completed.stdout + completed.stderr
    return "Traceback" not in printed and "defect" not in printed and not OBEYED.search(printed)


@pytest.mark.parametrize(
    "as_of",
    ["0001-01-01", "9999-12-31", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "x" * 5_000, "\x1b[31m"],
)
def test_an_instant_that_no_calendar_has_is_told(
    as_of: str, site: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(site)
    status = main(["log", "--as-of", as_of])
    printed = capsys.readouterr()
    assert status in (0, 2)
    assert "defect" not in printed.err
    assert not OBEYED.search(printed.err)


@pytest.mark.parametrize("port", ["99999", "-1", "65536", "x", "9" * 5_000])
def test_a_port_that_there_is_not_is_told(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["serve", "--port", port])
    assert ended.value.code == 2
    assert "--port" in capsys.readouterr().err


def test_a_user_without_home_or_letters_reads_the_versions(site: Path) -> None:
    for environment in ({"PYTHONIOENCODING": "ascii", "LC_ALL": "C"}, {"HOME": "", "XDG_CACHE_HOME": "relative"}):
        completed = run(site, "check", **environment)
        assert completed.returncode == 0, completed.stderr
        assert is_calm(completed)


def test_closed_streams_end_in_no_traceback(site: Path) -> None:
    command = f"exec {sys.executable} -m policy_site log"
    for redirection in ("<&- >&- 2>&-", ">/dev/full"):
        completed = subprocess.run(
            ["/bin/sh", "-c", f"{command} {redirection}"],
            cwd=site,
            env=clean_environment(PYTHONPATH=os.pathsep.join(sys.path)),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert completed.returncode in (0, 2), (redirection, completed.stderr)
        assert is_calm(completed), (redirection, completed.stderr)


def test_a_file_name_cannot_write_a_line_of_its_own(tmp_path: Path) -> None:
    repository = PolicyRepository(tmp_path)
    repository.site(languages=["en"])
    repository.publish("privacy", effective="2025-03-01", text="Hello.\n")
    (repository.content / "privacy" / os.fsdecode(b"\xff\n::error::made up##[group]\x1b[31m.md")).write_text("x")
    repository.git("add", "--all")
    repository.commit(message="Add a file")
    for form in ("text", "github", "json"):
        completed = run(tmp_path, "check", "--format", form)
        assert is_calm(completed)
        assert "made up" in completed.stdout + completed.stderr
        lines = (completed.stdout + completed.stderr).splitlines()
        assert not any(line.startswith("::error::made") for line in lines)
        assert form == "json" or not any("##[" in line for line in lines)


def test_a_redline_as_html_moves_no_terminal(tmp_path: Path) -> None:
    (tmp_path / "old.md").write_text("One.\n", encoding="utf-8")
    (tmp_path / "new.md").write_text("Two \u202e \x9b31m ##[group].\n", encoding="utf-8")
    completed = run(tmp_path, "diff", "old.md", "new.md", "--format", "html")
    assert completed.returncode == 0, completed.stderr
    assert is_calm(completed)
    assert "##[" not in completed.stdout


# --- the folder ------------------------------------------------------------------------------------------------------


def test_a_folder_with_the_manifest_of_something_else_is_left_alone(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(site)
    manifest = tmp_path / "manifest.json"
    for content in ('{"name": "An app"}', "[]", "[" * 100_000, "\udcff"):
        manifest.write_text(content, encoding="utf-8", errors="surrogateescape")
        assert main(["build", "--output", str(tmp_path), "--quiet"]) == 1
        assert manifest.read_bytes()


def test_the_lock_of_a_build_is_no_way_to_another_file(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(site)
    (tmp_path / "precious").write_text("words", encoding="utf-8")
    (tmp_path / ".out.lock").symlink_to("precious")
    assert main(["build", "--output", str(tmp_path / "out"), "--quiet"]) == 1
    assert (tmp_path / "precious").read_text(encoding="utf-8") == "words"


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)])
def test_a_build_that_is_ended_leaves_no_process(number: int, status: int, site: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "policy_site", "build", "--jobs", "3", "--output", str(tmp_path / "out")]
    environment = clean_environment(PYTHONPATH=os.pathsep.join(sys.path))
    is_met = False
    while not is_met:  # one that was over before it was met at work is followed by another
        # every process of the build holds the pipe: it ends when the last of them is gone
        with subprocess.Popen(
            command, cwd=site, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        ) as build:
            assert build.stdout
            while not is_met and build.poll() is None:
                is_met = any(tmp_path.glob(".out.new-*/*"))
            build.send_signal(number)
            printed = build.stdout.read().decode()
            assert build.wait() in (status, 0), printed
    assert "Traceback" not in printed
    if number != signal.SIGKILL:
        assert not list(tmp_path.glob(".out.new-*"))


# --- the cache -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        zlib.compress(b"<p>x</p><script>alert(1)</script>"),
        zlib.compress(b'<p onclick="alert(1)">x</p>'),
        zlib.compress(b'<p><a href="javascript:alert(1)">x</a></p>'),
        zlib.compress(b"<p>" + bytes(100 << 20)),
        zlib.compress(b"<p>\xff</p>"),
        zlib.compress(b"<p>Hello.</p>")[:-3],
        b"",
        None,
    ],
)
def test_a_poisoned_cache_is_not_believed(written: bytes | None, tmp_path: Path) -> None:
    source = Source("key", "Hello.")
    fresh = render_documents([source], extensions=EXTENSIONS, cache=tmp_path)["key"]
    with closing(sqlite3.connect(tmp_path / "chunks.sqlite3")) as connection, connection:
        connection.execute("UPDATE chunks SET html = ?", (written,))
    assert render_documents([source], extensions=EXTENSIONS, cache=tmp_path)["key"] == fresh


def test_a_cache_that_is_a_link_or_a_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("words", encoding="utf-8")
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / "chunks.sqlite3").symlink_to(tmp_path / "precious")
    (tmp_path / "folder" / "chunks.sqlite3").mkdir(parents=True)
    for name in ("linked", "folder", "precious", "x" * 300):
        document = render_documents([Source("key", "Hello.")], extensions=EXTENSIONS, cache=tmp_path / name)["key"]
        assert isinstance(document, Document)
    assert (tmp_path / "precious").read_text(encoding="utf-8") == "words"


# --- pages -----------------------------------------------------------------------------------------------------------

RUN = "window.injected=1"
INJECTIONS = (
    f"<script>{RUN}</script>",
    f"<img src=x onerror={RUN}>",
    f"<svg onload={RUN}><script>{RUN}</script></svg>",
    f'<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror={RUN}&gt;">',
    f"<a href='javascript:{RUN}'>c</a> [c](javascript:{RUN}) [c](java&#x0A;script:{RUN}) [c](JaVaScRiPt:{RUN})",
    f"[c](data:text/html,<script>{RUN}</script>) <javascript:{RUN}>",
    f'[c][r]\n\n[r]: javascript:{RUN} "t\\" onmouseover={RUN} x="',
    f"## H {{#a onclick={RUN} style=x}}",
    f'## H {{#x" onfocus={RUN} autofocus tabindex=1 y="}}',
    f"## </script><script>{RUN}</script>",
    f"## &lt;img src=x onerror={RUN}&gt;",
    f'para\n{{: onclick="{RUN}" style="position:fixed"}}',
    f'<h2 id="</script><script>{RUN}</script>">T</h2>',
    f"x[^1]\n\n[^1]: <img src=x onerror={RUN}>",
    f"|a|b|\n|-|-|\n|<img src=x onerror={RUN}>|<td onclick={RUN}>|",
    f"<iframe srcdoc='<script>{RUN}</script>'></iframe><object data='javascript:{RUN}'></object>",
    f"<form action=javascript:{RUN}><input type=submit></form><base href='//evil.example/'>",
    f"<details open ontoggle={RUN}><summary>x</summary></details><body onload={RUN}>",
    f'<noscript><p title="</noscript><img src=x onerror={RUN}>"></noscript>',
    f"<scr<script>ipt>{RUN}</scr</script>ipt><img/src=x/onerror={RUN}>",
    f"<p lang='\"><script>{RUN}</script>' dir='x\"onclick=1'>x</p>",
    f"STX\x02klzzwxh:0001\x03 \x02wzxhzdk:0\x03 \ufdd0script>{RUN}",
    "<textarea>",
    "<title>",
    "<!--",
)


def test_nothing_written_anywhere_becomes_a_script(tmp_path: Path) -> None:
    evil = f"</title></script><script>{RUN}</script><img src=x onerror={RUN}> ' ]]> -->"
    repository = PolicyRepository(tmp_path / "repository")
    repository.site(languages=["en", "ar"], title=evil, publisher=evil)
    words = "\n\n".join(words for words in INJECTIONS if not words.startswith("#"))
    told = {"summary": words, "impact": words, "choices": words}
    for day in ("2025-03-01", "2026-03-01"):
        text = "\n\n".join((*INJECTIONS, f"## Of {day} {{#day}}\n\n{day}"))
        repository.publish("privacy", effective=day, text=text, title=evil, words=told)
    freeze_site(compiled(repository), tmp_path / "site")
    pages = list((tmp_path / "site").rglob("*.html"))
    assert sum("window.injected" in page.read_text(encoding="utf-8") for page in pages) > 20
    for page in pages:
        pictures = ["svg"] if page.parent.name == "history" else []
        assert list(scripts_of(page.read_text(encoding="utf-8"))) == pictures, "but the timeline, which is ours"


def scripts_of(html: str) -> Iterator[str]:
    """Yield what a browser would run or fetch, as an HTML parser sees the page."""
    for element in html5lib.parse(html, namespaceHTMLElements=False).iter():
        tag = str(element.tag).rpartition("}")[2]
        if tag == "script" and element.get("type") == "application/ld+json":
            json.loads(element.text or "")
        elif tag == "script" and not (element.get("src") or "").startswith("/static/"):
            yield "script"
        elif tag in ("style", "iframe", "object", "embed", "base", "svg", "math", "textarea"):
            yield tag
        for name, value in element.attrib.items():
            if str(name).startswith("on") or name == "style":
                yield f"{tag} {name}"
            if name in ("href", "src", "action") and re.match(
                r"[\x00-\x20]*(javascript|data|vbscript):", value, re.IGNORECASE
            ):
                yield value
