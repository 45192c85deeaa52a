"""Files into the store: what is added, what is there already, what is rejected, and where."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from segql.app import import_batches
from segql.app.import_options import EventOptions, ProfileOptions, ResponseOptions
from segql.app.import_report import ImportReport, Progress
from segql.app.imports import import_events, import_profiles, import_responses
from segql.membership.affected import Affected
from segql.model.errors import Broken, Busy, Refused
from segql.model.instants import instant_from
from segql.model.values import Json
from segql.store import names, profiles, settings
from segql.store.driver import Connection
from segql.store.migrations import open_store
from segql.store.plain import values_of

NOW = 1_772_366_400_000
"""2026-03-01T12:00:00Z."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Connection]:
    connection = open_store(tmp_path / "segql.db", create=True, zone="Europe/Zurich")
    yield connection
    connection.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "rows.csv"


def stored_events(connection: Connection) -> list[tuple[str, str, int, dict[str, Json]]]:
    rows = connection.execute(
        "select external, names.name, time, properties from events"
        " join profiles on profiles.id = profile join names on names.id = events.name"
        " order by arrival"
    )
    return [(who, name, time, values_of(text)) for who, name, time, text in rows]


def traits_of(connection: Connection, who: str) -> dict[str, Json]:
    number = profiles.profile_id(connection, who)
    assert number is not None
    found = profiles.read(connection, number)
    assert found is not None
    return dict(found.traits)


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    assert report.rows == report.added + report.changed + report.present + report.rejected
    return report.added, report.changed, report.present, report.rejected


EVENTS = """\
user_id,event,time,amount,note
00042,buy,2026-03-01T10:00:00Z,12.50,first
00042,buy,2026-03-01T10:00:00Z,12.50,first
bob,export,2026-03-01 11:00,,"two
lines"
"""


def test_events_are_typed_and_ids_stay_text(store: Connection, file: Path) -> None:
    file.write_text(EVENTS)
    report = import_events(store, file, EventOptions())
    assert counts(report) == (3, 0, 0, 0)
    ten = 1_772_359_200_000
    assert stored_events(store) == [
        ("00042", "buy", ten, {"amount": 12.5, "note": "first"}),
        ("00042", "buy", ten, {"amount": 12.5, "note": "first"}),
        ("bob", "export", ten, {"note": "two\nlines"}),  # 11:00 in Zurich
    ]
    assert (report.new_profiles, report.profiles) == (2, 2)
    assert report.affected.events == {"buy", "export"}
    assert report.affected.everything


def test_the_same_file_again_adds_nothing(store: Connection, file: Path) -> None:
    file.write_text(EVENTS)
    import_events(store, file, EventOptions())
    again = import_events(store, file, EventOptions())
    assert counts(again) == (0, 0, 3, 0)
    assert again.affected == Affected()
    moved = file.rename(file.with_name("elsewhere.csv"))
    assert counts(import_events(store, moved, EventOptions())) == (0, 0, 3, 0)


def test_rows_added_anywhere_are_all_that_is_added(store: Connection, file: Path) -> None:
    file.write_text(EVENTS)
    import_events(store, file, EventOptions())
    header, *rows = EVENTS.splitlines(keepends=True)
    more = "ann,buy,2026-03-02T10:00:00Z,1,\n"
    file.write_text("".join([header, more, rows[0], *rows]))
    report = import_events(store, file, EventOptions())
    assert counts(report) == (2, 0, 3, 0)  # the third `first` is an event of its own
    assert report.affected.events == {"buy"}


def test_columns_in_another_order_and_json_lines_are_the_same_events(
    store: Connection, file: Path
) -> None:
    file.write_text("user_id,event,time,b,a\nann,buy,2026-03-01T10:00:00Z,x,1\n")
    import_events(store, file, EventOptions())
    file.write_text("a,b,time,event,user_id\n1,x,2026-03-01T10:00:00Z,buy,ann\n")
    assert counts(import_events(store, file, EventOptions())) == (0, 0, 1, 0)
    line = {
        "profile": "ann",
        "event": "buy",
        "time": 1_772_359_200,
        "properties": {"a": 1, "b": "x"},
    }
    jsonl = file.with_suffix(".jsonl")
    jsonl.write_text(json.dumps(line) + "\n")
    assert counts(import_events(store, jsonl, EventOptions())) == (0, 0, 1, 0)


