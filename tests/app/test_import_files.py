"""Files that cannot be imported at all, and texts as values."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segql.app.cells import clock, literal_of, value_of
from segql.app.csv_rows import csv_rows
from segql.app.files import open_source
from segql.app.import_options import EventOptions, ProfileOptions
from segql.app.imports import import_events, import_profiles
from segql.app.lines import MAX_LINE, Bad
from segql.model.errors import Refused
from segql.model.instants import read_instant
from segql.store.driver import Connection
from segql.store.migrations import open_store

ZONE = ZoneInfo("Europe/Zurich")
NOW = 1_772_366_400_000


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Connection]:
    connection = open_store(tmp_path / "segql.db", create=True)
    yield connection
    connection.close()


@pytest.mark.parametrize(
    ("content", "message", "hint"),
    [
        ("id,name\n1,ü\n".encode("utf-16"), "is UTF-16", "iconv -f UTF-16"),
        ("id,name\n1,ü\n".encode("utf-16-le"), "is UTF-16", "iconv"),
        ("id,name\n1,ü\n".encode("utf-32"), "is UTF-32", "iconv"),
        ("id,name\n1,ü\n".encode("latin-1"), "not UTF-8 (byte 0xfc on line 2)", "WINDOWS-1252"),
        (b"id,name\n1,a\0b\n", "holds NUL bytes", "UTF-8"),
        (b"\x1f\x8b\x08\x00", "gzip", "gzip -dc"),
        (b"PK\x03\x04", "zip", "unpack"),
        (b"", "has no header", "first line"),
        (b"\n", "has no header", "first line"),
        (b"id,a,a\n", "two columns called `a`", "of its own"),
        (b'id,"a\nb\n', "header", None),
        (b"name,plan\n1,a\n", "no column `profile` or `id` or `user_id`; it has `name`, `plan`",
         "--profile"),
        (b"id;name\n1;a\n", "it has `id;name`", "--delimiter"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_refused_before_anything_is_stored(
    store: Connection, tmp_path: Path, content: bytes, message: str, hint: str | None
) -> None:
    file = tmp_path / "rows.csv"
    file.write_bytes(content)
    with pytest.raises(Refused) as caught:
        import_profiles(store, file, ProfileOptions(), now=NOW)
    assert message in str(caught.value)
    assert str(file) in str(caught.value)
    if hint is not None:
        assert hint in (caught.value.hint or "")


def test_a_json_array_is_refused(store: Connection, tmp_path: Path) -> None:
    file = tmp_path / "rows.json"
    file.write_text('[{"id": 1}]')
    with pytest.raises(Refused, match="JSON array"):
        import_profiles(store, file, ProfileOptions(), now=NOW)


def test_missing_files_directories_and_columns_are_named(store: Connection, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="there is no file"):
        import_profiles(store, tmp_path / "nope.csv", ProfileOptions(), now=NOW)
    with pytest.raises(Refused, match="is a directory"):
        import_profiles(store, tmp_path, ProfileOptions(), now=NOW)
    file = tmp_path / "rows.csv"
    file.write_text("user_id,what,when\n")
    with pytest.raises(Refused, match="no column `time`; it has `user_id`, `what`, `when`"):
        import_events(store, file, EventOptions())
    with pytest.raises(Refused, match="no column `event`") as caught:
        import_events(store, file, EventOptions(time="when"))
    assert "--event-name" in (caught.value.hint or "")
    with pytest.raises(Refused, match="no column `mail`"):
        import_profiles(store, file, ProfileOptions(email="mail"), now=NOW)
    with pytest.raises(Refused, match="`;;` cannot stand between cells"):
        import_profiles(store, file, ProfileOptions(delimiter=";;"), now=NOW)


def test_a_rejects_file_is_never_the_file_itself_nor_out_of_reach(
    store: Connection, tmp_path: Path
) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("id,plan\nann,pro\n")
    with pytest.raises(Refused, match="is the file that is imported"):
        import_profiles(store, file, ProfileOptions(rejects=file), now=NOW)
    assert file.read_text() == "id,plan\nann,pro\n"
    with pytest.raises(Refused, match="cannot be written"):
        import_profiles(store, file, ProfileOptions(rejects=tmp_path / "no" / "where.csv"), now=NOW)


def test_bytes_that_are_no_utf8_further_down_spoil_their_rows_only(
    store: Connection, tmp_path: Path
) -> None:
    file = tmp_path / "rows.csv"
    rows = b"".join(b"p%d,text\n" % number for number in range(40_000))
    file.write_bytes(b"id,plan\n" + rows + "zoe,für\n".encode("latin-1") + b"zed,pro\n")
    rejects = tmp_path / "rejects.csv"
    report = import_profiles(store, file, ProfileOptions(rejects=rejects), now=NOW)
    assert (report.added, report.rejected) == (40_001, 1)
    assert report.rejects[0].line == 40_002
    assert report.rejects[0].reason == "the row is not UTF-8 (byte 0xfc)"
    assert "zoe,für".encode("latin-1") in rejects.read_bytes()


def test_reasons_hold_nothing_that_spoils_a_terminal(store: Connection, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text(f"user_id,event,time\nann,e,\x1b[31m\u202e{'x' * 5000}\n")
    [reject] = import_events(store, file, EventOptions()).rejects
    assert reject.reason.isprintable()
    assert len(reject.reason) < 400


def read(tmp_path: Path, text: str) -> list[tuple[int, list[str]] | tuple[int, str, str]]:
    file = tmp_path / "rows.csv"
    file.write_text(text, newline="")
    source = open_source(file, name="rows.csv")
    assert source.header is not None
    found: list[tuple[int, list[str]] | tuple[int, str, str]] = []
    for row in csv_rows(source.text, ",", len(source.header)):
        if isinstance(row, Bad):
            found.append((row.line, row.reason, row.text))
        else:
            found.append((row[0], row[2]))
    source.text.close()
    return found


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_counted_whatever_ends_them(tmp_path: Path, end: str) -> None:
    text = end.join(["a,b", "1,2", '"x', 'y",3', "", "4,5", "6"])
    assert read(tmp_path, text) == [
        (2, ["1", "2"]),
        (3, [f"x{end}y", "3"]),
        (6, ["4", "5"]),
        (7, "the row has 1 cell, the header 2", "6"),
    ]


def test_an_open_quote_spoils_one_line_and_not_those_it_swallows(tmp_path: Path) -> None:
    text = 'a,b\n1,2\n3,"open\n5,6\n7,8\n"9",10\n'
    assert read(tmp_path, text) == [
        (2, ["1", "2"]),
        (3, "a closing quote is followed by text; write quotes inside a cell twice; "
            "a quote may be left open", '3,"open\n'),
        (4, ["5", "6"]),
        (5, ["7", "8"]),
        (6, ["9", "10"]),
    ]  # fmt: skip


def test_cells_and_lines_that_are_too_long_are_rejected(tmp_path: Path) -> None:
    text = f"a,b\n1,{'x' * 200_000}\n2,{'y' * (MAX_LINE * 2)}\n3,4\n"
    assert [row[:2] for row in read(tmp_path, text)] == [
        (2, "a cell is longer than 131,072 characters"),
        (3, "the line is longer than 4,194,304 characters"),
        (4, ["3", "4"]),
    ]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("", None), ("12", 12), ("-3", -3), ("2.5", 2.5), ("0", 0), ("-0", 0), ("0.10", 0.1),
        (".5", 0.5), ("-.5", -0.5), ("1e-05", 1e-05), ("1.5E+3", 1500.0),
        ("00042", "00042"), ("007", "007"), ("+41", "+41"), ("1e5", "1e5"), ("12e4", "12e4"),
        ("1_000", "1_000"), ("1,5", "1,5"), ("5.", "5."), ("0x10", "0x10"), (" 1", " 1"),
        ("١", "١"), ("NaN", "NaN"), ("inf", "inf"), ("1e+999", "1e+999"),
        ("9007199254740992", 2**53), ("9007199254740993", "9007199254740993"),
        ("12345678901234567890", "12345678901234567890"), ("9" * 5000, "9" * 5000),
        ("true", True), ("False", False), ("TRUE", True), ("tRUE", "tRUE"), ("yes", "yes"),
        ("null", "null"), ("2026-01-31", "2026-01-31"), ("[1]", "[1]"), ("ü\"\\", 'ü"\\'),
    ],
)  # fmt: skip
def test_cells_are_typed_like_literals_of_the_language(cell: str, value: object) -> None:
    found = value_of(cell)
    assert found == value
    assert type(found) is type(value)


@given(st.text() | st.from_regex(r"[-+]?[0-9]{1,20}(\.[0-9]{1,5})?([eE][-+]?[0-9]{1,3})?"))
def test_a_cell_is_the_same_value_as_json(cell: str) -> None:
    import json

    if cell:
        again = json.loads(literal_of(cell))
        assert again == value_of(cell)
        assert type(again) is type(value_of(cell))


@given(
    st.datetimes().map(lambda moment: moment.isoformat() + "Z")
    | st.datetimes().map(lambda moment: moment.isoformat(timespec="milliseconds") + "Z")
    | st.from_regex(r"20[0-9]{2}-[0-9W]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}Z", fullmatch=True)
    | st.dates().map(str)
)
def test_times_are_read_as_the_language_reads_them(text: str) -> None:
    expected = read_instant(text, ZONE)
    read_time = clock(ZONE, None)
    if expected is None or expected < 0:
        with pytest.raises(ValueError, match="time"):
            read_time(text)
    else:
        assert read_time(text) == expected


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("1772359200", 1_772_359_200_000),
        ("1772359200.5", 1_772_359_200_500),
        ("1772359200000", 1_772_359_200_000),
        ("0", 0),
        (" 2026-03-01T10:00:00Z ", 1_772_359_200_000),
        ("2026-03-01 11:00", 1_772_359_200_000),
    ],
)
def test_times_may_be_numbers(text: str, instant: int) -> None:
    assert clock(ZONE, None)(text) == instant
