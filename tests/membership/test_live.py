"""The law: after any calls, in any order, membership is a full evaluation at that instant.

Late and repeated calls, imports, lists, definitions, kills between their chunks, clock steps and
restarts included. And history is the exact list of flips, and destinations are told of what is
news: what the plain model (`membership.world`) finds by asking the naive evaluator at every instant
there is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from membership.directory import quick
from membership.drawn import at, batches, imported, named, people, waits
from membership.flips import hold_against
from membership.rules import DAY, HOUR, LENGTHS, LINES, NESTED, RULES, START
from membership.world import World
from segql.app import follow, history, ingest, lists, segments
from segql.app.advance import advance, catch_up
from segql.app.import_options import EventOptions
from segql.app.project import Project
from segql.language.files import parse_file
from segql.membership import accounts, application, sitting, teams
from segql.membership import lists as listing
from segql.model import calls
from segql.model.instants import iso
from segql.store import agenda, outbox, profiles, runs, settings
from segql.store.driver import Connection

ZONE = ZoneInfo("Europe/Zurich")
TOLD = 'on enter notify "crm" on leave notify "crm"'
"""Lines, as in `rules.LINES`."""


@cache
def empty() -> bytes:
    """A project in which nothing is."""
    with quick() as directory:
        path = Path(directory) / "segql.db"
        Project.opened(path, create=True, zone=ZONE.key).close()
        return path.read_bytes()


class Live(RuleBasedStateMachine):
    """A project beside the model."""

    @initialize(
        texts=st.lists(st.sampled_from(RULES), min_size=3, max_size=3),
        nested=st.sampled_from(NESTED),
        few=st.sampled_from([1, 50]),
        lines=st.sampled_from(list(LINES)),
    )
    def begin(self, texts: list[str], nested: str, few: int, lines: str = "") -> None:
        self.directory = quick()
        self.path = Path(self.directory.name) / "segql.db"
        self.path.write_bytes(empty())
        self.project = Project.opened(self.path)
        self.world = World(ZONE, START, LENGTHS)
        self.advanced = START
        self.small = [
            patch.object(module, name, value)
            for module, name, value in (
                (teams, "FEW", few),
                (listing, "FEW", few),
                (listing, "CHUNK", 1),
                (accounts, "CHUNK", 1),
            )
        ]
        for one in self.small:
            one.start()
        lists.add_profiles(self.project, "list", [], now=START)
        self.world.make_list("list")
        first = f'segment "a"\n when {texts[0]}\n {lines}'
        plan = segments.plan(self.project, segments.written_in(first, parse_file(first)))
        segments.apply(self.project, plan, now=START)
        self.world.define("a", texts[0], LINES[lines])
        for name, text in zip("bcd", (*texts[1:], nested), strict=True):
            self.define(name, text, START)

    def teardown(self) -> None:
        if hasattr(self, "project"):
            for one in self.small:
                one.stop()
            self.project.close()
            self.directory.cleanup()

    @property
    def now(self) -> int:
        return self.world.clock

    def wait(self, later: int) -> int:
        """The instant so much later than the clock, which nobody has been told of but the model."""
        now = self.now + later
        self.world.pass_time(now)
        return now

    def define(self, name: str, text: str, now: int) -> None:
        segments.define_one(self.project, name, text, description=None, now=now)
        self.world.define(name, text)

    # What people and programs say

    @rule(batch=batches, later=waits)
    def calls_come_in(self, batch: list[Any], later: int) -> None:
        now = self.wait(later)
        batch = [at(call, self.now) for call in batch]
        outcomes = ingest.batch(self.project, batch, now=now)
        taken = [one.error is None for one in outcomes]
        said = [call for call, is_taken in zip(batch, taken, strict=True) if is_taken]
        self.these_were_reached({who for call in said for who in self.world.named(call)})
        assert self.world.batch(batch) == taken
        self.check({self.world.became.get(who, who) for call in said for who in named(call)})

    @rule(batch=batches)
    def a_call_is_rolled_back(self, batch: list[Any]) -> None:
        def stop(self: Any) -> None:
            raise KeyboardInterrupt

        with patch.object(sitting.Sitting, "settle", stop), pytest.raises(KeyboardInterrupt):
            batch = [at(call, self.now) for call in batch]
            ingest.batch(self.project, batch, now=self.now)
        self.check(set())

    @rule(who=st.sets(people, min_size=1), enters=st.booleans(), later=waits)
    def a_list_changes(self, who: set[str], enters: bool, later: int) -> None:
        self.nothing_is_due()
        now = self.wait(later)
        self.change_list(who, now, enters=enters)
        self.world.put("list", who, enters=enters)
        self.check(set())

    def change_list(self, who: Iterable[str], now: int, *, enters: bool) -> None:
        change = lists.add_profiles if enters else lists.remove_profiles
        change(self.project, "list", [lists.Row(1, one) for one in sorted(who)], now=now)

    @rule(rows=imported, later=waits)
    def events_are_imported(self, rows: list[calls.Track], later: int) -> None:
        self.world.reach()
        now = self.wait(later)
        timed = [(row, self.now - int(row.time)) for row in rows]  # type: ignore[arg-type] # drawn
        file = "profile,event,time,amount,message\n" + "".join(
            f"{row.profile},{row.event},{iso(time)},{row.properties['amount']},{row.message_id}\n"
            for row, time in timed
        )
        options = EventOptions(message_id="message")
        source = BytesIO(file.encode())
        follow.import_file(self.project, source, options, now=lambda: now, name="x.csv")
        self.world.import_events(timed)
        self.advanced = self.now
        self.check()

    # What time does

    @rule(later=waits, parts=st.integers(1, 3))
    def time_is_advanced(self, later: int, parts: int) -> None:
        self.world.reach()
        before = self.now
        now = self.wait(later)
        for part in range(1, parts + 1):
            advance(self.project, now=before + (now - before) * part // parts)
        self.advanced = self.now
        self.check()

    @rule()
    def history_is_forgotten(self) -> None:
        self.time_is_advanced(later=0, parts=1)
        history.retain(self.project, 1)
        history.forget(self.project, now=self.now)
        history.retain(self.project, None)
        self.world.forget(self.now - DAY)
        self.check()

    # What becomes of segments

    @rule(name=st.sampled_from("abc"), text=st.sampled_from(RULES), later=waits)
    def a_segment_is_changed(self, name: str, text: str, later: int) -> None:
        self.world.reach()
        self.define(name, text, self.wait(later))
        self.check(set())

    @rule(text=st.sampled_from(RULES + NESTED), later=waits)
    def a_segment_is_made_anew(self, text: str, later: int) -> None:
        """The one that no other reads."""
        self.world.reach()
        now = self.wait(later)
        segments.archive(self.project, "d", now=now)
        self.world.archive("d")
        self.define("d", text, now)
        self.check(set())

    # What is interrupted

    @rule(name=st.sampled_from("abc"), text=st.sampled_from(RULES), chunks=st.integers(0, 5))
    def a_change_is_interrupted(self, name: str, text: str, chunks: int) -> None:
        """Stops after some chunks of one flip each, until somebody goes on with it."""
        self.nothing_is_due()
        left = chunks
        real = application.Application._apply

        def applied(self: Any, *given: Any) -> Any:
            nonlocal left
            left -= 1
            if left < 0:
                raise KeyboardInterrupt
            return real(self, *given)

        with (
            patch.object(application, "CHUNK", 1),
            patch.object(application.Application, "_apply", applied),
        ):
            try:
                self.define(name, text, self.now)
            except KeyboardInterrupt:
                due = {one: each.cursor for one, each in runs.due(self.project.connection).items()}
                names = {each.stored.id: each.name for each in self.project.catalog().order}
                applied_to = [
                    (names[one], person)
                    for one, cursor in due.items()
                    for person in self.world.people.values()
                    if (person.id or 0) <= cursor
                ]
                self.world.begin_to_define(name, text, map(names.__getitem__, due), applied_to)
        self.check(set())

    @rule(who=st.sets(people, min_size=1), enters=st.booleans(), kill=st.integers(1, 5))
    def a_list_change_is_interrupted(self, who: set[str], enters: bool, kill: int) -> None:
        def change() -> None:
            self.change_list(who, self.now, enters=enters)

        if self.interrupted(change, kill):
            self.world.put("list", who, enters=enters)
        self.check(set())

    @rule(batch=batches, kill=st.integers(1, 5))
    def a_call_is_interrupted(self, batch: list[Any], kill: int) -> None:
        batch = [at(call, self.now) for call in batch]
        if self.interrupted(lambda: ingest.batch(self.project, batch, now=self.now), kill):
            self.world.batch(batch)
        self.check(set())

    def interrupted(self, job: Callable[[], object], kill: int) -> bool:
        """End a process before its write transaction of that number, and have another go on.

        Whether the job was stored.
        """
        self.nothing_is_due()
        before = settings.counted(self.project.connection, settings.Counter.CHANGE)
        left = kill
        writing = Project.writing

        @contextmanager
        def counting(self: Project) -> Iterator[Connection]:
            nonlocal left
            left -= 1
            if left == 0:
                raise KeyboardInterrupt
            with writing(self) as connection:
                yield connection

        with patch.object(Project, "writing", counting), suppress(KeyboardInterrupt):
            job()
        is_stored = before != settings.counted(self.project.connection, settings.Counter.CHANGE)
        self.it_is_opened_anew()
        catch_up(self.project, now=self.now)
        return is_stored

    @rule()
    def it_is_opened_anew(self) -> None:
        self.project.close()
        self.project = Project.opened(self.path)

    def nothing_is_due(self) -> None:
        if runs.due(self.project.connection):
            catch_up(self.project, now=self.now)
            self.world.reach()

    def these_were_reached(self, who: Iterable[str]) -> None:
        """Let what is due reach whom it has, by what the store says; all of `who` at least."""
        due = runs.due(self.project.connection)
        if due:
            last = max(one.change for one in due.values())
            known = [one for one in self.world.people.values() if one.id is not None]
            changes = profiles.reached(self.project.connection, [one.id or 0 for one in known])
            reached = [one for one in known if changes[one.id or 0] > last]
            assert {self.world.people.get(one) for one in who} - {None} <= set(reached)
            self.world.reach(reached)

    def check(self, only: set[str] | None = None) -> None:
        hold_against(self.project, self.world, only=only, advanced=self.advanced)


def run(sequences: int, steps: int, *, always_the_same: bool = False) -> None:
    run_state_machine_as_test(
        Live,
        settings=hypothesis_settings(
            max_examples=sequences,
            stateful_step_count=steps,
            derandomize=always_the_same,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_membership_is_exact_and_history_the_list_of_flips() -> None:
    run(200, 6, always_the_same=True)


def test_whom_a_response_is_taken_from_is_brought_up_to_date_first() -> None:
    """A definition, and time, have still to reach that profile, which no call names."""
    taken = [calls.Survey("bob", "nps", "seen", {"score": 3}, response_id="r1")]
    given = [calls.Survey("ann", "nps", "seen", {"score": 3}, response_id="r1")]
    live = Live()
    try:
        live.begin(
            ['trait.plan = "pro"', "last_seen within 4h", "last_seen within 4h"],
            'in segment "a"',
            few=1,
        )
        live.a_change_is_interrupted("a", "trait.tags is unknown", chunks=0)
        live.calls_come_in(given, later=0)
        live.a_change_is_interrupted("a", 'trait.plan = "pro"', chunks=0)
        live.calls_come_in(taken, later=0)
        live.calls_come_in(given, later=5 * HOUR)
    finally:
        live.teardown()


def test_a_team_that_becomes_small_still_follows_a_definition() -> None:
    """Its profiles were too many to be brought up to date in the transaction of the call."""
    together, gone = (
        [calls.Identify(who, {}, account=account) for who in names]
        for account, names in (("acme", ("ann", "bob")), ("umbrella", ("bob",)))
    )
    live = Live()
    try:
        live.begin(
            ['trait.plan = "pro"', "last_seen within 4h", "every teammate (last_seen within 4h)"],
            'in segment "a"',
            few=1,
        )
        live.calls_come_in(together, later=HOUR)
        live.a_change_is_interrupted("a", "trait.tags is unknown", chunks=0)
        live.calls_come_in(gone, later=0)
    finally:
        live.teardown()


@pytest.mark.parametrize(
    ("module", "name", "done"),
    [(agenda, "first", ()), (outbox, "add", None)],
    ids=["time passes nobody", "nothing is told"],
)
def test_a_store_that_is_wrong_is_found_out(
    monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str, done: object
) -> None:
    buy = [calls.Track("ann", "buy", {"amount": 2})]
    live = Live()
    try:
        live.begin(['did "buy" within 2h', "everyone", "everyone"], 'in segment "a"', 50, TOLD)
        live.calls_come_in(buy, later=0)
        live.time_is_advanced(later=HOUR, parts=1)
        monkeypatch.setattr(module, name, lambda *given, **named: done)
        with pytest.raises(AssertionError):
            live.time_is_advanced(later=2 * HOUR, parts=1)
    finally:
        live.teardown()


@pytest.mark.slow
def test_membership_stays_exact_through_long_histories() -> None:
    run(10_000, 12)
