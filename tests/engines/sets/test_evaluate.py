"""What an evaluation promises beside the right members."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from engines.sets.filled import Document, add, remove, store_of
from segql.engines import sets
from segql.model.errors import Refused
from segql.model.instants import Moment
from segql.model.windows import ALWAYS, Edge, NowPlus, Window
from segql.rules.rule import (
    EVERYONE,
    ONCE,
    AccountTrait,
    AllOf,
    Answer,
    Did,
    Equals,
    Event,
    Field,
    Holds,
    InSegment,
    Known,
    Not,
    NumberIn,
    Property,
    Range,
    Rule,
    SurveyAction,
    Trait,
    Typed,
)
from segql.store.driver import Connection, immediate

UTC = ZoneInfo("UTC")
NOW = 1_772_366_400_000
DAY = 86_400_000
MOMENT = Moment(NOW, UTC)
LATELY = Window(Edge(NowPlus(-30 * DAY), 1))

PRO = Holds(Trait(("plan",)), Equals(frozenset({Typed("text", "pro")})))
EXPORTED = Did(Event("export"), None, ONCE, None, None, LATELY)
LARGE = Did(
    Event("export"), Holds(Property(("rows",)), NumberIn(100.0, 1e9)), ONCE, None, None, ALWAYS
)


def person(number: int) -> Document:
    """Every second one is pro, every third exported, with ten rows for each of his numbers."""
    events = [{"event": "export", "time": NOW - DAY, "properties": {"rows": 10 * number}}]
    return {
        "id": f"u{number}",
        "traits": {"plan": "free" if number % 2 else "pro"},
        "events": events if number % 3 == 0 else [],
    }


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the store is."""
    return tmp_path / "people.db"


@pytest.fixture
def store(path: Path) -> Iterator[Connection]:
    """A store with 20 people, internal ids 1 to 20 for u0 to u19."""
    connection = store_of(path, map(person, range(20)), UTC)
    yield connection
    connection.close()


def ids(path: Path, rule: Rule, **options: float) -> list[int]:
    """The numbers of the people for whom `rule` holds."""
    found = sets.evaluate(path, {"it": rule}, moment=MOMENT, **options).ids("it")  # type: ignore[arg-type]
    return [number - 1 for number in found.tolist()]


def kept(connection: Connection) -> dict[tuple[str, int], int]:
    """The change numbers of the stored snapshots."""
    rows = connection.execute("select source, part, changed from columns").fetchall()
    return {(source, part): changed for source, part, changed in rows}


@pytest.mark.parametrize("part_slots", [1, 5, 20, 21, 22, 1 << 18])
def test_parts_meet_without_a_gap(path: Path, store: Connection, part_slots: int) -> None:
    assert ids(path, EVERYONE, part_slots=part_slots) == list(range(20))
    assert ids(path, PRO, part_slots=part_slots) == list(range(0, 20, 2))
    assert ids(path, Not(EXPORTED), part_slots=part_slots) == [n for n in range(20) if n % 3]
    assert ids(path, AllOf((PRO, LARGE)), part_slots=part_slots) == [12, 18]


def test_a_result_says_how_many_there_are_and_what_was_read(path: Path, store: Connection) -> None:
    remove(store, "u3")
    result = sets.evaluate(path, {"pro": PRO, "not": Not(PRO)}, moment=MOMENT)
    assert (result.of, result.count("pro"), result.count("not")) == (19, 10, 9)
    assert result.changed == int(
        store.execute("select value from settings where name = 'change'").fetchone()[0]
    )
    assert sets.count(path, PRO, moment=MOMENT) == 10


def test_an_empty_store_has_no_members(tmp_path: Path) -> None:
    store_of(tmp_path / "none.db", [], UTC).close()
    result = sets.evaluate(tmp_path / "none.db", {"all": EVERYONE}, moment=MOMENT)
    assert (result.of, result.ids("all").tolist()) == (0, [])


def test_what_nobody_ever_did_or_had_has_no_rows(path: Path, store: Connection) -> None:
    unknown = (
        Did(Event("nothing"), Holds(Property(("x",)), Known()), ONCE, None, None, ALWAYS),
        Did(SurveyAction("seen", "none"), None, ONCE, None, None, ALWAYS),
        Holds(Trait(("no", "such")), Known()),
        Holds(AccountTrait(("no",)), Known()),
        Holds(Answer("none", ("score",)), Known()),
        Holds(Field("last_survey"), Known()),
    )
    for rule in unknown:
        assert ids(path, rule) == []
        assert len(ids(path, Not(rule))) == 20
    assert len(ids(path, Did(Event("nothing"), None, Range(0, 0), None, None, ALWAYS))) == 20


def test_snapshots_are_kept_and_used_while_little_has_changed(
    path: Path, store: Connection
) -> None:
    assert ids(path, EXPORTED) == [0, 3, 6, 9, 12, 15, 18]
    first = kept(store)
    assert first
    add(store, [{"id": "u1", "events": [{"event": "export", "time": NOW}]}], UTC)
    assert ids(path, EXPORTED, stale_share=0.1) == [0, 1, 3, 6, 9, 12, 15, 18]
    assert kept(store) == first
    assert ids(path, EXPORTED, stale_share=0.01) == [0, 1, 3, 6, 9, 12, 15, 18]
    assert kept(store).keys() == first.keys()
    assert set(kept(store).values()) == {max(first.values()) + 1}


