"""Pictures and files beside texts: found in their links, read at their commits, named by what they hold."""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import unquote, urlsplit

from policy_site.documents import links, pictures
from policy_site.history import AttachedFiles, Wanted
from policy_site.hyperlinks import Kind, judge
from policy_site.model import Document
from policy_site.publication.vectors import find_svg_fault
from policy_site.sources import Place, Places, Role

MEDIA_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "png": "image/png",
        "jpg": "image/jpeg",
        "jpeg": "image/jpeg",
        "gif": "image/gif",
        "webp": "image/webp",
        "avif": "image/avif",
        "svg": "image/svg+xml",
        "pdf": "application/pdf",
        "txt": "text/plain; charset=utf-8",
        "csv": "text/csv; charset=utf-8",
        "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "odt": "application/vnd.oasis.opendocument.text",
    }
)
"""What is published beside texts, by the end of the file's name."""
_DIGITS = 12
_LFS_POINTER = b"version https://git-lfs.github.com/spec/"
_POLICY_FOLDERS = ("releases", "versions", "archive")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A picture or file that is published with the texts that name it."""

    name: str
    """The file's own, with a digest of what it holds: ``seal.1f0a3c5e9b21.png``."""
    media_type: str
    content: bytes


Attachments = Mapping[Wanted, Attachment | str]
"""By commit and path; words where a file is there and is not published: why, as the end of a sentence."""


def paths_meant(href: str, sources: Sequence[str]) -> Iterator[str]:
    """Yield the paths, from the content folder, that a link can mean; one that leads out of the folder means none.

    ``sources`` are the files that it may start from. What stands in a folder of the policy's (``releases``) may start
    from the policy, too: that is where its words are read.
    """
    link = judge(href)
    if link.kind is not Kind.PATH:
        return
    written = unquote(urlsplit(link.address).path)
    places = [posixpath.dirname(source) for source in sources]
    places += [posixpath.dirname(place) for place in places if posixpath.basename(place) in _POLICY_FOLDERS]
    for place in dict.fromkeys(places):
        path = posixpath.normpath(posixpath.join(place, written))
        if written and not path.startswith(("../", "/")) and path != ".." and "\0" not in path and "\n" not in path:
            yield path


def text_meant(paths: Iterable[str], places: Places, locales: Sequence[str]) -> Place | None:
    """Return the text that one of the paths names: the file, or the policy's folder in one of the languages."""
    for path in paths:
        stem = path.removesuffix(".html").removesuffix(".md")
        endings = ("", ".md", "/index.md", *(f"/{locale}.md" for locale in locales))
        for candidate in (path, *(f"{stem}{ending}" for ending in endings)):
            place = places.of(candidate)
            if place is not None and place.role is Role.TEXT:
                return place
    return None


def wanted_by(document: Document, commit: str | None, sources: Sequence[str]) -> Iterator[Wanted]:
    """Yield the files that a document can mean, pictures of any kind and links to kinds that are published."""
    shown = set(pictures(document))
    for href in (*shown, *links(document)):
        for path in paths_meant(href, sources):
            if href in shown or suffix_of(path) in MEDIA_TYPES:
                yield Wanted(commit, path)


def suffix_of(path: str) -> str:
    """Return the end of a file's name, in small letters."""
    return posixpath.splitext(path)[1].removeprefix(".").lower()


def read_attachments(files: AttachedFiles, wanted: Iterable[Wanted], *, mendable: set[Wanted]) -> Attachments:
    """Read what texts name; absent is what is nowhere."""
    found: dict[Wanted, Attachment | str] = {}
    made: dict[tuple[str, bytes], Attachment | str] = {}
    for each, content in files.read(wanted, mendable=mendable).items():
        if content is None:
            found[each] = "is larger than 10 MiB"
            continue
        key = (each.path, content)
        if key not in made:
            fault = _fault(each.path, content)
            made[key] = fault or _attachment(each.path, content)
        found[each] = made[key]
    return MappingProxyType(found)


def _fault(path: str, content: bytes) -> str:
    suffix = suffix_of(path)
    if suffix not in MEDIA_TYPES:
        return f"is of a kind that is not published; those are {', '.join(MEDIA_TYPES)}"
    if content.startswith(_LFS_POINTER):
        return "is in Git LFS: git has a pointer to it"
    if suffix == "svg" and (fault := find_svg_fault(content)):
        return f"is an SVG that {fault}"
    return ""


def _attachment(path: str, content: bytes) -> Attachment:
    suffix = suffix_of(path)
    stem = posixpath.splitext(posixpath.basename(path))[0].lower()
    safe = re.sub(r"[^a-z0-9_-]+", "-", stem).strip("-")[:60] or "file"
    digest = hashlib.sha256(content).hexdigest()[:_DIGITS]
    return Attachment(f"{safe}.{digest}.{suffix}", MEDIA_TYPES[suffix], content)
