"""Each redline of the site as a Word document, where the build is asked for them."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest

from policy_site.commands import main
from tests.support.builder import PolicyRepository

TEXT = "## Data {#data}\n\nWe keep your data for 90 days.\n"
TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.fixture(scope="module")
def policies(tmp_path_factory: pytest.TempPathFactory) -> PolicyRepository:
    """Make a repository with two versions in English, and the first one in German."""
    repository = PolicyRepository(tmp_path_factory.mktemp("documents") / "repository")
    repository.site(languages=["en", "de"], publisher="Example & Co", hosts=["nginx"])
    repository.publish("privacy", effective="2025-03-01", text=TEXT)
    repository.publish("privacy", effective="2025-03-01", language="de", text=TEXT.replace("We keep", "Wir halten"))
    repository.publish("privacy", effective="2026-03-01", text=TEXT.replace("90", "60"))
    return repository


def build(policies: PolicyRepository, folder: Path, *arguments: str) -> dict[str, bytes]:
    config = str(policies.content / "site.toml")
    assert main(["build", "--config", config, "--output", str(folder), "--as-of", "2026-12-01", *arguments]) == 0
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_each_redline_has_its_document_in_the_language_of_the_texts(policies: PolicyRepository, tmp_path: Path) -> None:
    files = build(policies, tmp_path / "site", "--documents", "--jobs", "1")
    (name,) = [name for name in files if name.endswith(".docx")]
    assert name == "en/privacy/compare/2025-03-01/2026-03-01/redline.docx"
    with zipfile.ZipFile(io.BytesIO(files[name])) as package:
        body = package.read("word/document.xml").decode()
    assert re.findall(r"<w:del .*?<w:delText[^>]*>(.*?)</w:delText>", body) == ["90 days"]
    assert 'w:author="Example &amp; Co" w:date="2026-01-15T00:00:00Z"' in body
    for place in ("en/privacy/compare/2025-03-01/2026-03-01/", "de/privacy/since/2025-03-01/"):
        assert f'href="/{name}" type="{TYPE}"' in files[f"{place}index.html"].decode()
    assert f"{TYPE} docx;" in files["hosting/nginx-server.conf"].decode()
    assert build(policies, tmp_path / "again", "--documents", "--jobs", "2") == files


def test_without_being_asked_there_is_none(policies: PolicyRepository, tmp_path: Path) -> None:
    assert not [name for name in build(policies, tmp_path / "site", "--jobs", "1") if name.endswith(".docx")]
    assert [name for name in build(policies, tmp_path / "site", "--jobs", "1", "--documents") if name.endswith(".docx")]
