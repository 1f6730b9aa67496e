"""The files of a company's brand, as they are published: one style sheet with the site's own, logos and fonts."""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from types import MappingProxyType

from policy_site.errors import ContentError
from policy_site.model import Finding, Severity
from policy_site.publication.vectors import find_svg_fault
from policy_site.settings.brand import BrandSettings
from policy_site.static_files import read_static_files, static_name

LARGEST = 1024 * 1024
"""Bytes of one file."""
_PNG = b"\x89PNG\r\n\x1a\n"
_WOFF2 = b"wOF2"
_REACHING = re.compile(r"@import|url\s*\(|src\s*\(|image-set\s*\(|\\|</", re.IGNORECASE)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture in the header."""

    name: str
    """Under which it is published, below ``static/``."""
    width: int
    """In pixels, as high as :data:`LOGO_HEIGHT`: the page keeps its place."""


@dataclass(frozen=True, slots=True)
class Brand:
    """What a brand adds to the site."""

    static: Mapping[str, bytes]
    """All files of the look, by the names under which they are published."""
    style: str
    """Name of the style sheet."""
    logo: Logo | None = None
    logo_dark: Logo | None = None


LOGO_HEIGHT = 32


def plain_brand() -> Brand:
    """Return the look of a site without a brand."""
    return Brand(read_static_files(), static_name("site.css"))


def take_brand(settings: BrandSettings, files: Mapping[str, bytes | None]) -> Brand:
    """Make the look of a site from ``files``, by path; raise :class:`ContentError` with each that cannot be used.

    ``None`` is a link, or larger than :data:`LARGEST`.
    """
    findings = tuple(_findings(settings, files))
    if findings:
        raise ContentError("Files of the brand cannot be used.", findings=findings)
    read = {path: content for path, content in files.items() if content is not None}
    names = {path: _published_name(path, read[path]) for path in settings.files if not path.lower().endswith(".css")}
    own = static_name("site.css")
    sheet = read_static_files()[own] + _sheet(settings, read, names).encode()
    style = f"site.{hashlib.sha256(sheet).hexdigest()[:10]}.css"
    static = {name: content for name, content in read_static_files().items() if name != own}
    static |= {style: sheet} | {names[path]: read[path] for path in names}
    logo, logo_dark = (
        Logo(names[path], _width(read[path])) if path else None for path in (settings.logo, settings.logo_dark)
    )
    return Brand(MappingProxyType(static), style, logo, logo_dark)


def _findings(settings: BrandSettings, files: Mapping[str, bytes | None]) -> Iterator[Finding]:
    for path in settings.files:
        if path not in files:
            yield _finding(path, "There is no such file in the published commit.", "Commit it, or correct `brand`.")
        elif (content := files[path]) is None:
            yield _finding(path, f"This is a link, or larger than {LARGEST // 1024} KiB.", "Put a smaller file here.")
        elif fault := _fault(path, content):
            yield _finding(path, f"This file {fault}.", "Change it, or name another one in `brand`.")


def _fault(path: str, content: bytes) -> str:
    match PurePosixPath(path).suffix.lower():
        case ".svg":
            return find_svg_fault(content) or ("" if _svg_size(content) else "has neither a viewBox nor a size")
        case ".png":
            return "" if content.startswith(_PNG) and _png_size(content) else "is no PNG"
        case ".woff2":
            return "" if content.startswith(_WOFF2) else "is no WOFF2 font"
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return "is not UTF-8"
    text = _COMMENT.sub("", text)
    found = _REACHING.search(text)
    if found is None:
        return "" if text.count("{") == text.count("}") else "does not close a brace that it opens"
    return f"holds {found[0]!r}, by which style sheets reach for other files; `brand.fonts` and `brand.logo` name these"


def _finding(path: str, message: str, remedy: str) -> Finding:
    return Finding(path=path, line=None, rule="brand", severity=Severity.ERROR, message=message, remedy=remedy)


def _published_name(path: str, content: bytes) -> str:
    pure = PurePosixPath(path)
    stem = re.sub(r"[^a-z0-9_-]+", "-", pure.stem.lower()).strip("-")[:60] or "file"
    return f"brand.{stem}.{hashlib.sha256(content).hexdigest()[:10]}{pure.suffix.lower()}"


def _sheet(settings: BrandSettings, read: Mapping[str, bytes], names: Mapping[str, str]) -> str:
    """Return what stands behind the site's own style sheet."""
    lines = ["\n/* --- the brand ---------------------------------------------------------------- */\n"]
    lines += [
        f'@font-face {{ font-family: "{font.family}"; src: url("{names[font.file]}") format("woff2");'
        f" font-weight: {font.weight}; font-style: {font.style}; font-display: swap; }}"
        for font in settings.fonts
    ]
    if settings.fonts:
        lines.append(f':root {{ --brand-font: "{settings.fonts[0].family}",; }}')
    on_screen = "screen and (prefers-color-scheme: dark)"
    if settings.accent:
        lines.append(f"@media screen {{ :root {{ --link: {settings.accent}; --calm-edge: {settings.accent}; }} }}")
    if settings.dark:
        lines.append(f"@media {on_screen} {{ :root {{ --link: {settings.dark}; --calm-edge: {settings.dark}; }} }}")
    if settings.style:
        lines.append(read[settings.style].decode("utf-8").strip("\n"))
    return "\n".join(lines) + "\n"


def _width(content: bytes) -> int:
    width, height = _png_size(content) if content.startswith(_PNG) else _svg_size(content) or (1.0, 1.0)
    return max(1, min(400, round(width * LOGO_HEIGHT / height)))


def _png_size(content: bytes) -> tuple[float, float]:
    """Return width and height of a PNG (its section 11.2.1); a file that ends before is one by one."""
    try:
        width, height = struct.unpack(">II", content[16:24])
    except struct.error:
        return 1.0, 1.0
    return float(width or 1), float(height or 1)


def _svg_size(content: bytes) -> tuple[float, float] | None:
    """Return width and height of an SVG, which was found to be a drawing: of its viewBox, or as it says."""
    start = re.search(r"<(?:\w+:)?svg\b[^>]*>", content.decode("utf-8", "replace"))
    tag = start[0] if start else ""
    box = re.search(r"""\bviewBox=["']\s*[-\d.]+[\s,]+[-\d.]+[\s,]+([\d.]+)[\s,]+([\d.]+)""", tag)
    if box is None:
        wide, high = (re.search(rf"""\s{name}=["']([\d.]+)""", tag) for name in ("width", "height"))
        found = (wide[1], high[1]) if wide and high else None
    else:
        found = (box[1], box[2])
    try:
        size = (float(found[0]), float(found[1])) if found else None
    except ValueError:
        return None
    return size if size and min(size) > 0 else None