def test_sources_are_independent(store: Connection, file: Path) -> None:
    file.write_text(EVENTS)
    import_events(store, file, EventOptions())
    other = EventOptions(source="shop 2")
    assert counts(import_events(store, file, other)) == (3, 0, 0, 0)
    assert counts(import_events(store, file, other)) == (0, 0, 3, 0)


def test_message_ids_tell_rows_apart_in_the_place_of_content(store: Connection, file: Path) -> None:
    file.write_text(
        "user_id,event,time,mid\n"
        "ann,buy,2026-03-01T10:00:00Z,m1\n"
        "ann,buy,2026-03-01T10:00:00Z,m2\n"
        "stranger,buy,2026-03-01T10:00:00Z,m1\n"
        "ann,buy,2026-03-01T10:00:00Z,\n"
    )
    report = import_events(store, file, EventOptions(message_id="mid"))
    assert counts(report) == (2, 0, 1, 1)
    assert report.rejects[0].reason == "the message id is empty"
    assert stored_events(store)[0][3] == {}
    assert profiles.profile_id(store, "stranger") is None
    assert counts(import_events(store, file, EventOptions(message_id="mid"))) == (0, 0, 3, 1)


def test_equal_rows_stay_apart_across_batches_and_on_disk(
    store: Connection, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_batches, "BATCH_ROWS", 3)
    monkeypatch.setattr(
        "segql.store.occurrences.Occurrences.__init__.__kwdefaults__", {"in_memory": 2}
    )
    rows = [f"ann,buy,2026-03-01T10:00:00Z,{number % 4}\n" for number in range(20)]
    file.write_text("user_id,event,time,n\n" + "".join(rows))
    assert counts(import_events(store, file, EventOptions())) == (20, 0, 0, 0)
    assert counts(import_events(store, file, EventOptions())) == (0, 0, 20, 0)
    assert store.execute("select count, first = last from rollups").fetchall() == [(20, 1)]


BAD = """\
user_id,event,time,amount
ann,buy,2026-03-01T10:00:00Z,1
,buy,2026-03-01T10:00:00Z,1
ann,,2026-03-01T10:00:00Z,1
ann,buy,yesterday,1
ann,buy,1969-12-31T23:00:00Z,1
ann,buy,2026-03-01T10:00:00Z,1,2
ann,buy

ann,buy,2026-03-01T10:00:00Z,"open
bob,buy,2026-03-01T10:00:00Z,2
bob,buy,20260301,2
bob,buy,2026-03-01T10:00:00Z,3
"""


def test_bad_rows_are_rejected_with_their_lines_and_stop_nothing(
    store: Connection, file: Path, tmp_path: Path
) -> None:
    file.write_text(BAD)
    rejects = tmp_path / "rejects.csv"
    report = import_events(store, file, EventOptions(rejects=rejects))
    assert counts(report) == (3, 0, 0, 8)
    assert [(reject.line, reject.reason) for reject in report.rejects] == [
        (3, "the profile id is empty"),
        (4, "the event is empty"),
        (5, "`yesterday` is no time in ISO 8601; other ways need a time format"),
        (6, "the time `1969-12-31T23:00:00Z` lies outside the years 1970 to 9999"),
        (7, "the row has 5 cells, the header 4"),
        (8, "the row has 2 cells, the header 4"),
        (10, "the file ends inside quotes; a quote may be left open"),
        (12, "the time `20260301` could be a date or seconds; give a time format such as %Y%m%d"),
    ]
    assert [properties for *_, properties in stored_events(store)] == [
        {"amount": 1}, {"amount": 2}, {"amount": 3},
    ]  # fmt: skip
    mended = rejects.read_text()
    assert mended.splitlines()[0] == "segql_line,segql_reason,user_id,event,time,amount"
    assert len(mended.splitlines()) == 9
    for wrong, right in (
        (",buy,2026-03-01T10:00:00Z,1", "cy,buy,2026-03-01T10:00:00Z,7"),
        ('"open', "open"),
    ):
        mended = mended.replace(wrong + "\n", right + "\n", 1)
    file.write_text(mended)
    again = import_events(store, file, EventOptions())
    assert again.added == 2
    assert ("cy", {"amount": 7}) in [(who, props) for who, _, _, props in stored_events(store)]


