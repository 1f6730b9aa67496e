"""What a text says that matters: found in each language's own way of writing, at its place, in one common form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy_site.evidence import Kind, read_document, read_text
from policy_site.evidence.numerals import read_number
from tests.support.redline_documents import TEXTS, document


def _found(text: str, locale: str, *kinds: Kind) -> list[str]:
    return [each.value for each in read_text(text, locale=locale) if not kinds or each.kind in kinds]


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en", "We keep logs for 30 days and mail for two to three months, 10 business days at most."),
        ("de", "Wir speichern Protokolle 30 Tage und Mails zwei bis drei Monate, höchstens 10 Arbeitstage."),
        ("fr", "Nous gardons les journaux 30 jours et les messages deux à trois mois, 10 jours ouvrés au plus."),
        ("es", "Guardamos registros 30 días y mensajes dos o tres meses, 10 días hábiles como máximo."),
        ("pt-BR", "Guardamos registros por 30 dias e mensagens por dois a três meses, 10 dias úteis no máximo."),
        ("pl", "Dzienniki przechowujemy 30 dni, a pocztę 2 do 3 miesięcy, najwyżej 10 dni roboczych."),
        ("tr", "Kayıtları 30 gün, postayı iki veya üç ay, en fazla 10 iş günü saklarız."),
        ("ar", "نحتفظ بالسجلات ٣٠ يومًا وبالرسائل ٢ إلى ٣ أشهر و١٠ أيام عمل."),
        ("he", "אנו שומרים יומנים 30 יום ודואר 2 עד 3 חודשים, לכל היותר 10 ימי עסקים."),
        ("ja", "ログは30日間、メールは2〜3か月、最長で10営業日保存します。"),
        ("zh-Hans", "日志保存三十天，邮件保存2至3个月，最多10个工作日。"),
    ],
)
def test_a_period_is_the_same_in_every_language_of_the_interface(locale: str, text: str) -> None:
    assert _found(text, locale, Kind.PERIOD) == ["30 day", "2 month", "3 month", "10 business day"]


@pytest.mark.parametrize(
    ("locale", "text", "value"),
    [
        ("en", "It costs €1,000.50 a year.", "1000.5 EUR"),
        ("en-CH", "It costs CHF 1’000.50.", "1000.5 CHF"),
        ("de", "Es kostet 1.000,50 Euro.", "1000.5 EUR"),
        ("fr", "Cela coûte 1 000,50 €.", "1000.5 EUR"),
        ("fr", "Cela coûte 1\u202f000,50 €.", "1000.5 EUR"),
        ("pl", "To kosztuje 1 000,50 zł.", "1000.5 PLN"),
        ("pt-BR", "Custa R$ 1.000,50.", "1000.5 BRL"),
        ("tr", "Ücret 1.000,50 TL’dir.", "1000.5 TRY"),
        ("ar", "السعر ١٬٠٠٠٫٥٠ يورو.", "1000.5 EUR"),
        ("he", "המחיר הוא 1,000.50 ש״ח.", "1000.5 ILS"),
        ("ja", "料金は１，０００円です。", "1000 JPY"),
        ("zh-Hans", "费用为1,000元。", "1000 CNY"),
        ("en", "A fine of up to $20 million.", "20000000 USD"),
        ("es", "Una multa de 20 millones de euros.", "20000000 EUR"),
        ("de", "Ein Bußgeld bis 1,5 Mio. Euro.", "1500000 EUR"),
    ],
)
def test_an_amount_is_read_with_the_separators_of_its_language(locale: str, text: str, value: str) -> None:
    assert _found(text, locale, Kind.AMOUNT, Kind.NUMBER) == [value]


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en", "From September 1, 2026 on."),
        ("en", "From 9/1/2026 on."),
        ("en-GB", "From 1st September 2026 and not before."),
        ("en-GB", "From 01/09/2026 on."),
        ("de", "Ab dem 1. September 2026."),
        ("de", "Ab dem 01.09.2026."),
        ("fr", "À partir du 1er septembre 2026."),
        ("es", "Desde el 1 de septiembre de 2026."),
        ("pt-BR", "A partir de 1º de setembro de 2026."),
        ("pl", "Od 1 września 2026 r."),
        ("tr", "1 Eylül 2026 tarihinden itibaren."),
        ("ar", "من ١ سبتمبر ٢٠٢٦."),
        ("he", "החל מ-1 בספטמבר 2026."),
        ("ja", "2026年9月1日から。"),
        ("zh-Hans", "自2026年9月1日起。"),
        ("sv", "Från och med den 1 september 2026."),
        ("en", "Valid from 2026-09-01."),
    ],
)
def test_a_date_is_the_same_in_every_language(locale: str, text: str) -> None:
    assert _found(text, locale, Kind.DATE) == ["2026-09-01"]


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en", "You must be 13 or older to use it."),
        ("en", "Not for children under 13."),
        ("en", "If you are under the age of 13, leave."),
        ("de", "Wer unter 13 Jahre alt ist, darf es nicht."),
        ("fr", "Les personnes âgées de moins de 13 ans."),
        ("es", "No para menores de 13 años."),
        ("tr", "13 yaşından küçükler kullanamaz."),
        ("ja", "13歳未満の方は利用できません。"),
        ("zh-Hans", "未满13周岁的人不得使用。"),
        ("he", "מגיל 13 ומעלה."),
    ],
)
def test_an_age_is_no_period(locale: str, text: str) -> None:
    assert _found(text, locale, Kind.AGE, Kind.PERIOD, Kind.NUMBER) == ["13 years of age"]


@pytest.mark.parametrize(
    ("locale", "text", "negations", "modals"),
    [
        ("en", "We will not sell it, and we don't have to.", ["not", "not"], ["will", "must"]),
        ("en", "You may leave without notice, unless you must pay.", ["without", "except"], ["may", "must"]),
        ("de", "Wir dürfen es nicht ohne Grund; niemand muss.", ["not", "without", "no"], ["may", "must"]),
        ("fr", "Nous ne vendons jamais ; vous pouvez partir sans motif.", ["never", "without"], ["can"]),
        ("es", "No vendemos; usted puede irse sin motivo.", ["not", "without"], ["can"]),
        ("pl", "Nie sprzedajemy; możesz odejść bez powodu.", ["not", "without"], ["can"]),
        ("tr", "Satmıyoruz; paylaşabiliriz.", ["not"], ["can"]),
        ("ar", "لا نبيع، ويجوز لك المغادرة بدون سبب.", ["not", "without"], ["may"]),
        ("ja", "販売しません。利用できます。", ["not"], ["can"]),
        ("zh-Hans", "我们不会出售。您可以离开。", ["not"], ["will", "can"]),
    ],
)
def test_what_denies_and_what_obliges_is_named_by_what_it_does(
    locale: str, text: str, negations: list[str], modals: list[str]
) -> None:
    assert _found(text, locale, Kind.NEGATION) == negations
    assert _found(text, locale, Kind.MODAL) == modals


def test_the_month_of_may_and_a_day_in_march_are_no_modal_and_no_verb() -> None:
    assert _found("In May 2026 you may march.", "en", Kind.DATE, Kind.MODAL) == ["2026-05", "may"]
    assert _found("Whoever is under 13 may not use it.", "en", Kind.DATE) == []


@pytest.mark.parametrize(
    ("text", "parties"),
    [
        (
            "We share it with Stripe, Google Analytics and Acme Data Ltd.",
            ["stripe", "google analytics", "acme data ltd"],
        ),
        ("We may send data to the United States.", ["united states"]),
        ("Our Services are for You. The Services end.", []),
        ("Data is kept. Data is deleted by PayPal.", ["paypal"]),
    ],
)
def test_a_name_is_told_from_a_word_with_a_large_letter(text: str, parties: list[str]) -> None:
    words = document(f"{text}\n\nsome services are what you get, and data is what we keep.")
    found = [each.value for each in read_document(words, locale="en") if each.kind is Kind.PARTY]
    assert found == parties


def test_german_names_are_known_by_their_form() -> None:
    found = _found("Wir geben Daten an die Acme Daten GmbH und an PayPal weiter.", "de", Kind.PARTY)
    assert found == ["acme daten gmbh", "paypal"]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Write to [us](mailto:Privacy@Example.org).", ["privacy@example.org"]),
        ("Write to privacy@example.org.", ["privacy@example.org"]),
        ("See <https://www.example.org/help/>.", ["example.org/help"]),
        ("See [help](https://example.org/help).", ["example.org/help"]),
        ("See example.org/help, e.g. on Mondays.", ["example.org/help"]),
        ("See [sharing](#sharing).", ["#sharing"]),
        ("See Section 4.2(a), Article 6(1)(f) and § 7.", ["4.2.a", "6.1.f", "7"]),
    ],
)
def test_addresses_and_references_are_found_written_out_or_behind_a_link(text: str, values: list[str]) -> None:
    kinds = (Kind.EMAIL, Kind.LINK, Kind.REFERENCE)
    assert [each.value for each in read_document(document(text), locale="en") if each.kind in kinds] == values


def test_a_defined_term_is_found_where_it_is_defined() -> None:
    words = document("## Words {#words}\n\nWe run routing (the “Services”) for you.")
    (term,) = (each for each in read_document(words, locale="en") if each.kind is Kind.TERM)
    assert (term.value, term.section, term.block) == ("services", "words", 1)
    assert words.sections[0].blocks[1].text[term.start : term.end] == "Services"


def test_names_with_digits_are_no_numbers() -> None:
    assert _found("IPv6, 2FA and GA4 use SHA256 in web3.", "en", Kind.NUMBER) == []


@pytest.mark.parametrize(
    ("written", "decimal", "group", "value"),
    [
        ("1,000", ".", ",", "1000"),
        ("1.000", ".", ",", "1"),
        ("1.000", ",", ".", "1000"),
        ("1,000", ",", ".", "1"),
        ("1.000.000", ",", ".", "1000000"),
        ("1,234.50", ".", ",", "1234.5"),
        ("1.234,50", ".", ",", "1234.5"),
        ("0.50", ".", ",", "0.5"),
        ("4.2", ",", ".", "4.2"),
        ("2.0", ",", ".", "2"),
        ("2.0", ".", ",", "2"),
        ("1.2.3", ".", ",", "1.2.3"),
        ("2016/679", ".", ",", "2016/679"),
        ("٣٠", ".", ",", "30"),
        ("007", ".", ",", "7"),
    ],
)
def test_a_number_is_read_as_its_language_writes_it(written: str, decimal: str, group: str, value: str) -> None:
    assert read_number(written, decimal=decimal, group=group) == value


@given(
    text=st.one_of(TEXTS, st.text(max_size=40)), locale=st.sampled_from(["en", "de", "ar", "ja", "zh-Hans", "tr", "xx"])
)
def test_whatever_is_read_stands_where_it_is_said_to_stand(text: str, locale: str) -> None:
    for each in read_text(text, locale=locale):
        assert text[each.start : each.end] == each.words
        assert each.words
