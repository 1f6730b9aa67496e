"""What stands for the placeholders of a site generator, where the repository itself says it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from policy_site.sources import fact, split_front_matter

_PLACEHOLDER = re.compile(r"\{\{-?[ \t]*([\w.-]{1,100})[ \t]*-?\}\}|\{%-?[ \t]*(data [\w.-]{1,100})[ \t]*-?%\}")
"""``{{ site.email }}`` of Jekyll and others, ``{% data variables.product.name %}`` of GitHub's documents."""
_LEADS_TO = (
    re.compile(r"\{%-?[ \t]*(?P<name>link [^\s\"'{}%]*?(?P<address>[^\s/\"'{}%]+))[ \t]*-?%\}"),
    re.compile(r"\{\{-?[ \t]*(?P<name>\"(?P<address>[^\"{}\n]+)\"[ \t]*\|[ \t]*(?:relative|absolute)_url)[ \t]*-?\}\}"),
    re.compile(r"\{\{[<%][ \t]*(?P<name>(?:rel)?ref \"(?P<address>[^\"{}\n]+)\")[ \t]*[>%]\}\}"),
)
"""What a generator makes an address of: ``{% link terms.md %}``, ``{{ "/terms/" | relative_url }}``,
``{{< ref "terms.md" >}}``."""
_PLAIN = re.compile(r"[^\n{}]{0,200}")


def find_placeholders(texts: Sequence[str], *, read: Callable[[str], str]) -> Mapping[str, str | None]:
    """Return the placeholders of texts with what stands for each; ``None`` where the repository does not say it.

    ``read`` returns the text of a file, empty where there is none.
    """
    found = {next(filter(None, match.groups())) for text in texts for match in _PLACEHOLDER.finditer(text)}
    links = {
        match["name"]: match["address"] for text in texts for pattern in _LEADS_TO for match in pattern.finditer(text)
    }
    return {**{name: _value_of(name, read) for name in sorted(found)}, **links}


def _value_of(name: str, read: Callable[[str], str]) -> str | None:
    for path, key in _places_of(name):
        words = read(path)
        value = fact(split_front_matter(f"---\n{words}\n---\n", path=path).facts, key) if words else ""
        if value and _PLAIN.fullmatch(value):
            return value
    return "" if name == "site.baseurl" else None  # what stands for it where nobody sets it


def _places_of(name: str) -> Iterator[tuple[str, str]]:
    """Yield the files that may say what stands for a placeholder, each with its key."""
    first, _, rest = name.partition(".")
    if first == "site" and rest.startswith("data."):
        _, file, key = [*rest.split(".", 2), ""][:3]
        yield f"_data/{file}.yml", key
    elif first == "site":
        yield "_config.yml", rest
        yield "docs/_config.yml", rest
    elif name.startswith("data variables.") and "." in rest:
        file, _, key = rest.partition(".")
        yield f"data/variables/{file}.yml", key
