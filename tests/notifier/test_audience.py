"""Lists of recipients: whatever stands in them, the usable rows are read, each other has a place and a reason."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy_site.errors import UsageError
from policy_site.notifier import audience as audiences
from policy_site.notifier.audience import Chunk, open_listing
from policy_site.notifier.model import Recipient
from policy_site.notifier.settings_tables import Audience, SqlSource
from tests.support.plans import customers, many, write_list
from tests.support.services import PostgreSQL


def read(path: Path, *, language: str = "en") -> Chunk:
    with open_listing(customers(path), policy="privacy") as listing:
        return listing.chunk_after(None, language=language)


def read_bytes(folder: Path, content: bytes) -> Chunk:
    path = folder / "list.csv"
    path.write_bytes(content)
    return read(path)


def reasons(chunk: Chunk) -> dict[str, str]:
    return {row.place: row.reason for row in chunk.unusable}


@pytest.mark.parametrize(
    "content",
    [
        b"address,language,accepted\nmax@example.org,de,2024-03\n",
        b"\xef\xbb\xbfaddress,language,accepted\r\nmax@example.org,de,2024-03\r\n",
        b"Address;Language;Accepted\r\nmax@example.org;de;2024-03",
        b'"address","language","accepted"\n"max@example.org","de","2024-03"\n',
        b"accepted, language ,address\n2024-03, de , max@example.org \n\n\n",
    ],
    ids=["plain", "byte order mark and CRLF", "semicolons without last line end", "quoted", "other order, spaces"],
)
def test_a_list_is_read_as_spreadsheets_and_databases_write_it(tmp_path: Path, content: bytes) -> None:
    chunk = read_bytes(tmp_path, content)
    assert chunk.recipients == (Recipient("max@example.org", "de", "2024-03"),)
    assert not chunk.unusable
    assert chunk.is_last


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b",de", "The address is missing."),
        (b"max,de", "'max' is not a mail address."),
        (b"Max <max@example.org>,de", "'Max <max@example.org>' is not a mail address."),
        (b"max@example.org,de,1,2", "There are 4 cells; the header has 3."),
        (b"ma\0x@example.org,de", "'ma\\x00x@example.org' is not a mail address: it holds a control character."),
        (b"m\xfcx@example.org,de", "'m\\udcfcx@example.org' is not a mail address: it holds bytes that are not UTF-8."),
        (
            "mü@example.org,de".encode(),
            "'m\\xfc@example.org' is not a mail address that every mail server takes: use one with plain letters",
        ),
        (b"max@example.org\rBcc: a@b.c,de", "'max@example.org\\rBcc: a@b.c' is not a mail address: it holds a control"),
        (b"max@example.org,deutsch!", "'deutsch!' is not a language; write a tag such as 'en' or 'pt-BR'."),
        (b"max@example.org,de,\x1b[2J", "'\\x1b[2J' is not the label of a version: it holds a control character."),
        (b"max@example.org,de," + b"9" * 300, "is not the label of a version."),
        (b'"max@example.org,de', "A quotation mark has no counterpart."),
        (b'"max"@example.org,de', "A quotation mark has no counterpart."),
        (b"x" * 5_000 + b"@example.org,de", "The line is longer than 4096 bytes."),
    ],
)
def test_a_row_that_names_nobody_is_told_by_line_and_the_others_are_read(
    tmp_path: Path, row: bytes, reason: str
) -> None:
    chunk = read_bytes(tmp_path, b"address,language,accepted\na@example.org,en\n" + row + b"\nz@example.org,tr\n")
    assert [recipient.address for recipient in chunk.recipients] == ["a@example.org", "z@example.org"]
    assert list(reasons(chunk)) == ["3"]
    assert reason in reasons(chunk)["3"]
    assert reasons(chunk)["3"].isprintable()


def test_a_line_break_inside_quotes_smuggles_nobody_in(tmp_path: Path) -> None:
    chunk = read_bytes(
        tmp_path,
        b'address,language\na@example.org,en\n"x\nvictim@example.org,en\ny",en\nz@example.org,en\n',
    )
    assert [recipient.address for recipient in chunk.recipients] == ["a@example.org", "z@example.org"]
    assert reasons(chunk) == {str(line): "A quoted cell goes on from line 3 to line 5." for line in (3, 4, 5)}


def test_two_forgotten_quotation_marks_lose_nobody_unsaid(tmp_path: Path) -> None:
    people = [f"person{number}@example.org,en" for number in range(30)]
    people[3] = f'"{people[3]}'
    people[15] = f'{people[15]}"'
    chunk = read_bytes(tmp_path, "\n".join(["address,language", *people, ""]).encode())
    assert len(chunk.recipients) == 17
    assert sorted(map(int, reasons(chunk))) == list(range(5, 18)), "each of them with its line"


def test_a_forgotten_quotation_mark_costs_its_own_line_only(tmp_path: Path) -> None:
    rows = [b'"broken@example.org,en', *(b"person%d@example.org,en" % number for number in range(100))]
    chunk = read_bytes(tmp_path, b"address,language\n" + b"\n".join(rows))
    assert len(chunk.recipients) == 100
    assert list(reasons(chunk)) == ["2"]


def test_whoever_has_no_language_is_told_in_the_authoritative_one(tmp_path: Path) -> None:
    path = write_list(tmp_path / "list.csv", ["a@example.org,,", "b@example.org", "c@example.org, ,2024"])
    assert {recipient.language for recipient in read(path, language="tr").recipients} == {"tr"}


@pytest.mark.parametrize(
    ("written", "tag"),
    [("DE", "de"), ("pt_br", "pt-BR"), ("zh-HANT-tw", "zh-Hant-TW"), ("en-a-BB", "en-a-bb"), ("es-419", "es-419")],
)
def test_a_language_tag_is_kept_in_the_case_of_its_standard(tmp_path: Path, written: str, tag: str) -> None:
    path = write_list(tmp_path / "list.csv", [f"a@example.org,{written},"])
    assert read(path).recipients[0].language == tag


def test_the_domain_is_lowercased_and_what_stands_before_the_at_is_left_alone(tmp_path: Path) -> None:
    path = write_list(tmp_path / "list.csv", ["Max@Example.ORG,en,", "max@example.org,en,"])
    assert [recipient.address for recipient in read(path).recipients] == ["Max@example.org", "max@example.org"]


def test_a_domain_in_letters_of_any_script_is_the_one_that_mail_servers_know(tmp_path: Path) -> None:
    rows = ["a@bücher.example,de,", "a@Bücher.Example,de,", "b@straße.example,de,", "c@例え.テスト,ja,", "d@a..b,en,"]
    told = read(write_list(tmp_path / "list.csv", [*rows, "e@-ü-.example,de,", "ü@bücher.example,de,"]))
    assert [recipient.address for recipient in told.recipients] == [
        "a@xn--bcher-kva.example", "a@xn--bcher-kva.example", "b@xn--strae-oqa.example", "c@xn--r8jz45g.xn--zckzah",
    ]  # fmt: skip
    assert [("every mail server takes" in row.reason) for row in told.unusable] == [False, False, True]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "does not begin with a header that names address and language"),
        (b"a@example.org,en\n", "does not begin with a header"),
        (b"address\na@example.org\n", "does not begin with a header"),
        ("address,language\n".encode("utf-16"), "is not UTF-8"),
        (b"address,language\xfc\n", "is not UTF-8"),
        (b"address,language,acepted\n", "has a column 'acepted' too many"),
        (b"address,address,language\n", "has a column 'address' too many"),
        (b"address,language\ra@example.org,en\r", "does not begin with a header"),
        (b"x" * 100_000, "does not begin with a header"),
    ],
)
def test_a_file_that_is_no_list_is_refused_with_the_next_step(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(UsageError) as refused:
        read_bytes(tmp_path, content)
    assert message in refused.value.message
    assert "list.csv" in refused.value.message
    assert "header `address,language`" in refused.value.remedy


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere.csv", tmp_path):
        with pytest.raises(UsageError, match="cannot be read"):
            read(path)


def test_reading_goes_on_at_any_cursor_and_numbers_lines_as_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [*many(20), "", 'nobody,"quoted', *many(20, start=20), "also nobody,en,"]
    path = write_list(tmp_path / "list.csv", rows)
    whole = read(path)
    monkeypatch.setattr(audiences, "CHUNK_ROWS", 7)
    recipients: list[Recipient] = []
    places: list[str] = []
    cursor, is_last = None, False
    while not is_last:
        with open_listing(customers(path), policy="privacy") as listing:  # as after a kill
            chunk = listing.chunk_after(cursor, language="en")
        recipients += chunk.recipients
        places += [row.place for row in chunk.unusable]
        cursor, is_last = chunk.cursor, chunk.is_last
    assert recipients == list(whole.recipients)
    assert places == [row.place for row in whole.unusable] == ["23", "44"]


def test_a_list_that_was_exchanged_or_written_to_has_changed(tmp_path: Path) -> None:
    path = write_list(tmp_path / "list.csv", many(3))
    with open_listing(customers(path), policy="privacy") as listing:
        first = listing.fingerprint
        assert listing.is_unchanged()
        with path.open("a") as file:
            file.write("new@example.org,en,\n")
        assert not listing.is_unchanged()
    with open_listing(customers(path), policy="privacy") as listing:
        assert listing.fingerprint != first
        write_list(tmp_path / "next.csv", many(4)).replace(path)
        assert not listing.is_unchanged()
        path.unlink()
        assert not listing.is_unchanged()


@given(st.binary(max_size=400))
def test_no_bytes_break_a_list(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    chunk = read_bytes(tmp_path_factory.getbasetemp(), b"address,language\n" + content + b"\nz@example.org,en\n")
    assert chunk.is_last
    assert all(row.reason.isprintable() for row in chunk.unusable)
    # an opened quotation mark before it may take the last line with it, and then says so
    assert chunk.recipients[-1:] == (Recipient("z@example.org", "en"),) or chunk.unusable


def people(folder: Path, rows: list[tuple[object, ...]]) -> str:
    database = folder / "company.db"
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE person (number, mail, language, version)")
        connection.executemany("INSERT INTO person VALUES (?, ?, ?, ?)", rows)
    connection.close()
    return f"sqlite:///{database}"


QUERY = (
    "SELECT number AS cursor, mail AS address, language, version AS accepted FROM person"
    " WHERE number > :after ORDER BY number LIMIT :limit"
)


def asked(url: str, query: str = QUERY, **facts: object) -> Audience:
    source = SqlSource.model_validate({"url": url, "query": query, **facts})
    return Audience(name="people", channel="mail", sql=source)


def test_a_query_is_asked_in_chunks_by_its_own_cursor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audiences, "CHUNK_ROWS", 2)
    url = people(
        tmp_path,
        [(1, "a@example.org", "DE", "2024"), (2, None, "en", None), (5, "c@Example.org", None, 7), (9, "d", "en", "")],
    )
    chunks = []
    cursor = None
    with open_listing(asked(url), policy="privacy") as listing:
        while True:
            chunks.append(listing.chunk_after(cursor, language="tr"))
            if chunks[-1].is_last:
                break
            cursor = chunks[-1].cursor
    assert [recipient for chunk in chunks for recipient in chunk.recipients] == [
        Recipient("a@example.org", "de", "2024"),
        Recipient("c@example.org", "tr", "7"),
    ]
    assert {place: why for chunk in chunks for place, why in reasons(chunk).items()} == {
        "2": "The address is missing.",
        "9": "'d' is not a mail address.",
    }


def test_a_query_may_have_a_text_as_cursor_and_ask_for_the_policy(tmp_path: Path) -> None:
    url = people(tmp_path, [("a:b", "a@example.org", "en", "privacy"), ("c", "b@example.org", "en", "cookies")])
    query = QUERY.replace("WHERE", "WHERE version = :policy AND")
    with open_listing(asked(url, query, first_cursor=""), policy="cookies") as listing:
        chunk = listing.chunk_after(None, language="en")
    assert [recipient.address for recipient in chunk.recipients] == ["b@example.org"]
    assert chunk.cursor == '"c"'


def ask(audience: Audience, after: str | None = None) -> Chunk:
    with open_listing(audience, policy="privacy") as listing:
        return listing.chunk_after(after, language="en")


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (QUERY.replace(":after", "0"), "does not use :after"),
        (QUERY.replace("LIMIT :limit", ""), "does not use :limit"),
        (QUERY.replace(":limit", ":limit + 5"), "gives more rows than :limit"),
        (QUERY.replace("> :after", ">= :after + 1 - 1"), "gives the cursor '1' after '1'"),
        (QUERY.replace("BY number", "BY number DESC"), "gives the cursor '2' after '3'"),
        (QUERY.replace("number AS cursor", "1.5 AS cursor"), "gives a cursor of type float"),
        (QUERY.replace("number AS cursor", "NULL AS cursor"), "gives a cursor of type NoneType"),
        (QUERY.replace("mail AS address", "mail"), "does not select address"),
        (QUERY.replace("person", "nobody"), "cannot be asked: no such table: nobody"),
        (
            "DELETE FROM person WHERE number > :after AND :limit",
            "cannot be asked: attempt to write a readonly database",
        ),
    ],
)
def test_a_query_that_does_not_do_what_was_agreed_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, query: str, message: str
) -> None:
    monkeypatch.setattr(audiences, "CHUNK_ROWS", 2)
    rows: list[tuple[object, ...]] = [(number, f"p{number}@example.org", "en", None) for number in (1, 2, 3)]
    url = people(tmp_path, rows)
    after = "1" if "- 1" in query else None
    with pytest.raises(UsageError, match="audience 'people'") as refused:
        ask(asked(url, query), after)
    assert message in refused.value.message
    with sqlite3.connect(tmp_path / "company.db") as connection:
        assert connection.execute("SELECT count(*) FROM person").fetchone() == (3,)
    connection.close()


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("nonsense", "has a url that is none"),
        ("sqlite:///nowhere/company.db", "asks a database nowhere/company.db that is not there"),
        ("oracle://somebody@localhost/x", "is not installed"),
        ("postgresql+psycopg://nobody:secret@127.0.0.1:9/none", "is out of reach"),
    ],
)
def test_a_database_that_cannot_be_asked_is_named_without_its_password(url: str, message: str) -> None:
    with pytest.raises(UsageError) as refused:
        ask(asked(url))
    assert message in refused.value.message
    assert "secret" not in str(refused.value)


def test_a_company_database_in_postgresql_is_read_and_never_written(postgresql: PostgreSQL) -> None:
    url = postgresql.create_database()
    rows = "(SELECT i AS number, 'p' || i || '@example.org' AS mail FROM generate_series(1, 3) AS i) AS person"
    query = f"SELECT number AS cursor, mail AS address, 'de' AS language FROM {rows}"  # noqa: S608 (ours)
    chunk = ask(asked(url, f"{query} WHERE number > :after ORDER BY number LIMIT :limit"))
    assert [recipient.address for recipient in chunk.recipients] == [f"p{number}@example.org" for number in (1, 2, 3)]
    with pytest.raises(UsageError, match="cannot execute CREATE TABLE AS in a read-only transaction"):
        ask(asked(url, "CREATE TABLE mine AS SELECT 1 WHERE :after < :limit"))
