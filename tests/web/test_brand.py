"""A company's look: logo, accent, fonts, links, style sheet and titles, read from the commit that is published."""

from __future__ import annotations

import argparse
import re
import shutil
import struct
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from policy_site.console.origin import open_origin
from policy_site.errors import ContentError, SettingsError
from policy_site.publication import Publication
from policy_site.publishing.manifest import fingerprint
from policy_site.settings import parse_settings
from policy_site.settings.colours import GROUNDS, contrast, lightened
from policy_site.static_files import read_static_files
from policy_site.web import create_app
from tests.support.builder import PolicyRepository, to_toml

AT = datetime(2026, 11, 30, tzinfo=UTC)
THEME = Path(__file__).parents[2] / "docs/examples/theme"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 16"><path d="M0 0h64v16z"/></svg>'
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + struct.pack(">II", 200, 100) + b"\x08\x06\x00\x00\x00"


def _published(policies: PolicyRepository, *, with_work_tree: bool = False) -> Publication:
    arguments = argparse.Namespace(config=policies.content / "site.toml", repository=None, ref=None)
    return open_origin(arguments).compile(AT, with_work_tree=with_work_tree)


def _branded(tmp_path: Path, files: Mapping[str, bytes], **brand: Any) -> PolicyRepository:
    policies = PolicyRepository(tmp_path).site(brand=brand)
    for path, content in files.items():
        policies.write(f"content/{path}", content)
    policies.publish("privacy", effective="2026-05-04")
    return policies


def _sheet(client: FlaskClient) -> str:
    found = re.search(r'rel="stylesheet" href="([^"]+)"', client.get("/en/privacy/").get_data(as_text=True))
    assert found is not None
    answer = client.get(found[1])
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_the_second_look_under_docs_is_built(tmp_path: Path) -> None:
    policies = PolicyRepository(tmp_path)
    shutil.copytree(THEME, policies.content, dirs_exist_ok=True)
    policies.publish("privacy", effective="2026-03-01")
    client = create_app(_published(policies)).test_client()
    page = client.get("/de/privacy/").get_data(as_text=True)
    assert "Rechtliches bei Harbour &amp; Mill" in page
    assert '<a href="https://harbour-mill.example/de/impressum">Impressum</a>' in page
    for picture in re.findall(r'(?:src|srcset)="(/static/brand[^"]+\.svg)" (?:alt="" )?width="128" height="32"', page):
        assert client.get(picture).mimetype == "image/svg+xml"
    assert page.count("/static/brand.logo") == 2
    assert "--link: #6b2a4a" in _sheet(client)
    assert "--radius: 0" in _sheet(client)
    assert "<style" not in page
    assert "Legal at Harbour &amp; Mill" in client.get("/en/").get_data(as_text=True)
    assert "Rechtliches bei Harbour" in client.get("/de/changes.atom").get_data(as_text=True)


def test_a_brand_takes_no_further_request_but_for_its_pictures_and_fonts(tmp_path: Path) -> None:
    policies = _branded(tmp_path, {"own.css": b"h1 { font-weight: 400; }\n"}, accent="#6b2a4a", style="own.css")
    client = create_app(_published(policies)).test_client()
    page = client.get("/en/privacy/").get_data(as_text=True)
    assert page.count('rel="stylesheet"') == 1
    assert _sheet(client).endswith("h1 { font-weight: 400; }\n")


def test_fonts_come_before_those_of_readers_and_are_allowed(tmp_path: Path) -> None:
    font = {"family": "Own Sans", "file": "fonts/own.woff2", "weight": "400 700"}
    policies = _branded(tmp_path, {"fonts/own.woff2": b"wOF2" + b"\0" * 60}, fonts=[font])
    client = create_app(_published(policies)).test_client()
    sheet = _sheet(client)
    assert '--brand-font: "Own Sans",;' in sheet
    assert "font-family: var(--brand-font,) var(--sans)" in sheet
    name = re.search(r'url\("(brand\.own\.[0-9a-f]{10}\.woff2)"\)', sheet)
    assert name is not None
    assert client.get(f"/static/{name[1]}").mimetype == "font/woff2"
    assert "font-src &#39;self&#39;" in client.get("/en/").get_data(as_text=True)
    assert "font-src 'self'" in client.get("/_headers").get_data(as_text=True)


@pytest.mark.parametrize(
    ("key", "colour", "ratio"),
    [("accent", "#0b8fff", "2."), ("accent", "#777", "3."), ("accent_dark", "#154680", "1."), ("accent", "#fff", "1.")],
)
def test_a_colour_that_nobody_could_read_is_refused_with_its_ratio(key: str, colour: str, ratio: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_settings(_toml(brand={key: colour}))
    (finding,) = caught.value.findings
    assert re.search(rf"has a contrast of {re.escape(ratio)}\d\d:1", finding.message)
    assert "4.5:1" in finding.message
    assert finding.remedy.startswith("Choose a ")
    assert finding.line is not None


def test_the_grounds_of_colours_are_those_of_the_sheet() -> None:
    sheet = next(content for name, content in read_static_files().items() if name.endswith(".css")).decode()
    for scheme, block in zip(GROUNDS, re.findall(r":root \{(.*?)\}", sheet, re.DOTALL)[:2], strict=True):
        colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))
        names = ("paper", "raised", "calm", "good", "warn", "stop", "ins")
        assert tuple(colours[name] for name in names) == GROUNDS[scheme]


