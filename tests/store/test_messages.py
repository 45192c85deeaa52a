"""Messages are found for as long as their events are stored, wherever their digests stand."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from segql.store import messages
from segql.store.digests import message_digest
from segql.store.driver import Connection, immediate
from segql.store.messages import MANY, Messages
from segql.store.migrations import open_store

ALL = [message_digest(f"m{number}") for number in range(120)]
"""Of so few, many come twice."""


class Undone(Exception):
    """Rolls a transaction back."""


class Processes(RuleBasedStateMachine):
    """Two processes store and take away; a set says which messages there are."""

    connections: list[Connection]

    @initialize(long=st.sampled_from([1, 5, 20]), step=st.sampled_from([1, 4]))
    def begin(self, long: int, step: int) -> None:
        self.directory = tempfile.TemporaryDirectory()
        path = Path(self.directory.name) / "segql.db"
        self.connections = [open_store(path, create=True), open_store(path)]
        for one in self.connections:
            one.execute("pragma synchronous = off")
        self.long, self.step = long, step
        self.known = [Messages(one, long=long, step=step) for one in self.connections]
        self.arrivals: dict[bytes, int] = {}
        self.arrival = 0

    def teardown(self) -> None:
        if hasattr(self, "connections"):
            for one in self.connections:
                one.close()
            self.directory.cleanup()

    @rule(
        who=st.integers(0, 1),
        batches=st.lists(st.lists(st.sampled_from(ALL), max_size=30), min_size=1, max_size=2),
        is_undone=st.booleans(),
    )
    def store(self, who: int, batches: list[list[bytes]], is_undone: bool) -> None:
        """Each batch in one transaction with the other, that is rolled back at times."""
        before, known = (dict(self.arrivals), self.arrival), self.known[who]
        with suppress(Undone), immediate(self.connections[who]):
            for batch in batches:
                met = known.present(batch)
                assert met == self.arrivals.keys() & set(batch)
                fresh = list(dict.fromkeys(one for one in batch if one not in met))
                self.arrivals |= {one: self.arrival + 1 + at for at, one in enumerate(fresh)}
                known.add(fresh, arrival=self.arrival + 1)
                self.arrival += len(fresh)
            if is_undone:
                raise Undone
        if is_undone:
            known.forget()
            self.arrivals, self.arrival = before

    @rule(who=st.integers(0, 1), chosen=st.randoms(use_true_random=False))
    def take_away(self, who: int, chosen: random.Random) -> None:
        """Some of those that are stored, as when a profile is deleted."""
        gone = [one for one in sorted(self.arrivals) if chosen.random() < 0.2]
        with immediate(self.connections[who]):
            messages.drop(self.connections[who], [(self.arrivals.pop(one), one) for one in gone])
        self.arrival += 1  # numbers are not used again

    @rule(who=st.integers(0, 1))
    def begin_again(self, who: int) -> None:
        self.known[who] = Messages(self.connections[who], long=self.long, step=self.step)

    @invariant()
    def each_process_knows_all_of_them(self) -> None:
        for known in self.known:
            assert known.present(ALL) == self.arrivals.keys()

    @invariant()
    def the_log_stays_short(self) -> None:
        [(logged,)] = self.connections[0].execute(
            "select coalesce(sum(length(digests)), 0) / 16 from message_log"
        )
        assert logged <= 2 * (self.long + self.step) + 60


TestProcesses = Processes.TestCase
TestProcesses.settings = hypothesis_settings(max_examples=25, stateful_step_count=15)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Connection]:
    connection = open_store(tmp_path / "segql.db", create=True)
    yield connection
    connection.close()


def test_a_long_log_moves_to_the_table_and_is_gone(store: Connection) -> None:
    known = Messages(store, long=64, step=8)
    with immediate(store):
        for number in range(300):
            known.add([message_digest(f"m{number}")], arrival=number + 1)
    [(moved,)] = store.execute("select count(*) from messages")
    [(logged,)] = store.execute("select count(*) from message_log")
    assert moved >= 128
    assert logged < 300 - 128 + 64
    everything = [message_digest(f"m{number}") for number in range(301)]
    assert known.present(everything) == set(everything[:300])


def test_a_batch_of_very_many_needs_no_log(store: Connection) -> None:
    many = [message_digest(f"m{number}") for number in range(MANY)]
    with immediate(store):
        Messages(store).add(many, arrival=1)
    assert store.execute("select count(*) from message_log").fetchone() == (0,)
    assert Messages(store).present(many[:5]) == set(many[:5])