def test_a_file_of_bad_rows_alone_stores_nothing(store: Connection, file: Path) -> None:
    file.write_text("user_id,event,time\n" + ",,\n" * 50)
    report = import_events(store, file, EventOptions())
    assert counts(report) == (0, 0, 0, 50)
    assert len(report.rejects) == 20
    assert settings.counted(store, settings.Counter.CHANGE) == 0


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"profile": "ann", "event": "buy"', "the line is no JSON: expecting ',' delimiter"),
        ("[1, 2]", "the line is no JSON object"),
        ('"text"', "the line is no JSON object"),
        ("[" * 100_000, "nested too deep"),
        ('{"profile": "a", "event": "e", "time": 1, "x": ' + "[" * 70 + "]" * 70 + "}", "nested"),
        ('{"profile": "\\ud800", "event": "e", "time": 1}', "half of a surrogate pair"),
        ('{"profile": "a", "event": "e", "time": 1, "x": "\\udc00"}', "half of a surrogate pair"),
        ('{"profile": "a\\u0000", "event": "e", "time": 1}', "holds a NUL"),
        ('{"profile": "a", "event": "e", "time": 1, "x\\u0000": 1}', "holds a NUL"),
        ('{"profile": 1.5, "event": "e", "time": 1}', "the profile id is no text"),
        ('{"profile": true, "event": "e", "time": 1}', "the profile id is no text"),
        ('{"profile": null, "event": "e", "time": 1}', "the profile id is missing"),
        ('{"event": "e", "time": 1}', "there is no `profile` or `user_id`"),
        ('{"profile": "a", "time": 1}', "there is no `event`"),
        ('{"profile": "a", "event": ["e"], "time": 1}', "the event is no text"),
        ('{"profile": "a", "event": "e"}', "there is no time"),
        ('{"profile": "a", "event": "e", "time": -1}', "outside the years"),
        ('{"profile": "a", "event": "e", "time": 1e400}', "outside the years"),
        ('{"profile": "a", "event": "e", "time": true}', "neither text nor a number"),
        ('{"profile": "' + "a" * 1001 + '", "event": "e", "time": 1}', "1001 characters"),
    ],
)
def test_bad_json_lines_are_rejected(
    store: Connection, tmp_path: Path, line: str, reason: str
) -> None:
    file = tmp_path / "rows.jsonl"
    good = '{"profile": "ok", "event": "e", "time": 1}\n'
    file.write_text(f"{good}\n{line}\n{good}")
    rejects = tmp_path / "rejects.jsonl"
    report = import_events(store, file, EventOptions(rejects=rejects))
    assert counts(report) == (2, 0, 0, 1)
    assert report.rejects[0].line == 3
    assert reason in report.rejects[0].reason
    [kept] = [json.loads(text) for text in rejects.read_text().splitlines()]
    assert kept["segql_line"] == 3
    assert reason in kept["segql_reason"]


