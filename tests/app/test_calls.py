"""Calls with faulty input: a typed error or a documented clean-up, and never half of a batch."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from math import inf, nan
from pathlib import Path
from typing import Any

import pytest

from segql.app import audience, ingest, segments
from segql.app.embedding import Project
from segql.model.calls import Delete, Identify, Merge, SetAccount, Survey, Track
from segql.model.errors import Refused
from segql.store import segments as stored
from segql.store import settings

NOW = 1_772_366_400_000
DAY = 86_400_000


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.opened(tmp_path / "team.db", create=True) as project:
        yield project


NESTED_TOO_DEEP: Any = json.loads("[" * 100 + "]" * 100)
IN_ITSELF: dict[str, Any] = {}
IN_ITSELF["a"] = IN_ITSELF

BAD: list[tuple[Any, str]] = [
    (Track("", "export"), "bad-value"),
    (Track("ann", ""), "bad-value"),
    (Track("ann", "  "), "bad-value"),
    (Track("ann", None), "bad-value"),  # type: ignore[arg-type] # as data from outside may be
    (Track("a\0b", "export"), "bad-value"),
    (Track("ann", "ex\0port"), "bad-value"),
    (Track("ann", "\ud800"), "bad-value"),
    (Track("ann", "export", {"a": "\ud800"}), "bad-value"),
    (Track("ann", "export", {"a\0": 1}), "bad-value"),
    (Track("ann", "export", {"a": {1, 2}}), "bad-value"),  # type: ignore[dict-item] # as above
    (Track("ann", "export", [1]), "bad-value"),  # type: ignore[arg-type] # as above
    (Track("ann", "export", {"a": "x" * 1_000_000}), "too-large"),
    (Track("ann", "export", time=-1), "bad-time"),
    (Track("ann", "export", time="1969-12-31"), "bad-time"),
    (Track("ann", "export", time=253_402_300_800_000), "bad-time"),
    (Track("ann", "export", time="soon"), "bad-time"),
    (Track("ann", "export", time=nan), "bad-time"),  # type: ignore[arg-type] # as above
    (Track("ann", "export", time="9999-12-31T23:59:59-12:00"), "bad-time"),
    (Track("ann", "export", message_id=""), "bad-value"),
    (Track("a" * 1_001, "export"), "bad-value"),
    (Identify("ann", {"a": NESTED_TOO_DEEP}), "bad-value"),
    (Identify("ann", {"k" * 1_001: 1}), "bad-value"),
    (Identify("ann", {1: 1}), "bad-value"),  # type: ignore[dict-item] # as above
    (Identify("ann", email=""), "bad-value"),
    (Survey("ann", "nps", "seen", response_id="\0"), "bad-value"),
    (Identify("ann", {f"key {number}": number for number in range(10_001)}), "too-large"),
    (Identify("ann", {"a": [[]] * 1}, account_traits={"size": 1}), "bad-value"),
    (SetAccount("", {"size": 1}), "bad-value"),
    (Survey("ann", "nps", "answered"), "bad-action"),
    (Survey("ann", "", "seen"), "bad-value"),
    (Merge("ann", ""), "bad-value"),
    (Delete("nobody"), "unknown-profile"),
    (Delete(None), "bad-value"),  # type: ignore[arg-type] # as above
    (Identify(b"ann"), "bad-value"),  # type: ignore[arg-type] # as above
    (Identify("ann", {"a": b"pro"}), "bad-value"),
    (Identify("ann", {"a": Decimal(1)}), "bad-value"),  # type: ignore[dict-item] # as above
    (Identify("ann", {"a": date(2026, 3, 1)}), "bad-value"),  # type: ignore[dict-item] # as above
    (Identify("ann", {"\udc00": 1}), "bad-value"),
    (Identify("ann", IN_ITSELF), "bad-value"),
    (Track("ann", "export", time=datetime(2026, 3, 1)), "bad-time"),  # noqa: DTZ001 - without a zone
    (Track("ann", "export", time=10**40), "bad-time"),
    (Track("ann", "export", time=True), "bad-time"),
    (Survey("ann", "nps", ["seen"]), "bad-action"),  # type: ignore[arg-type] # as above
    (None, "bad-call"),
    ({"type": "track", "event": "export"}, "bad-call"),
    (Track, "bad-call"),
]


@pytest.mark.parametrize(("call", "code"), BAD, ids=lambda value: type(value).__name__)
def test_a_faulty_call_is_refused_and_the_others_are_stored(
    project: Project, call: Any, code: str
) -> None:
    done = ingest.batch(project, [Track("a", "export"), call, Track("b", "export")], now=NOW)
    assert [outcome.status for outcome in done] == ["stored", "refused", "stored"]
    assert done[1].error is not None and done[1].error.code == code
    assert [project.count('did "export"', now=NOW), project.count("everyone", now=NOW)] == [2, 2]
    with pytest.raises(Refused) as caught:
        ingest.one(project, call, now=NOW)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (Track("ann", None), "the name of the event is missing"),  # type: ignore[arg-type] # as above
        (Identify(7), "the profile id is no text but a number"),  # type: ignore[arg-type] # as above
        (
            Identify("ann", {"plan": "pro", "since": date(2026, 3, 1)}),  # type: ignore[dict-item] # as above
            "`since`: a Python date cannot be kept as JSON",
        ),
        (
            Identify("\ud800"),
            "the profile id holds half of a surrogate pair, which is no character",
        ),
        (("ann", "export"), "at index 0 of the batch stands a Python tuple, which is no call"),
    ],
)
def test_an_error_says_what_is_at_fault(project: Project, call: Any, message: str) -> None:
    [done] = ingest.batch(project, [call], now=NOW)
    assert done.error is not None and done.error.message == message


@pytest.mark.parametrize("calls", [None, 5, Track("ann", "export")])
def test_what_holds_no_calls_is_refused(project: Project, calls: Any) -> None:
    with pytest.raises(Refused) as caught:
        project.batch(calls, now=NOW)
    assert caught.value.code == "bad-call"
    assert project.count("everyone", now=NOW) == 0


def test_a_batch_may_come_one_by_one(project: Project) -> None:
    done = project.batch((Track("ann", name) for name in ("a", "", "b")), now=NOW)
    assert [outcome.status for outcome in done] == ["stored", "refused", "stored"]


def test_numbers_that_are_not_finite_are_missing(project: Project) -> None:
    project.identify("ann", {"a": nan, "b": inf, "c": 10**400, "d": 1}, now=NOW)
    assert project.count("trait.a is unknown and trait.b is unknown", now=NOW) == 1
    assert project.count("trait.c is unknown and trait.d = 1", now=NOW) == 1


def test_a_nul_in_a_value_is_kept_and_compared(project: Project) -> None:
    project.define("odd", 'trait.a contains "y" and not trait.a = "x"', now=NOW)
    project.identify("ann", {"a": "x\0y"}, now=NOW)
    assert list(project.members("odd")) == ["ann"]
    assert project.recompute("odd", now=NOW) == {"odd": 1}


def test_what_is_large_but_allowed_is_kept(project: Project) -> None:
    project.identify("ann", {f"key{number}": number for number in range(10_000)}, now=NOW)
    project.identify("bob", {"text": "x" * 900_000}, now=NOW)
    assert project.count("trait.key9999 = 9999 or trait.text is known", now=NOW) == 2


def test_a_time_that_is_not_believed_is_kept(project: Project) -> None:
    project.track("ann", "export", time=NOW + DAY, now=NOW)
    project.track("ann", "export", time=NOW + DAY + 1, now=NOW)
    rows = project.connection.execute("select time, said from events order by arrival").fetchall()
    assert rows == [(NOW + DAY, None), (NOW, NOW + DAY + 1)]


@pytest.mark.parametrize("now", [-1, 253_402_300_800_000])
def test_a_call_at_an_impossible_instant_stores_nothing(project: Project, now: int) -> None:
    with pytest.raises(Refused, match="1970 to 9999"):
        ingest.batch(project, [Track("ann", "export")], now=now)
    assert project.count("everyone", now=NOW) == 0


def test_a_call_that_comes_with_an_earlier_clock_is_at_the_latest_one(project: Project) -> None:
    project.define("lately", 'did "export" within 1h', now=NOW)
    project.track("ann", "export", now=NOW)
    project.track("bob", "export", now=NOW - DAY)
    assert settings.clock(project.connection) == NOW
    assert {one.entered for one in audience.members_of(project, "lately")} == {NOW}
    assert list(project.members("lately")) == ["ann", "bob"]


def test_a_segment_that_cannot_be_read_stops_no_other(project: Project) -> None:
    project.define("good", 'trait.plan = "pro"', now=NOW)
    with project.writing() as connection:
        bad = stored.add(connection, "bad", 'segment "bad"\n  when nonsense (', now=NOW)
        stored.add(connection, "fine", 'segment "fine"\n  when everyone\n', now=NOW)
    project.identify("ann", {"plan": "pro"}, now=NOW)
    done = segments.recompute(project, now=NOW)
    errors = {one.name: one.error for one in done}
    assert [name for name, error in errors.items() if error] == ["bad"]
    assert [list(project.members(name)) for name in ("good", "fine", "bad")] == [["ann"]] * 2 + [[]]
    [shown] = [one for one in audience.listing(project) if one.error]
    assert shown.entry.name == "bad" and "cannot be read" in (shown.error or "")
    with project.writing() as connection:
        stored.revise(connection, bad.id, 'segment "bad"\n  when everyone\n', now=NOW)
    assert project.recompute("bad", now=NOW) == {"bad": 1}
    assert not any(one.error for one in audience.listing(project))


def test_a_segment_that_cannot_be_read_is_a_list_to_those_that_read_it(project: Project) -> None:
    project.define("a", 'trait.plan = "pro"', now=NOW)
    project.define("b", 'in segment "a" or events >= 1', now=NOW)
    project.identify("ann", {"plan": "pro"}, now=NOW)
    with project.writing() as connection:
        broken = project.catalog().entry("a").stored.id
        stored.revise(connection, broken, 'segment "a"\n  when nonsense (', now=NOW)
    assert [project.count(rule, now=NOW) for rule in ("everyone", 'in segment "b"')] == [1, 1]
    project.define("c", 'in segment "a"', now=NOW)
    project.track("bob", "export", now=NOW)
    project.recompute(now=NOW)
    assert [list(project.members(name)) for name in "abc"] == [["ann"], ["ann", "bob"], ["ann"]]
    assert [one.entry.name for one in audience.listing(project) if one.error] == ["a"]
    project.define("a", "everyone", now=NOW)
    assert [len(list(project.members(name))) for name in "abc"] == [2, 2, 2]
    assert not any(one.error for one in audience.listing(project))
