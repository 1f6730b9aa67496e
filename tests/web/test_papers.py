"""Versions and redlines as PDF: tagged, marked, the same bytes each time, and nothing fetched from elsewhere."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import sys
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest
from flask.testing import FlaskClient

from policy_site.pages import PageKind, plan_pages
from policy_site.web import create_app
from tests.support.builder import PolicyRepository
from tests.support.publishing import compiled

TEXT = """## Data {#data}

We keep it for %s days, and [write](https://example.net/why) why.

![seal](seal.png)
![elsewhere](file:///etc/hostname) <img src="http://127.0.0.1:9/never.png" alt="never">

| What | How long |
|---|---|
| Logs | %s days |

## Rights {#rights}

You can object.
"""
GERMAN = "## Daten {#data}\n\nWir behalten sie %s Tage.\n\n## Rechte {#rights}\n\nSie können widersprechen.\n"
ARABIC = "## البيانات {#data}\n\nنحتفظ بها %s يومًا.\n\n## الحقوق {#rights}\n\nيمكنك الاعتراض.\n"
JAPANESE = "## データ {#data}\n\n%s日間保存します。\n\n## 権利 {#rights}\n\n異議を申し立てることができます。\n"
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc000000301010018dd8d"
    "b00000000049454e44ae426082"
)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    policies = PolicyRepository(tmp_path_factory.mktemp("papers")).site(languages=["en", "de", "ar", "ja"])
    policies.write("content/privacy/seal.png", PIXEL)
    for day, number in (("2025-03-01", 90), ("2026-03-01", 60)):
        policies.publish("privacy", effective=day, text=TEXT % (number, number), title="Privacy Policy")
        for language, text in (("de", GERMAN), ("ar", ARABIC), ("ja", JAPANESE)):
            policies.publish("privacy", effective=day, text=text % number, language=language, title=f"{language} text")
    publication = replace(compiled(policies), has_papers=True)
    return create_app(publication).test_client()


def _read(client: FlaskClient, address: str) -> pypdfium2.PdfDocument:
    answer = client.get(f"/{address}")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf"), address
    return pypdfium2.PdfDocument(answer.get_data())


def _streams(content: bytes) -> Iterator[bytes]:
    for found in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL):
        with contextlib.suppress(zlib.error):
            yield zlib.decompress(found[1])
        yield found[1]


def _pages(document: pypdfium2.PdfDocument) -> Iterator[str]:
    for page in document:
        text = page.get_textpage()
        yield " ".join(text.get_text_range().split())
        text.close()
        page.close()


def test_a_version_is_tagged_and_says_on_each_page_what_it_is(client: FlaskClient) -> None:
    content = client.get("/en/privacy/v/2025-03-01/index.pdf").get_data()
    assert any(b"pdfuaid:part" in stream for stream in _streams(content)), "it says that it is PDF/UA"
    document = _read(client, "en/privacy/v/2025-03-01/index.pdf")
    assert document.is_tagged()
    assert document.get_metadata_dict()["Title"] == "Privacy Policy, version effective from March 1, 2025"
    pages = list(_pages(document))
    for number, words in enumerate(pages, 1):
        for part in ("Privacy Policy", "Version 2025-03-01", "English", "https://example.org/en/privacy/v/2025-03-01/"):
            assert part in words, part
        assert f"{number}/{len(pages)}" in words
    whole = " ".join(pages)
    assert "We keep it for 90 days" in whole
    assert "no longer in force" in whole
    assert [mark.get_title() for mark in document.get_toc()] == ["Privacy Policy", "Data", "Rights"]
    document.close()


def test_a_redline_has_a_bookmark_for_each_section_and_change(client: FlaskClient) -> None:
    document = _read(client, "en/privacy/compare/2025-03-01/2026-03-01/redline.pdf")
    titles = [mark.get_title() for mark in document.get_toc()]
    assert [title for title in titles if title in ("Data", "Rights")] == ["Data", "Rights"]
    assert len(titles) > 3, "changes have theirs"
    whole = " ".join(_pages(document))
    assert "90" in whole
    assert "60" in whole
    document.close()


@pytest.mark.parametrize(
    ("locale", "words"), [("ar", "الحقوق"), ("ja", "異議を申し立てる"), ("de", "Sie können widersprechen")]
)
def test_each_script_is_there(client: FlaskClient, locale: str, words: str) -> None:
    document = _read(client, f"{locale}/privacy/v/2026-03-01/index.pdf")
    assert words in " ".join(_pages(document))
    document.close()


def test_the_bytes_are_the_same_each_time(client: FlaskClient) -> None:
    address = "/en/privacy/v/2026-03-01/index.pdf"
    assert client.get(address).get_data() == client.get(address).get_data()
    assert b"/CreationDate" not in client.get(address).get_data()


def test_pictures_are_those_of_the_site_and_nothing_else_is_fetched(client: FlaskClient) -> None:
    document = _read(client, "en/privacy/v/2026-03-01/index.pdf")
    pictures = [found for page in document for found in page.get_objects(filter=[3])]
    assert len(pictures) == 1
    document.close()


def test_they_are_planned_only_where_they_are_asked_for(tmp_path: Path) -> None:
    policies = PolicyRepository(tmp_path).site()
    for day in ("2024-03-01", "2025-03-01", "2026-03-01"):
        policies.publish("privacy", effective=day)
    publication = compiled(policies)
    papers = {PageKind.VERSION_PAPER, PageKind.REDLINE_PAPER}
    assert not [page for page in plan_pages(publication) if page.kind in papers]
    planned = [page.address for page in plan_pages(replace(publication, has_papers=True)) if page.kind in papers]
    assert planned == [
        "en/privacy/compare/2024-03-01/2025-03-01/redline.pdf",
        "en/privacy/compare/2025-03-01/2026-03-01/redline.pdf",
        "en/privacy/v/2024-03-01/index.pdf",
        "en/privacy/v/2025-03-01/index.pdf",
        "en/privacy/v/2026-03-01/index.pdf",
    ]


def test_without_the_library_the_command_says_how_to_get_it(tmp_path: Path) -> None:
    policies = PolicyRepository(tmp_path).site()
    policies.publish("privacy", effective="2026-05-04")
    command = "import sys; sys.modules['weasyprint'] = None\nfrom policy_site.commands import main\nsys.exit(main())"
    arguments = ["build", "--pdf", "--config", str(policies.content / "site.toml"), "--output", str(tmp_path / "site")]
    done = subprocess.run([sys.executable, "-c", command, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "policy-site[pdf]" in done.stderr
    assert not (tmp_path / "site").exists()


def test_a_build_writes_them_and_they_are_verified(tmp_path: Path) -> None:
    policies = PolicyRepository(tmp_path / "policies").site()
    for day in ("2025-03-01", "2026-03-01"):
        policies.publish("privacy", effective=day)
    config, site = ["--config", str(policies.content / "site.toml")], str(tmp_path / "site")

    def run(*arguments: str) -> str:
        command = [sys.executable, "-m", "policy_site", *arguments, *config]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    run("build", "--pdf", "--output", site)
    manifest = json.loads((tmp_path / "site/manifest.json").read_bytes())
    assert "en/privacy/v/2026-03-01/index.pdf" in manifest["files"]
    assert 'href="/en/privacy/v/2026-03-01/index.pdf"' in Path(site, "en/privacy/v/2026-03-01/index.html").read_text()
    assert "redline.pdf" in Path(site, "en/privacy/compare/2025-03-01/2026-03-01/index.html").read_text()
    run("verify", site)
