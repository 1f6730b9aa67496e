"""Values of ``site.toml`` that are more than a word: each with its fault, in a sentence."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator

from policy_site.groupings import grouping
from policy_site.model import CATEGORIES, LONG_PSEUDO_LANGUAGE, MIRRORED_PSEUDO_LANGUAGE


def name_in_addresses(name: str) -> str:
    """Return a name that is part of an address."""
    if not re.fullmatch(r"[a-z0-9]([a-z0-9._-]{0,78}[a-z0-9])?", name):
        raise ValueError(f"{name!r} would be part of addresses; write it in small letters, digits and hyphens")
    return name


def _language_tag(tag: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", tag):
        raise ValueError(f"{tag!r} is not a language tag; write one of BCP 47 such as 'en' or 'pt-BR'")
    if tag.casefold() in (LONG_PSEUDO_LANGUAGE.casefold(), MIRRORED_PSEUDO_LANGUAGE.casefold()):
        raise ValueError(f"{tag!r} is a made-up language of the preview, never published; use `serve --pseudo`")
    return tag


Slug = Annotated[str, AfterValidator(name_in_addresses)]
"""A name that is part of an address."""

LanguageTag = Annotated[str, AfterValidator(_language_tag)]
"""A language tag (BCP 47)."""


def _printable_line(words: str) -> str:
    if any(unicodedata.category(sign) in ("Cc", "Cs", "Cn", "Zl", "Zp") or sign in _TURNING for sign in words):
        raise ValueError(f"{words!r} holds a character that cannot be printed on a line")
    return words


_TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
Line = Annotated[str, AfterValidator(_printable_line)]
"""Words on one line, without control characters or bidirectional overrides."""


def existing_time_zone(name: str) -> str:
    """Return the name of a time zone of the IANA database."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        msg = f"there is no time zone {name!r}; write a name of the IANA database such as 'Europe/Berlin' or 'UTC'"
        raise ValueError(msg) from error
    return name


_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9A-Fa-f:.]+\])"
_PORT = r"(?::(?P<port>\d{1,5}))?"
_ADDRESS = re.compile(rf"https?://{_HOST}{_PORT}(?:/(?!\.\.?(?:/|$))[A-Za-z0-9._~-]+)*/?")
_LAST_PORT = 65_535


def absolute_address(address: str) -> str:
    """Return the address of a site, with a slash at its end; raise :class:`ValueError` with its fault."""
    parts = _ADDRESS.fullmatch(address)
    if parts is None or int(parts["port"] or 0) > _LAST_PORT:
        msg = (
            f"{address!r} is not the address of a site; write it whole, such as 'https://example.org/legal/', with"
            " letters, digits, dots, hyphens, '_' and '~' (other hosts in their 'xn--' form)"
        )
        raise ValueError(msg)
    try:
        urlsplit(address)
    except ValueError:
        raise ValueError(f"{address!r} names no host; write a domain name, or the numbers of a host") from None
    return address if address.endswith("/") else f"{address}/"


def address_or_none(address: str) -> str:
    """Return the address of a site as :func:`absolute_address` does, or nothing."""
    return absolute_address(address) if address else ""


def folder_name(folder: str) -> str:
    """Return a folder that is named from the folder of ``site.toml``."""
    if folder.startswith("/"):
        raise ValueError(f"{folder!r} is a path of one machine; write it from the folder of site.toml")
    return folder


def relative_folder(folder: str) -> str:
    """Return a folder below that of ``site.toml``, without slashes around it."""
    if folder and (folder.startswith("/") or "\\" in folder or ".." in folder.split("/")):
        raise ValueError(f"{folder!r} leads out of the folder of site.toml; write a path below it, such as 'public'")
    return folder.strip("/")


def hub_address(address: str) -> str:
    """Return the address of a WebSub hub."""
    if not re.fullmatch(rf"https?://{_HOST}(?::\d{{1,5}})?(?:[/?][!#-;=?-Z_a-z~]*)?", address) or "#" in address:
        raise ValueError(f"{address!r} is not the address of a hub; write it whole, such as 'https://hub.example.org/'")
    return address


def domain_name(name: str) -> str:
    """Return a domain name, or an address of mail, as RFC 4151 takes for an authority."""
    if name and not re.fullmatch(rf"{_HOST}|[A-Za-z0-9._%+-]+@{_HOST}", name):
        raise ValueError(f"{name!r} is not a domain name; write one such as 'example.org'")
    return name


def file_name(name: str) -> str:
    """Return a name in the layout, or a path from the content folder."""
    if not name or name.startswith("/") or "\\" in name or ".." in name.split("/"):
        raise ValueError(f"{name!r} is no path from the content folder, such as 'Legal/terms.md'")
    if re.sub(r"\{locale\}", "", name, count=1).count("{"):
        raise ValueError(f"{name!r} may name {{locale}} once, and nothing else in braces")
    return name


def layout_pattern(pattern: str) -> str:
    """Return a pattern of paths that names each of ``{policy}`` and ``{locale}`` once at most."""
    for name in re.findall(r"\{[^{}]*\}", pattern):
        if name not in ("{policy}", "{locale}"):
            raise ValueError(f"{pattern!r} names {name}; only {{policy}} and {{locale}} are known")
        if pattern.count(name) > 1:
            raise ValueError(f"{pattern!r} names {name} twice; a path says it once")
    return pattern


def name_of_grouping(name: str) -> str:
    """Return the name of a way of grouping that there is."""
    return grouping(name).name


def known_encoding(name: str) -> str:
    """Return the name of an encoding of texts that there is."""
    try:
        "a".encode(name)
    except (LookupError, UnicodeError, ValueError):
        msg = f"{name!r} is no encoding that is known; write 'windows-1252', 'iso-8859-2', 'shift_jis' or the like"
        raise ValueError(msg) from None
    return name


def known_category(category: str) -> str:
    """Return a category of changes that there is."""
    if category not in CATEGORIES:
        raise ValueError(f"there is no category {category!r}; there are {', '.join(CATEGORIES)}")
    return category
