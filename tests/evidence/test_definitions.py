"""Defined terms: what a text defines, and what became of it."""

from __future__ import annotations

import pytest

from policy_site.evidence.definitions import TermChangeKind, compare_terms, find_terms
from tests.support.redline_documents import document


def _terms(markdown: str) -> list[str]:
    return [definition.term for definition in find_terms(document(markdown))]


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("“Personal data” means any information about you.", ["Personal data"]),
        ('"Update" shall mean any modification of the software.', ["Update"]),
        ("“You” and “Customer” refer to whoever signs.", ["You", "Customer"]),
        ("We run routing and billing (the “Services”).", ["Services"]),
        ('SymphonyRoute ("SymphonyRoute", "we", "us") routes messages.', ["SymphonyRoute", "we", "us"]),
        ("„Nutzungsdaten“ bezeichnet alles, was bei der Nutzung anfällt.", ["Nutzungsdaten"]),
        ("Wir betreiben Routing und Abrechnung (die „Dienste“).", ["Dienste"]),
        ("« Données » désigne toute information.", ["Données"]),
        ("“Kişisel veri”, kimliği belirli bir kişiye ilişkin her bilgiyi ifade eder.", ["Kişisel veri"]),
        ("«البيانات الشخصية» تعني أي معلومة عنكم.", ["البيانات الشخصية"]),
        ("يُقصد بـ«الخدمات» التوجيه والفوترة.", ["الخدمات"]),
        ("「個人情報」とは、個人を識別できる情報をいいます。", ["個人情報"]),
        ("当社が提供するサービス（以下「本サービス」といいます）を利用できます。", ["本サービス"]),
        (
            "## Definitions\n\n- **Account**: what you open with us.\n- **Log.** A record of requests.",
            ["Account", "Log"],
        ),
        ("Traffic data\n:   Data that routing needs.", ["Traffic data"]),
    ],
)
def test_a_definition_is_found_in_the_forms_of_its_language(text: str, terms: list[str]) -> None:
    assert _terms(text) == terms


@pytest.mark.parametrize(
    "text",
    [
        "Click “Delete account” to leave.",
        "You have the right to erasure (“right to be forgotten”).",
        "Use clear words (e.g. “High quality” is none).",
        "- **Usage data.** How you use the platform.",
        'Use the form under "Help" in the dashboard.',
        "| Data | Example |\n|---|---|\n| Search | keywords (“Boston”) |",
        "The software is provided “as is” and means no harm.",
    ],
)
def test_what_is_only_quoted_or_bold_is_no_term(text: str) -> None:
    assert _terms(text) == []


def test_a_term_is_listed_once() -> None:
    assert _terms("The routing (the “Services”).\n\nAll we do (the “Services”).") == ["Services"]


def test_terms_come_change_and_go() -> None:
    old = "“Account” means what you open.\n\n“Log” means a record.\n\n“Peer” means an operator."
    new = '"Account" means what you open.\n\n“Log” means a record of requests.\n\n“Token” means a secret.'
    changes = compare_terms(find_terms(document(old)), find_terms(document(new)))
    assert [(change.kind, change.term) for change in changes] == [
        (TermChangeKind.CHANGED, "Log"),
        (TermChangeKind.ADDED, "Token"),
        (TermChangeKind.DROPPED, "Peer"),
    ]


def test_the_entries_of_a_list_belong_to_the_definition_before_it() -> None:
    old, new = ("“Logs” mean:\n\n- times\n- " + last for last in ("addresses", "contents"))
    changes = compare_terms(find_terms(document(old)), find_terms(document(new)))
    assert [change.term for change in changes] == ["Logs"]