def test_values_asked_for_later_join_a_stream_that_nothing_touched(
    path: Path, store: Connection
) -> None:
    ids(path, EXPORTED)
    add(store, [person(20)], UTC)
    ids(path, LARGE, part_slots=1 << 18, stale_share=1.0)
    assert len({number for (key, _), number in kept(store).items() if key[:5] == "event"}) == 1
    assert ids(path, LARGE, stale_share=1.0) == [12, 15, 18]


def test_nothing_is_stored_when_that_is_not_wanted(path: Path, store: Connection) -> None:
    assert ids(path, LARGE, persist=False) == [12, 15, 18]
    assert not kept(store)


def test_a_snapshot_that_cannot_be_read_counts_as_absent(path: Path, store: Connection) -> None:
    assert ids(path, PRO) == list(range(0, 20, 2))
    with immediate(store):
        store.execute("update columns set data = x'00'")
    assert ids(path, PRO) == list(range(0, 20, 2))


@pytest.mark.skipif(os.geteuid() == 0, reason="the administrator may write everything")
def test_a_store_that_cannot_be_written_is_read(path: Path, store: Connection) -> None:
    store.close()
    path.chmod(0o400)
    path.parent.chmod(0o500)
    try:
        assert ids(path, LARGE) == [12, 15, 18]
    finally:
        path.parent.chmod(0o700)


def test_a_store_in_which_somebody_else_writes_is_read(path: Path, store: Connection) -> None:
    with immediate(store):
        store.execute("update settings set value = value")
        assert ids(path, LARGE) == [12, 15, 18]
    assert not kept(store)


def test_a_reference_is_evaluated_at_the_same_moment(path: Path, store: Connection) -> None:
    catalog: dict[str, Rule] = {"a": AllOf((InSegment("b"), Not(InSegment("list")))), "b": EXPORTED}
    result = sets.evaluate(path, catalog, moment=MOMENT, names=["a"], manual={"list": [4, 7, 99]})
    assert [number - 1 for number in result.ids("a").tolist()] == [0, 9, 12, 15, 18]


def test_a_manual_segment_is_read_from_the_store(path: Path, store: Connection) -> None:
    with immediate(store):
        store.execute("insert into segments (name, kind, revision) values ('vip', 'manual', 1)")
        store.execute(
            "insert into members (segment, profile, entered, cause, flip)"
            " values (1, 3, 0, 'manual', 1), (1, 5, 0, 'manual', 2)"
        )
    remove(store, "u4")
    assert ids(path, InSegment("vip")) == [2]


@pytest.mark.parametrize(
    ("catalog", "code"),
    [
        ({"it": InSegment("other")}, "unknown-segment"),
        ({"it": InSegment("b"), "b": Not(InSegment("it"))}, "segment-cycle"),
    ],
)
def test_a_reference_to_nothing_or_to_itself_is_refused(
    path: Path, store: Connection, catalog: dict[str, Rule], code: str
) -> None:
    with pytest.raises(Refused) as refused:
        sets.evaluate(path, catalog, moment=MOMENT)
    assert refused.value.code == code


def test_it_tells_how_far_it_is_and_can_be_stopped(path: Path, store: Connection) -> None:
    steps: list[tuple[int, int]] = []
    sets.evaluate(
        path,
        {"it": PRO},
        moment=MOMENT,
        part_slots=5,
        on_progress=lambda done, total: steps.append((done, total)),
    )
    assert [done for done, _ in steps] == sorted(done for done, _ in steps)
    assert steps[-1][0] == steps[-1][1]
    with pytest.raises(sets.Cancelled):
        sets.evaluate(path, {"it": PRO}, moment=MOMENT, cancelled=lambda: True)


def test_fields_of_many_at_a_past_moment_come_from_what_they_had_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("segql.engines.sets.fields.FEW", 2)
    monkeypatch.setattr("segql.engines.sets.job.FEW", 2)
    times = [NOW - 3 * DAY, NOW - DAY, NOW + DAY]
    people = [
        {
            "id": f"u{number}",
            "events": [{"event": "export", "time": time} for time in times],
            "surveys": [{"survey": "nps", "action": "seen", "time": NOW - 2 * DAY}],
        }
        for number in range(9)
    ]
    path = tmp_path / "late.db"
    store_of(path, people, UTC).close()
    for now, events in ((NOW, 2.0), (NOW - 2 * DAY, 1.0), (NOW + DAY, 3.0), (NOW - 9 * DAY, 0.0)):
        rule = Holds(Field("events"), Equals(frozenset({Typed("number", events)})))
        moment = Moment(now, UTC)
        assert sets.count(path, rule, moment=moment) == 9
        seen = Holds(Field("last_survey_seen"), Known())
        assert sets.count(path, seen, moment=moment) == (9 if now >= NOW - 2 * DAY else 0)
