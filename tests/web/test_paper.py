"""What is printed: every word of a text, on every kind of page that shows it, as Chromium makes a PDF of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pypdfium2
import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Route

from policy_site.web import create_app
from tests.support.browsing import browser
from tests.support.builder import PolicyRepository
from tests.support.publishing import compiled

__all__ = ["browser"]  # a fixture is found by its name in the module

AT = datetime(2026, 11, 1, tzinfo=UTC)
HOST = "https://example.org/"
COLUMNS = 12
_SHOWN = """() => [...document.querySelectorAll('.text')].map(element => {
    const copy = element.cloneNode(true);
    const around = '.visually-hidden, .anchor, .section-history, .redline-links, ' +
        '.unchanged > summary > .note, [hidden]';
    copy.querySelectorAll(around)
        .forEach(inner => inner.remove());
    return copy.textContent;
}).join(' ')"""


def wide_table(columns: int, months: int) -> str:
    """Return a table whose words are too long for the paper, side by side."""
    header = "|".join(f"Heading-number-{number}" for number in range(columns))
    row = "|".join(f"Bundesdatenschutzbehörde-{number}@northwind-{months}.example" for number in range(columns))
    return f"|{header}|\n|{'---|' * columns}\n|{row}|\n"


def text(months: int) -> str:
    address = f"https://example.org/{'abcdefghij' * 14}/{months}/address-end"
    return f"""
## Sub-processors {{#subprocessors}}

{wide_table(8, months)}

## Many columns {{#many}}

{wide_table(COLUMNS, months)}

<details markdown="1"><summary>For residents of California</summary>

You may ask us within {months} months.

<details markdown="1"><summary>Of minor age</summary>

Ask your folded parents.

</details>

</details>

## Code {{#code}}

    one very long line {"that a lawyer pasted from a mail " * 6} preformatted-end

> - Quoted [words]({address}) and {address}

## Nothing changed {{#same}}

{"A paragraph that stays as it is. " * 3}

{wide_table(8, 0)}
"""


@pytest.fixture(scope="module")
def visitor(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    repository = PolicyRepository(tmp_path_factory.mktemp("printed")).site(policies=["terms"], base_url=HOST)
    repository.publish("terms", effective="2026-02-01", text=text(24))
    repository.publish(
        "terms", effective="2026-10-15", text=text(36), words={"summary": wide_table(8, 36), "impact": "`a b` " * 60}
    )
    return create_app(compiled(repository, as_of=AT)).test_client()


@pytest.fixture
def printed(browser: Browser, visitor: FlaskClient) -> Iterator[object]:
    """Return what prints a page: its words as they are in the document, and the words on the paper."""
    context = browser.new_context(java_script_enabled=False)

    def answer(route: Route) -> None:
        response = visitor.get(urlsplit(route.request.url).path)
        route.fulfill(status=response.status_code, body=response.data, content_type=response.content_type)

    context.route("**/*", answer)

    def print_page(address: str) -> tuple[str, str]:
        page = context.new_page()
        page.goto(f"{HOST}{address}")
        shown = str(page.evaluate(_SHOWN))
        with pypdfium2.PdfDocument(page.pdf(format="A4")) as paper:
            # characters that lie outside the paper are not in its bounds
            return shown, "".join(sheet.get_textpage().get_text_bounded() for sheet in paper)

    yield print_page
    context.close()


def without_space(words: str) -> str:
    """Return words without the line ends that paper adds, and the hyphens at which it breaks."""
    return re.sub(r"[\s\u00ad\ufffe\u0002-]+", "", words)


@pytest.mark.parametrize(
    "address",
    [
        "en/terms/",
        "en/terms/v/2026-02-01/",
        "en/terms/v/2026-10-15/changes/",
        "en/terms/compare/2026-02-01/2026-10-15/",
        "en/terms/compare/2026-02-01/2026-10-15/side-by-side/",
        "en/terms/since/2026-02-01/",
        "en/terms/sections/many/",
    ],
)
def test_every_word_of_a_text_is_on_the_paper(printed: object, address: str) -> None:
    assert callable(printed)
    shown, paper = printed(address)
    words = {word for word in (without_space(each) for each in shown.split()) if word}
    assert len(words) > COLUMNS
    flat = without_space(paper)
    assert [word for word in sorted(words) if word not in flat] == []


def test_what_is_folded_is_on_the_paper_once(printed: object) -> None:
    assert callable(printed)
    _, paper = printed("en/terms/")
    assert paper.count("Ask your folded parents.") == 1
    assert paper.count("Of minor age") == 1