def test_json_values_that_need_care(store: Connection, tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(
        '{"id": 42, "nan": NaN, "big": 1e400, "huge": ' + "9" * 30 + ', "longest": ' + "9" * 5000
        + ', "twice": 1, "twice": 2, "gone": null, "long": "' + "x" * 1_000_000
        + '", "list": [1, null, NaN], "o": {"a.b": {"c": 1}}, "nul": "a\\u0000b"}\n'
    )  # fmt: skip
    report = import_profiles(store, file, ProfileOptions(), now=NOW)
    assert counts(report) == (1, 0, 0, 0)
    traits = traits_of(store, "42")
    assert traits.pop("long") == "x" * 1_000_000
    assert traits == {
        "huge": 1e30, "twice": 2, "list": [1, None, None], "o": {"a.b": {"c": 1}}, "nul": "a\0b",
    }  # fmt: skip
    assert ("o", "a.b", "c") in names.paths(store)
    assert counts(import_profiles(store, file, ProfileOptions(), now=NOW)) == (0, 0, 1, 0)


PROFILES = """\
id,email,account,account.size,plan,seats,00,zip,vip,since,tags
ann,ann@x.org,acme,12,pro,3,,00042,true,2026-01-31,"[""a""]"
bob,,acme,,free,-2.5,x,+41791234567,FALSE,,
"""


def test_profiles_are_typed(store: Connection, file: Path) -> None:
    file.write_text(PROFILES)
    report = import_profiles(store, file, ProfileOptions(), now=NOW)
    assert counts(report) == (2, 0, 0, 0)
    assert traits_of(store, "ann") == {
        "plan": "pro", "seats": 3, "zip": "00042", "vip": True, "since": "2026-01-31",
        "tags": '["a"]',
    }  # fmt: skip
    assert traits_of(store, "bob") == {
        "plan": "free", "seats": -2.5, "00": "x", "zip": "+41791234567", "vip": False,
    }  # fmt: skip
    ann = profiles.read(store, 1)
    assert ann is not None
    assert (ann.email, ann.account, ann.account_traits) == ("ann@x.org", "acme", {"size": 12})
    assert report.affected.account_traits == {("size",)}
    assert store.execute("select first_call from activity").fetchall() == [(None,), (None,)]


def test_profiles_again_bring_what_is_new(store: Connection, file: Path) -> None:
    file.write_text(PROFILES)
    import_profiles(store, file, ProfileOptions(), now=NOW)
    assert counts(import_profiles(store, file, ProfileOptions(), now=NOW)) == (0, 0, 2, 0)
    file.write_text("id,plan,seats\nann,team,3\nbob,free,\ncy,pro,1\ncy,pro,2\n")
    report = import_profiles(store, file, ProfileOptions(), now=NOW)
    assert counts(report) == (1, 2, 1, 0)  # cy is new and then changed; bob is as before
    assert traits_of(store, "ann")["plan"] == "team"
    assert traits_of(store, "cy")["seats"] == 2
    assert report.affected.traits == {("plan",), ("seats",)}


def test_a_change_of_an_account_touches_its_members(store: Connection, file: Path) -> None:
    file.write_text(PROFILES)
    import_profiles(store, file, ProfileOptions(), now=NOW)
    change = settings.counted(store, settings.Counter.CHANGE)
    file.write_text("id,account,account.size\nbob,acme,13\n")
    report = import_profiles(store, file, ProfileOptions(), now=NOW)
    assert counts(report) == (0, 1, 0, 0)
    assert len(profiles.changed_since(store, change)) == 2
    file.write_text("id,account.size\nbob,14\n")
    assert import_profiles(store, file, ProfileOptions(), now=NOW).rejects[0].reason == (
        "there are traits of an account, but no account"
    )


def test_the_time_of_a_profile_is_when_it_was_seen(store: Connection, file: Path) -> None:
    file.write_text("id,at\nann,2026-03-01T10:00:00Z\nann,2026-02-01T10:00:00Z\nbob,\n")
    report = import_profiles(store, file, ProfileOptions(time="at"), now=NOW)
    assert {"first_seen", "last_seen"} <= report.affected.fields
    zone = settings.zone(store)
    assert store.execute("select first_call, last_call from activity").fetchall() == [
        (instant_from("2026-02-01T10:00:00Z", zone), instant_from("2026-03-01T10:00:00Z", zone)),
        (None, None),
    ]


RESPONSES = """\
profile,survey,action,time,rid,score,comment
ann,nps,partial,2026-03-01T10:00:00Z,r1,3,
ann,nps,completed,2026-03-01T10:05:00Z,r1,9,good
bob,nps,seen,2026-03-01T10:00:00Z,r2,,
bob,nps,clicked,2026-03-01T10:00:00Z,r3,,
"""


def test_responses_are_replaced_by_their_id(store: Connection, file: Path) -> None:
    file.write_text(RESPONSES)
    report = import_responses(store, file, ResponseOptions(response_id="rid"))
    assert counts(report) == (2, 1, 0, 1)
    assert "`clicked` is no action" in report.rejects[0].reason
    stored = store.execute("select action, answers from responses order by id").fetchall()
    assert stored == [("completed", '{"comment":"good","score":9}'), ("seen", None)]
    assert store.execute(
        "select surveys_seen, surveys_completed, first_action = last_action from activity"
    ).fetchall() == [(0, 1, 1), (1, 0, 1)]
    again = import_responses(store, file, ResponseOptions(response_id="rid"))
    assert counts(again) == (0, 0, 3, 1)


def test_responses_without_an_action_are_completed(store: Connection, file: Path) -> None:
    file.write_text("user_id,time,score\nann,1772359200,9\nann,1772359200,9\n")
    options = ResponseOptions(survey_name="nps")
    assert counts(import_responses(store, file, options)) == (2, 0, 0, 0)
    assert counts(import_responses(store, file, options)) == (0, 0, 2, 0)
    assert store.execute("select surveys_completed from activity").fetchall() == [(2,)]


def test_time_formats_are_read_in_the_projects_zone(store: Connection, file: Path) -> None:
    file.write_text("user_id;event;time\nann;e;31.03.2026 10:00\nann;e;2026-03-31\n")
    options = EventOptions(delimiter=";", time_format="%d.%m.%Y %H:%M")
    report = import_events(store, file, options)
    assert counts(report) == (1, 0, 0, 1)
    assert stored_events(store)[0][2] == instant_from("2026-03-31T08:00:00Z", settings.zone(store))
    assert report.rejects[0].reason == "the time `2026-03-31` is not written as `%d.%m.%Y %H:%M`"
    with pytest.raises(Refused, match="no format of times"):
        import_events(store, file, EventOptions(delimiter=";", time_format="%Q"))


def test_a_stream_is_told_by_its_first_character(store: Connection) -> None:
    lines = b'{"user_id": "ann", "event": "e", "time": "2026-03-01", "n": 1}\n'
    report = import_events(store, io.BytesIO(lines), EventOptions(), name="standard input")
    assert counts(report) == (1, 0, 0, 0)
    cells = b"\xef\xbb\xbfuser_id,event,time,n\nann,e,2026-03-01,1\n"
    report = import_events(store, io.BytesIO(cells), EventOptions())
    assert counts(report) == (0, 0, 1, 0)


def test_a_column_without_a_name_is_left_out_and_said(store: Connection, file: Path) -> None:
    file.write_text(",user_id,event,time\n0,ann,e,2026-03-01\n1,ann,e,2026-03-01\n")
    report = import_events(store, file, EventOptions())
    assert counts(report) == (2, 0, 0, 0)
    assert stored_events(store)[0][3] == {}
    assert "without a name was left out" in report.notes[0]


def many(file: Path, count: int) -> None:
    rows = "".join(f"p{number},e,{1_772_359_200 + number},{number}\n" for number in range(count))
    file.write_text("user_id,event,time,n\n" + rows)


def test_ctrl_c_leaves_whole_batches_and_comes_back_as_a_report(
    store: Connection, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_batches, "BATCH_ROWS", 100)
    monkeypatch.setattr(import_batches, "TOLD_EVERY", 50)
    many(file, 1000)

    def stop(progress: Progress) -> None:
        assert progress.size == file.stat().st_size
        if progress.rows > 330:
            raise KeyboardInterrupt

    report = import_events(store, file, EventOptions(), on_progress=stop)
    assert report.interrupted
    assert counts(report) == (300, 0, 0, 0)
    assert report.affected.events == {"e"}
    assert report.profiles == 300
    assert len(stored_events(store)) == 300
    assert not store.in_transaction
    assert counts(import_events(store, file, EventOptions())) == (700, 0, 300, 0)


def test_ctrl_c_within_a_transaction_takes_it_back(store: Connection, file: Path) -> None:
    many(file, 10)

    def stop(affected: Affected) -> None:
        assert affected.events == {"e"}
        assert len(stored_events(store)) == 10
        raise KeyboardInterrupt

    report = import_events(store, file, EventOptions(), before_commit=stop)
    assert report.interrupted
    assert counts(report) == (0, 0, 0, 0)
    assert stored_events(store) == []
    assert profiles.count(store) == 0


def test_a_full_disk_in_the_middle_keeps_the_batches_before_it(
    store: Connection, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_batches, "BATCH_ROWS", 100)
    many(file, 5000)
    store.execute("pragma max_page_count = 150")
    with pytest.raises(Broken, match="rows were stored before that and stay") as caught:
        import_events(store, file, EventOptions())
    assert caught.value.code == "disk-full"
    kept = len(stored_events(store))
    assert kept > 0
    assert kept % 100 == 0
    store.execute("pragma max_page_count = 1073741823")
    assert counts(import_events(store, file, EventOptions())) == (5000 - kept, 0, kept, 0)


def test_a_lock_is_busy_and_stores_nothing(store: Connection, file: Path, tmp_path: Path) -> None:
    many(file, 5)
    waiting = open_store(tmp_path / "segql.db", wait_s=0.05)
    store.execute("begin immediate")
    with pytest.raises(Busy):
        import_events(waiting, file, EventOptions())
    store.execute("rollback")
    assert counts(import_events(waiting, file, EventOptions())) == (5, 0, 0, 0)
    waiting.close()


def test_an_import_notes_since_when_a_trait_is_what_it_is(store: Connection, file: Path) -> None:
    file.write_text("id,plan,seats\nann,pro,3\nbob,free,1\n")
    import_profiles(store, file, ProfileOptions(), now=NOW)
    file.write_text("id,plan,seats\nann,pro,4\nbob,free,1\n")
    import_profiles(store, file, ProfileOptions(), now=NOW + 1)
    rows = store.execute("select external, changed from profiles order by external").fetchall()
    assert [(who, values_of(text)) for who, text in rows] == [
        ("ann", {"[]": NOW, '["seats"]': NOW + 1}),
        ("bob", {"[]": NOW}),
    ]
