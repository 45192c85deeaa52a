"""The law: after any calls, in any order, membership is a full evaluation at that instant.

Late and repeated calls, definitions, kills between their chunks, clock steps and restarts included.
And history is the exact list of flips: what the plain model (`membership.world`) finds by asking
the naive evaluator at every instant there is.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from membership.directory import quick
from membership.drawn import at, batches, named, waits
from membership.flips import hold_against
from membership.rules import HOUR, LENGTHS, NESTED, RULES, START
from membership.world import World
from segql.app import ingest, segments
from segql.app.advance import advance, catch_up
from segql.app.project import Project
from segql.membership import accounts, application, teams
from segql.model import calls

ZONE = ZoneInfo("Europe/Zurich")


class Live(RuleBasedStateMachine):
    """A project beside the model."""

    @initialize(
        texts=st.lists(st.sampled_from(RULES), min_size=3, max_size=3),
        nested=st.sampled_from(NESTED),
        few=st.sampled_from([1, 50]),
    )
    def begin(self, texts: list[str], nested: str, few: int) -> None:
        self.directory = quick()
        self.path = Path(self.directory.name) / "segql.db"
        self.project = Project.opened(self.path, create=True, zone=ZONE.key)
        self.world = World(ZONE, START, LENGTHS)
        self.advanced = START
        self.patches = [patch.object(teams, "FEW", few), patch.object(accounts, "CHUNK", few)]
        for one in self.patches:
            one.start()
        for name, text in zip("abc", texts, strict=True):
            self.define(name, text, START)
        self.define("d", nested, START)

    def teardown(self) -> None:
        if hasattr(self, "project"):
            for one in self.patches:
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

    @rule(batch=batches, later=waits)
    def calls_come_in(self, batch: list[Any], later: int) -> None:
        outcomes = self.apply(batch, self.wait(later))
        self.check(self.touched(batch))
        refused = [call for call, one in zip(batch, outcomes, strict=True) if one.error]
        assert all(isinstance(call, calls.Delete) for call in refused)

    @rule(later=waits, parts=st.integers(1, 3))
    def time_is_advanced(self, later: int, parts: int) -> None:
        before = self.now
        now = self.wait(later)
        for part in range(1, parts + 1):
            advance(self.project, now=before + (now - before) * part // parts)
        self.advanced = self.now
        self.check()

    @rule(name=st.sampled_from("abc"), text=st.sampled_from(RULES), later=waits)
    def a_segment_is_changed(self, name: str, text: str, later: int) -> None:
        self.define(name, text, self.wait(later))
        self.check(set())

    @rule(text=st.sampled_from(RULES), later=waits)
    def a_segment_is_made_anew(self, text: str, later: int) -> None:
        """The one that no other reads."""
        now = self.wait(later)
        segments.archive(self.project, "d", now=now)
        self.world.archive("d")
        self.define("d", text, now)
        self.check(set())

    @rule(
        name=st.sampled_from("abc"),
        text=st.sampled_from(RULES),
        chunks=st.integers(0, 5),
        batch=batches,
    )
    def a_change_is_interrupted(self, name: str, text: str, chunks: int, batch: list[Any]) -> None:
        """Stops after some chunks of one flip each; calls come in; then it is gone on with."""
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
                self.world.define(name, text)
        self.apply(batch, self.now)
        self.check(self.touched(batch), others=False)
        catch_up(self.project, now=self.now)
        self.check(set())

    @rule()
    def it_is_opened_anew(self) -> None:
        self.project.close()
        self.project = Project.opened(self.path)
        self.check(set())

    def apply(self, batch: list[Any], now: int) -> tuple[Any, ...]:
        batch = [at(call, self.now) for call in batch]
        outcomes = ingest.batch(self.project, batch, now=now)
        self.world.batch(batch)
        return outcomes

    def touched(self, batch: list[Any]) -> set[str]:
        return {self.world.became.get(who, who) for call in batch for who in named(call)}

    def check(self, only: set[str] | None = None, *, others: bool = True) -> None:
        advanced = self.advanced
        hold_against(self.project, self.world, only=only, advanced=advanced, others=others)


def run(sequences: int, steps: int) -> None:
    run_state_machine_as_test(
        Live,
        settings=hypothesis_settings(
            max_examples=sequences,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_membership_is_exact_and_history_the_list_of_flips() -> None:
    run(25, 6)


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
        live.a_change_is_interrupted("a", "trait.tags is unknown", chunks=0, batch=given)
        live.a_change_is_interrupted("a", 'trait.plan = "pro"', chunks=0, batch=taken)
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
        live.a_change_is_interrupted("a", "trait.tags is unknown", chunks=0, batch=gone)
    finally:
        live.teardown()


@pytest.mark.slow
def test_membership_stays_exact_through_long_histories() -> None:
    run(10_000, 12)