@pytest.mark.parametrize("accent", ["#6b2a4a", "#154680", "#000000", "#9a1f00", "#0b5d1e"])
def test_a_colour_for_dark_grounds_is_made_from_the_other(accent: str) -> None:
    assert min(contrast(lightened(accent), ground) for ground in GROUNDS["dark"]) >= 7


@pytest.mark.parametrize(
    "sheet",
    [
        "@import 'https://evil.example/a.css';",
        "a { background: url(https://evil.example/p.png); }",
        "a { background: u\\72l(//evil.example) }",
        "a { background: image-set('//evil.example' 1x) }",
        "/* } */ a { color: red;",
        "a::after { content: '</style>' }",
    ],
)
def test_a_style_sheet_that_reaches_out_is_refused(tmp_path: Path, sheet: str) -> None:
    policies = _branded(tmp_path, {"own.css": sheet.encode()}, style="own.css")
    with pytest.raises(ContentError) as caught:
        _published(policies)
    assert [finding.path for finding in caught.value.findings] == ["own.css"]


@pytest.mark.parametrize(
    ("key", "path", "content"),
    [
        ("logo", "logo.svg", SVG.replace(b"<path", b"<script>alert(1)</script><path")),
        ("logo", "logo.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>'),
        ("logo", "logo.png", b"GIF89a"),
        ("logo_dark", "dark.svg", SVG.replace(b"<path", b'<image href="https://evil.example/x.png"/><path')),
        ("style", "own.css", b"\xff\xfe"),
    ],
)
def test_a_file_that_is_more_or_less_than_it_should_be_is_refused(
    tmp_path: Path, key: str, path: str, content: bytes
) -> None:
    with pytest.raises(ContentError):
        _published(_branded(tmp_path, {path: content}, **{key: path}))


def test_files_come_from_the_commit_and_never_from_elsewhere(tmp_path: Path) -> None:
    policies = _branded(tmp_path / "in", {"brand/logo.png": PNG}, logo="brand/logo.png")
    (policies.content / "brand/logo.png").write_bytes(PNG + b"later")
    first = _published(policies)
    assert PNG in first.brand.static.values()
    assert first.brand.logo is not None
    assert first.brand.logo.width == 64
    assert PNG + b"later" in _published(policies, with_work_tree=True).brand.static.values()
    (tmp_path / "secret.png").write_bytes(PNG)
    linked = _branded(tmp_path / "linked", {}, logo="brand/logo.png")
    (linked.content / "brand").mkdir()
    (linked.content / "brand/logo.png").symlink_to(tmp_path / "secret.png")
    linked.commit(when="2026-06-01")
    for with_work_tree in (False, True):
        with pytest.raises(ContentError):
            _published(linked, with_work_tree=with_work_tree)
    folder = _branded(tmp_path / "folder", {}, logo="brand/secret.png")
    (folder.content / "brand").symlink_to(tmp_path)
    folder.commit(when="2026-06-01")
    with pytest.raises(ContentError):
        _published(folder, with_work_tree=True)


@pytest.mark.parametrize(
    "brand",
    [
        {"logo": "../logo.svg"},
        {"logo": "/etc/logo.svg"},
        {"style": "own.html"},
        {"footer": [{"title": "Imprint", "address": "javascript:alert(1)"}]},
        {"footer": [{"title": {"fr": "Mentions"}, "address": "https://example.org"}]},
        {"fonts": [{"family": 'A"; } body {', "file": "a.woff2"}]},
        {"template": "page.html"},
    ],
)
def test_what_could_do_more_than_look_is_no_setting(brand: Mapping[str, Any]) -> None:
    with pytest.raises(SettingsError):
        parse_settings(_toml(brand=brand))


def test_a_new_logo_is_a_new_site(tmp_path: Path) -> None:
    policies = _branded(tmp_path, {"logo.svg": SVG}, logo="logo.svg")
    before = fingerprint(_published(policies))
    policies.write("content/logo.svg", SVG.replace(b"64", b"48")).commit(when="2026-06-01")
    assert fingerprint(_published(policies)) != before


def _toml(**more: Any) -> str:
    text = to_toml({"title": "T", "base_url": "https://example.org/", "languages": ["en"],
                    "policies": [{"id": "privacy"}], **more})  # fmt: skip
    tomllib.loads(text)
    return text
