"""Pages as PDF: tagged for screen readers (PDF/UA-1), with a bookmark for each heading. The only door to WeasyPrint.

Nothing is fetched: pictures come from the site's own files, whatever else a text names is left out. The bytes depend on
the text, the library and the fonts of the machine alone.
"""

from __future__ import annotations

import hashlib
import importlib
import io
import logging
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from policy_site.errors import PublishingError

MEDIA_TYPE = "application/pdf"
_SHEET = Path(__file__).parents[1] / "templates" / "paper.css"


@lru_cache(maxsize=1)
def find_printer() -> Any:  # noqa: ANN401 - a library that need not be there
    """Return WeasyPrint; raise :class:`PublishingError` with what is to be installed where it is not there."""
    try:
        return importlib.import_module("weasyprint")
    except ImportError:
        raise PublishingError(
            "PDF files need WeasyPrint, which is not installed.", remedy="Install `policy-site[pdf]`."
        ) from None
    except OSError as error:
        raise PublishingError(
            f"PDF files need Pango, which is not installed: {str(error).splitlines()[0]}.",
            remedy="Install it; on Debian `apt-get install libpangoft2-1.0-0 libharfbuzz-subset0`.",
        ) from None


def print_page(html: str, *, address: str, files: Mapping[str, tuple[bytes, str]]) -> bytes:
    """Return a page as PDF.

    ``address``: the whole address that relative links start from. ``files``: pictures with their media types, by their
    whole addresses.
    """
    printer = find_printer()
    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
    logging.getLogger("fontTools").setLevel(logging.CRITICAL)

    class Fetcher(printer.urls.URLFetcher):  # type: ignore[misc,name-defined]  # of a library that need not be there
        """Gives the site's own pictures."""

        def fetch(self, url: str, headers: object = None) -> object:  # noqa: ARG002 - as the library calls it
            if url not in files:
                raise ValueError(f"{url} is not fetched")
            content, media_type = files[url]
            return printer.urls.URLFetcherResponse(url, io.BytesIO(content), headers={"Content-Type": media_type})

    document = printer.HTML(string=html, base_url=address, url_fetcher=Fetcher())
    return bytes(
        document.write_pdf(
            stylesheets=[printer.CSS(string=_SHEET.read_text(encoding="utf-8"))],
            pdf_variant="pdf/ua-1",
            pdf_tags=True,
            pdf_identifier=hashlib.sha256(html.encode("utf-8", "replace")).digest()[:16],
        )
    )
