"""Live calls in any order, late and repeated ones included: membership is what the oracle says.

The model keeps what was said as plain documents. After each step every segment has just the members
that the naive evaluator finds at that instant, and the flips written are the difference. Where the
clock moves, everybody is computed anew.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

from attrs import evolve
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

import oracle
from segql.app import ingest, segments
from segql.app.project import Project
from segql.language.parse import rule_of
from segql.membership import application, sitting
from segql.model import calls
from segql.store import members, profiles

ZONE = ZoneInfo("Europe/Zurich")
START = 1_772_366_400_000
HOUR = 3_600_000

RULES = (
    'trait.plan = "pro"',
    "trait.tags is empty or trait.tags is unknown",
    'email ends with "@x.ch"',
    "account.size >= 10",
    'account.size >= 10 and trait.plan = "pro"',
    'account = "acme"',
    'did "buy"',
    'did "buy" at least 2 times within 3h',
    'did "buy" where amount > 1',
    'not did "export" within 2h',
    "events >= 3",
    "last_seen within 2h",
    'completed survey "nps" within 4h',
    'survey "nps".score >= 9',
    "surveys_seen >= 1",
    'first did "buy" within 2h',
    'did "export" then "buy" within 1h',
    "in sample 50%",
    'any teammate (did "buy" within 3h)',
    'every teammate (events >= 1 or trait.plan = "pro")',
    "everyone",
)
NESTED = (
    'in segment "a"',
    'not in segment "a" and in segment "b"',
    'in segment "c" or events >= 2',
    'any teammate (in segment "a" and not in segment "b")',
)

people = st.sampled_from(["ann", "bob", "cleo", "dan"])
traits = st.dictionaries(
    st.sampled_from(["plan", "tags", "email"]),
    st.sampled_from([None, "pro", "free", "a@x.ch", [], ["vip"], 1]),
    max_size=2,
)
sizes = st.dictionaries(st.just("size"), st.sampled_from([None, 5, 10, 20]), max_size=1)
accounts = st.sampled_from(["acme", "beta"])
ago = st.sampled_from([None, 0, 1, HOUR - 1, HOUR, 2 * HOUR, 5 * HOUR])

identifies: st.SearchStrategy[Any] = st.builds(
    lambda who, own, account, theirs: calls.Identify(
        who, own, account=account, account_traits=theirs if account else {}
    ),
    people,
    traits,
    st.none() | accounts,
    sizes,
)
batches = st.lists(
    st.one_of(
        identifies,
        st.builds(calls.SetAccount, accounts, sizes),
        st.builds(
            lambda who, event, amount, back, message: calls.Track(
                who, event, {"amount": amount}, time=back, message_id=message
            ),
            people,
            st.sampled_from(["buy", "export"]),
            st.sampled_from([0, 2]),
            ago,
            st.none() | st.sampled_from(["m1", "m2", "m3"]),
        ),
        st.builds(
            lambda who, action, score, back, own: calls.Survey(
                who, "nps", action, {"score": score}, time=back, response_id=own
            ),
            people,
            st.sampled_from(["seen", "completed", "dismissed", "partial"]),
            st.sampled_from([3, 9, None]),
            ago,
            st.none() | st.sampled_from(["r1", "r2"]),
        ),
        st.builds(calls.Merge, people, people),
        st.builds(calls.Delete, people),
    ),
    min_size=1,
    max_size=5,
)


class Person:
    """What was said of one profile."""

    def __init__(self) -> None:
        self.traits: dict[str, Any] = {}
        self.account: str | None = None
        self.calls: list[int] = []
        self.events: list[dict[str, Any]] = []
        self.surveys: list[dict[str, Any]] = []


def merged(old: dict[str, Any], new: Any) -> dict[str, Any]:
    return {key: value for key, value in {**old, **new}.items() if value is not None}


class World:
    """The plain model of a project."""

    def __init__(self) -> None:
        self.people: dict[str, Person] = {}
        self.accounts: dict[str, dict[str, Any]] = defaultdict(dict)
        self.became: dict[str, str] = {}
        self.messages: dict[str, str] = {}

    def person(self, name: str) -> Person:
        return self.people.setdefault(self.became.get(name, name), Person())

    def apply(self, call: Any, now: int) -> None:
        match call:
            case calls.Identify(who, own):
                person = self.person(who)
                person.traits = merged(person.traits, own)
                person.calls.append(now)
                if call.account:
                    person.account = call.account
                    self.apply(calls.SetAccount(call.account, call.account_traits), now)
            case calls.SetAccount(account, own):
                self.accounts[account] = merged(self.accounts[account], own)
            case calls.Track(who, event, own):
                if call.message_id in self.messages:
                    return
                person = self.person(who)
                if call.message_id:
                    self.messages[call.message_id] = self.became.get(who, who)
                time = now if call.time is None else call.time
                person.events.append({"event": event, "time": time, "properties": dict(own)})
                person.calls.append(now)
            case calls.Survey():
                self._survey(call, now)
            case calls.Merge(absorbed, who):
                self._merge(self.became.get(absorbed, absorbed), self.became.get(who, who))
            case calls.Delete(who):
                name = self.became.get(who, who)
                if self.people.pop(name, None) is not None:
                    self.became = {old: new for old, new in self.became.items() if new != name}
                    self.messages = {m: w for m, w in self.messages.items() if w != name}

    def _survey(self, call: calls.Survey, now: int) -> None:
        time = now if call.time is None else call.time
        person = self.person(call.profile)
        for other in self.people.values():
            for old in other.surveys:
                if call.response_id and old["own"] == call.response_id:
                    if old["time"] > time:
                        return
                    other.surveys.remove(old)
                    break
        answers = {key: value for key, value in call.answers.items() if value is not None}
        person.surveys.append(
            {
                "survey": call.survey,
                "action": call.action,
                "time": time,
                "answers": answers,
                "own": call.response_id,
            }
        )
        person.calls.append(now)

    def _merge(self, absorbed: str, survivor: str) -> None:
        if absorbed == survivor:
            return
        kept = self.person(survivor)
        gone = self.people.pop(absorbed, None)
        self.became[absorbed] = survivor
        self.became = {
            old: survivor if new == absorbed else new for old, new in self.became.items()
        }
        self.messages = {m: survivor if w == absorbed else w for m, w in self.messages.items()}
        if gone is not None:
            kept.traits = {**gone.traits, **kept.traits}
            kept.account = kept.account or gone.account
            kept.calls += gone.calls
            kept.events += gone.events
            kept.surveys += gone.surveys

    def document(self, name: str, *, alone: bool = False) -> dict[str, Any]:
        person = self.people[name]
        document: dict[str, Any] = {
            "id": name,
            "traits": person.traits,
            "events": person.events,
            "surveys": [{k: v for k, v in one.items() if k != "own"} for one in person.surveys],
        }
        if person.account is not None:
            own = self.accounts[person.account]
            document["account"] = {"id": person.account, "traits": own}
            document["teammates"] = [
                self.document(other, alone=True)
                for other, mate in self.people.items()
                if other != name and mate.account == person.account and not alone
            ]
        if person.calls:
            document |= {"first_seen": min(person.calls), "last_seen": max(person.calls)}
        return document


class Live(RuleBasedStateMachine):
    """A project beside the model."""

    @initialize(
        texts=st.lists(st.sampled_from(RULES), min_size=3, max_size=3),
        nested=st.sampled_from(NESTED),
        few=st.sampled_from([1, 50]),
    )
    def begin(self, texts: list[str], nested: str, few: int) -> None:
        self.directory = tempfile.TemporaryDirectory()
        self.path = Path(self.directory.name) / "segql.db"
        self.project = Project.opened(self.path, create=True, zone=ZONE.key)
        self.world = World()
        self.now = START
        self.texts: dict[str, str] = {}
        self.few = patch.object(sitting, "FEW", few)
        self.few.start()
        for name, text in zip("abc", texts, strict=True):
            self.define(name, text)
        self.define("d", nested)

    def teardown(self) -> None:
        if hasattr(self, "project"):
            self.few.stop()
            self.project.close()
            self.directory.cleanup()

    def define(self, name: str, text: str) -> None:
        segments.define_one(self.project, name, text, description=None, now=self.now)
        self.texts[name] = text

    @rule(batch=batches)
    def calls_come_in(self, batch: list[Any]) -> None:
        before, last = self.members(), self.last_flip()
        outcomes = self.apply(batch)
        self.check()
        if any(isinstance(call, calls.Merge | calls.Delete) for call in batch):
            return
        assert all(outcome.status != "refused" for outcome in outcomes)
        after = self.members()
        changed = {
            (name, who, who in after[name]) for name in after for who in before[name] ^ after[name]
        }
        assert self.flips_since(last) == sorted(changed)

    @rule(hours=st.integers(1, 3))
    def time_passes(self, hours: int) -> None:
        self.now += hours * HOUR
        segments.recompute(self.project, now=self.now)
        self.check()

    @rule(name=st.sampled_from("abc"), text=st.sampled_from(RULES))
    def a_segment_is_changed(self, name: str, text: str) -> None:
        self.define(name, text)
        self.check()

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
                self.define(name, text)
            except KeyboardInterrupt:
                self.texts[name] = text
        self.apply(batch)
        touched = {self.world.became.get(who, who) for call in batch for who in named(call)}
        self.check(touched)
        segments.catch_up(self.project, now=self.now)
        self.check()

    @rule()
    def it_is_opened_anew(self) -> None:
        self.project.close()
        self.project = Project.opened(self.path)
        self.check()

    def apply(self, batch: list[Any]) -> tuple[Any, ...]:
        batch = [at(call, self.now) for call in batch]
        outcomes = ingest.batch(self.project, batch, now=self.now)
        for call in batch:
            self.world.apply(call, self.now)
        return outcomes

    def members(self) -> dict[str, set[str]]:
        connection = self.project.connection
        found = {}
        for name, entry in self.project.catalog().entries.items():
            ids = members.ids(connection, entry.stored.id)
            found[name] = set(profiles.externals(connection, ids).values())
        return found

    def check(self, only: set[str] | None = None) -> None:
        parsed = {name: rule_of(text) for name, text in self.texts.items()}
        found = self.members()
        asked = self.world.people.keys() if only is None else only & self.world.people.keys()
        documents = {who: self.world.document(who) for who in asked}
        for name, written in parsed.items():
            expected = {
                who
                for who, document in documents.items()
                if oracle.holds(written, document, now=self.now, zone=ZONE, segments=parsed)
            }
            assert found[name] & asked == expected, (name, self.texts[name])
        if only is None:
            assert all(inside <= self.world.people.keys() for inside in found.values())
            self.check_history()

    def check_history(self) -> None:
        connection = self.project.connection
        intervals = defaultdict(list)
        for row in connection.execute(
            'select segment, profile, entered_flip, entered, flip, "left" from history'
            " union all select segment, profile, flip, entered, 1 << 60, 1 << 60 from members"
        ):
            intervals[row[:2]].append(row[2:])
        for spans in intervals.values():
            spans.sort()
            for (_, _, flip, left), (next_flip, entered, _, _) in pairwise(spans):
                assert flip < next_flip and left <= entered

    def last_flip(self) -> int:
        [(number,)] = self.project.connection.execute(
            "select max(coalesce((select max(flip) from members), 0),"
            " coalesce((select max(flip) from history), 0))"
        )
        return int(number)

    def flips_since(self, flip: int) -> list[tuple[str, str, bool]]:
        rows = self.project.connection.execute(
            "select segments.name, external, enters from ("
            " select segment, profile, flip, 1 as enters from members"
            " union all select segment, profile, entered_flip, 1 from history"
            " union all select segment, profile, flip, 0 from history) as flips"
            " join segments on segments.id = segment join profiles on profiles.id = profile"
            " where flip > ? order by 1, 2, 3",
            (flip,),
        )
        return [(name, who, bool(enters)) for name, who, enters in rows]


def at(call: Any, now: int) -> Any:
    """The call with the time that it gives as so long ago."""
    if isinstance(call, calls.Track | calls.Survey) and call.time is not None:
        return evolve(call, time=now - int(call.time))  # type: ignore[arg-type] # drawn as numbers
    return call


def named(call: Any) -> tuple[str, ...]:
    match call:
        case calls.SetAccount():
            return ()
        case calls.Merge(absorbed, who):
            return absorbed, who
        case _:
            return (call.profile,)


Live.TestCase.settings = hypothesis_settings(max_examples=25, stateful_step_count=6, deadline=None)
TestLive = Live.TestCase
