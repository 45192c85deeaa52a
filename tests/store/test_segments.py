"""Segments, their revisions, members and history; dates read again; rows counted on disk."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segql.model.errors import Refused
from segql.store import history, inside, members, profiles, runs, segments, settings
from segql.store.driver import Connection, immediate
from segql.store.migrations import open_store
from segql.store.occurrences import Occurrences


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Connection]:
    connection = open_store(tmp_path / "segql.db", create=True)
    with immediate(connection):
        profiles.ensure(connection, [f"p{number}" for number in range(1, 11)], change=1)
    yield connection
    connection.close()


def test_a_segment_keeps_every_text_it_had(store: Connection) -> None:
    with immediate(store):
        added = segments.add(store, "a", "one", now=10)
        revised = segments.revise(store, added.id, "two", now=20)
        segments.rename(store, added.id, "b")
    assert (added.revision, revised.revision, revised.text) == (1, 2, "two")
    assert segments.named(store, "a") is None
    assert segments.named(store, "b") == segments.read(store, added.id)
    assert [(old.number, old.text, old.created) for old in segments.revisions(store, added.id)] == [
        (1, "one", 10),
        (2, "two", 20),
    ]
    assert settings.counted(store, settings.Counter.CATALOG) == 3


def test_names_are_unique_among_living_segments(store: Connection) -> None:
    with immediate(store):
        first = segments.add(store, "a", "one", now=10)
        other = segments.add(store, "b", "one", now=10)
        with pytest.raises(Refused, match="there is a segment `a` already"):
            segments.add(store, "a", "two", now=11)
        with pytest.raises(Refused):
            segments.rename(store, other.id, "a")
        segments.archive(store, first.id, now=12)
        again = segments.add(store, "a", "three", now=13)
    assert [segment.id for segment in segments.living(store)] == [again.id, other.id]
    assert segments.read(store, first.id).archived == 12


def test_a_computation_is_due_until_it_is_finished(store: Connection) -> None:
    mine, theirs = runs.new_runner(), runs.new_runner()
    with immediate(store):
        segment = segments.add(store, "a", "one", now=10).id
        runs.mark(store, [segment], change=3, cause="import", takes_over=False)
        runs.claim(store, [segment], mine, at=20)
        runs.step(store, segment, mine, cursor=70)
        runs.step(store, segment, theirs, cursor=90)
    [found] = runs.due(store).values()
    assert (found.change, found.cause, found.cursor, found.is_taken) == (3, "import", 70, True)
    with immediate(store):
        runs.mark(store, [segment], change=4, cause="import", takes_over=False)
        assert (runs.due(store)[segment].cursor, runs.due(store)[segment].is_taken) == (0, True)
        runs.mark(store, [segment], change=5, cause="definition", takes_over=True)
        assert (runs.due(store)[segment].cause, runs.due(store)[segment].runner) == (
            "definition",
            None,
        )
        runs.fail(store, segment, "why")
    assert (runs.due(store), segments.read(store, segment).error) == ({}, "why")
    with immediate(store):
        runs.finish(store, segment, at=30, took=4)
    read = segments.read(store, segment)
    assert (read.is_due, read.error, read.evaluated, read.took) == (False, None, 30, 4)


def test_a_runner_whose_process_is_gone_is_gone(store: Connection) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    with immediate(store):
        segment = segments.add(store, "a", "one", now=10).id
        runs.mark(store, [segment], change=3, cause="import", takes_over=False)
        runs.claim(store, [segment], f"{ended.pid}-x", at=20)
    assert not runs.due(store)[segment].is_taken


def test_members_and_history_are_the_flips(
    store: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(members, "CHUNK", 2)
    with immediate(store):
        a = segments.add(store, "a", "one", now=1).id
        b = segments.add(store, "b", "one", now=1).id
        assert members.apply(store, a, [1, 2, 3, 5], [], at=10, cause="definition") == 4
        assert members.apply(store, b, [3], [], at=11, cause="data") == 1
        assert members.apply(store, a, [4, 5], [2, 3, 9], at=12, cause="time") == 3
    assert members.ids(store, a) == [1, 4, 5]
    assert members.counts(store) == {a: 3, b: 1}
    assert [(at.owner, at.entered, at.entered_cause, at.left, at.left_cause)
            for at in history.of_segment(store, a)] == [
        (2, 10, "definition", 12, "time"), (3, 10, "definition", 12, "time"),
    ]  # fmt: skip
    assert [stay.owner for stay in history.of_profile(store, 3)] == [a]
    assert [stay.name for stay in members.of_profile(store, 3)] == ["b"]
    assert inside.segments_of(store, [4, 9]) == {4: {a}, 9: set()}
    assert members.among(store, a, [5, 3]) == {5}
    assert inside.among(store, [(9, 5), (a, 3), (a, 5)]) == {2}
    flips = store.execute(
        "select flip from members union all select entered_flip from history"
        " union all select flip from history"
    ).fetchall()
    assert len(flips) == len(set(flips))


def test_pages_hold_every_member_once(store: Connection) -> None:
    with immediate(store):
        a = segments.add(store, "a", "one", now=1).id
        members.apply(store, a, range(1, 11), [], at=10, cause="definition")
    after, seen = 0, []
    while page := members.page(store, a, after=after, limit=3):
        seen += [member.external for member in page]
        after = page[-1].profile
    assert seen == [f"p{number}" for number in range(1, 11)]


@given(st.lists(st.lists(st.integers(0, 5), max_size=6), max_size=6), st.integers(0, 4))
def test_rows_are_counted_alike_in_memory_and_on_disk(
    batches: list[list[int]], in_memory: int
) -> None:
    expected, met = [], dict[int, int]()
    for number in (number for batch in batches for number in batch):
        expected.append(met.get(number, 0))
        met[number] = expected[-1] + 1
    with Occurrences(in_memory=in_memory) as occurrences:
        found = [occurrences.numbers([bytes([n]) * 16 for n in batch]) for batch in batches]
    assert [number for batch in found for number in batch] == expected
