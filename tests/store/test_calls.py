"""Calls in any order, late and repeated ones included: every table says the same as a plain list.

The model keeps what was said, as dictionaries and lists; after each step, the index of trait
values, the roll-ups and the activity must be what the stored profiles and events give, and a
profile asked through `facts` must answer like the same profile as a document.
"""

from __future__ import annotations

import json
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from segql.engines.interpreter.facts import Facts
from segql.engines.interpreter.memory import Profile
from segql.model.fields import FIELDS
from segql.model.values import Json, Kind, instant_in
from segql.store import digests, events, names, profiles, responses, settings
from segql.store.driver import Connection, immediate
from segql.store.facts import facts_of
from segql.store.identify import Identify, identify
from segql.store.migrations import open_store
from segql.store.plain import cleaned, text_of

ZONE = ZoneInfo("Europe/Zurich")
NOWS = (0, 5, 10, 100)

people = st.sampled_from(["ann", "bob", "00042", "ünï"])
accounts = st.sampled_from([None, None, "acme", "beta"])
times = st.integers(1, 12)
event_names = st.sampled_from(["buy", "export", "Größe"])
survey_keys = st.sampled_from(["nps", "csat"])
scalars: st.SearchStrategy[Json] = st.sampled_from(
    [None, True, False, 0, 1, -1, 1.0, 2.5, "", "pro", "1", "2026-03-29", "2026-03-29T02:30:00",
     1_700_000_000, 10**30, float("inf")]
)  # fmt: skip
values: st.SearchStrategy[Json] = st.one_of(
    scalars,
    st.lists(st.one_of(scalars, st.just([1]), st.just({"a": 1})), max_size=3),
    st.dictionaries(st.sampled_from(["a", "b", "a.b", "c_at"]), scalars, max_size=2),
    st.just({"a": {"b": {"c": 1}}}),
)
traits = st.dictionaries(st.sampled_from(["plan", "x_at", "a.b", "o", "email"]), values, max_size=3)
messages = st.none() | st.sampled_from(["m1", "m2", "m3"])

event_calls: st.SearchStrategy[dict[str, Any]] = st.builds(
    dict, who=people, name=event_names, at=times, message=messages, props=traits
)
survey_calls: st.SearchStrategy[dict[str, Any]] = st.builds(
    dict,
    who=people,
    survey=survey_keys,
    action=st.sampled_from(responses.ACTIONS),
    at=times,
    own=st.none() | st.sampled_from(["r1", "r2"]),
    answers=st.dictionaries(st.sampled_from(["score", "text"]), scalars, max_size=2),
)


class Person:
    """What was said of one profile."""

    def __init__(self) -> None:
        self.email: str | None = None
        self.account: str | None = None
        self.traits: dict[str, Json] = {}
        self.changed: dict[tuple[str, ...], int] = {}
        self.calls: list[int] = []
        self.events: list[dict[str, Any]] = []


def without_nulls(mapping: dict[str, Json]) -> dict[str, Json]:
    return {key: value for key, value in mapping.items() if value is not None}


class Calls(RuleBasedStateMachine):
    """The store beside the model."""

    connection: Connection

    @initialize()
    def begin(self) -> None:
        self.directory = tempfile.TemporaryDirectory()
        path = Path(self.directory.name) / "segql.db"
        self.connection = open_store(path, create=True, zone=ZONE.key)
        self.now = 0
        self.people: dict[str, Person] = defaultdict(Person)
        self.accounts: dict[str, dict[str, Json]] = {}
        self.messages: set[str] = set()
        self.surveys: list[dict[str, Any]] = []

    def teardown(self) -> None:
        if hasattr(self, "connection"):
            self.connection.close()
            self.directory.cleanup()

    @rule(
        calls=st.lists(st.tuples(people, traits, accounts, traits, st.none() | times), max_size=4)
    )
    def identify(self, calls: list[Any]) -> None:
        batch = []
        self.now += 1
        before = {who: leaves(self.people[who].traits) for who, *_ in calls}
        for who, own, account, theirs, at in calls:
            own, theirs = cleaned(own), cleaned(theirs)
            email = own.get("email")
            batch.append(
                Identify(
                    profile=who,
                    traits=own,
                    email=email if isinstance(email, str) and email else None,
                    account=account,
                    account_traits=theirs if account else {},
                    at=at,
                )
            )
            person = self.people[who]
            person.traits = without_nulls({**person.traits, **own})
            person.email = batch[-1].email or person.email
            if account:
                person.account = account
                old = self.accounts.get(account, {})
                self.accounts[account] = without_nulls({**old, **theirs})
            if at is not None:
                person.calls.append(at)
        with immediate(self.connection):
            change = settings.take(self.connection, settings.Counter.CHANGE)
            outcome = identify(self.connection, batch, change=change, zone=ZONE, now=self.now)
        for who, earlier in before.items():
            person = self.people[who]
            new = leaves(person.traits)
            since = {path: person.changed[path] for path in new.keys() & earlier.keys()}
            fresh = {path: self.now for path in new if new[path] != earlier.get(path)}
            person.changed = since | fresh
        assert outcome.added + outcome.changed + outcome.present == len(batch)
        changed = profiles.changed_since(self.connection, change - 1)
        assert outcome.touched <= set(changed)

    @rule(calls=st.lists(event_calls, max_size=5), call_at=st.none() | times)
    def track(self, calls: list[dict[str, Any]], call_at: int | None) -> None:
        batch = []
        added = 0
        for call in calls:
            props = cleaned(call["props"])
            message = call["message"]
            batch.append(
                events.Event(
                    call["who"],
                    call["name"],
                    call["at"],
                    text_of(props) if props else None,
                    None if message is None else digests.message_digest(message),
                )
            )
            if message is not None and message in self.messages:
                continue
            if message is not None:
                self.messages.add(message)
            added += 1
            person = self.people[call["who"]]
            person.events.append({"event": call["name"], "time": call["at"], "properties": props})
            if call_at is not None:
                person.calls.append(call_at)
        with immediate(self.connection):
            change = settings.take(self.connection, settings.Counter.CHANGE)
            outcome = events.append(self.connection, batch, change=change, call_at=call_at)
        assert (outcome.added, outcome.present) == (added, len(batch) - added)

    @rule(calls=st.lists(survey_calls, max_size=4))
    def survey(self, calls: list[dict[str, Any]]) -> None:
        batch = []
        for call in calls:
            own = call["own"]
            answers = cleaned(call["answers"])
            batch.append(
                responses.Response(
                    call["who"],
                    call["survey"],
                    call["action"],
                    call["at"],
                    text_of(answers) if answers else None,
                    response=None if own is None else digests.response_digest(call["survey"], own),
                )
            )
            key = None if own is None else (call["survey"], own)
            said = {**call, "answers": answers, "key": key}
            self.people[call["who"]]
            old = [entry for entry in self.surveys if key and entry["key"] == key]
            if old and old[0]["at"] > call["at"]:
                continue
            self.surveys = [entry for entry in self.surveys if entry not in old]
            self.surveys.append(said)
        with immediate(self.connection):
            change = settings.take(self.connection, settings.Counter.CHANGE)
            responses.append(self.connection, batch, change=change)

    @invariant()
    def trait_values_are_those_of_the_profiles(self) -> None:
        if not hasattr(self, "connection"):
            return
        paths = {number: path for path, number in names.paths(self.connection).items()}
        stored = self.connection.execute(
            "select external, path, kind, value, element, instant from trait_values"
            " join profiles on profiles.id = profile"
        )
        expected = {
            (who, *row) for who, person in self.people.items() for row in naive_rows(person.traits)
        }
        assert {(who, paths[path], *rest) for who, path, *rest in stored} == expected
        stored = self.connection.execute(
            "select external, path, kind, value, element, instant from account_values"
            " join accounts on accounts.id = account"
        )
        expected = {(name, *row) for name, own in self.accounts.items() for row in naive_rows(own)}
        assert {(who, paths[path], *rest) for who, path, *rest in stored} == expected

    @invariant()
    def rollups_and_activity_are_those_of_the_events(self) -> None:
        if not hasattr(self, "connection"):
            return
        stored = self.connection.execute(
            "select external, names.name, count, first, last from rollups"
            " join profiles on profiles.id = profile join names on names.id = rollups.name"
        ).fetchall()
        spans: dict[tuple[str, str], list[int]] = defaultdict(list)
        for who, person in self.people.items():
            for event in person.events:
                spans[who, event["event"]].append(event["time"])
        assert sorted(stored) == sorted(
            (*key, len(span), min(span), max(span)) for key, span in spans.items()
        )
        rows = self.connection.execute(
            "select external, events, first_event, last_event from activity"
            " join profiles on profiles.id = profile"
        ).fetchall()
        assert {who for who, *_ in rows} == set(self.people)
        for who, count, first, last in rows:
            span = [event["time"] for event in self.people[who].events]
            assert (count, first, last) == (
                len(span), min(span, default=None), max(span, default=None)
            )  # fmt: skip

    @invariant()
    def facts_answer_like_a_document(self) -> None:
        if not hasattr(self, "connection"):
            return
        for who, person in self.people.items():
            number = profiles.profile_id(self.connection, who)
            assert number is not None
            stored = facts_of(self.connection, number, in_segment=lambda *_: False)
            assert stored is not None
            _: Facts = stored
            plain = Profile.of(self.document(who, person), zone=ZONE)
            for now in NOWS:
                for name in FIELDS:
                    assert stored.field(name, now) == plain.field(name, now), (who, name, now)
                for key in ("nps", "csat"):
                    for question in ("score", "text"):
                        assert stored.answer(key, (question,), now) == plain.answer(
                            key, (question,), now
                        )
            for name in ("buy", "export", "Größe"):
                same_line(stored.events(name), plain.events(name))
            for action in responses.ACTIONS:
                for survey in (None, "nps", "csat"):
                    same_line(stored.actions(action, survey), plain.actions(action, survey))
            for path in (("plan",), ("o", "a"), ("a.b",), ("o", "a", "b", "c")):
                assert stored.trait(path) == plain.trait(path)
                assert stored.account_trait(path) == plain.account_trait(path)
            for path in (("plan",), ("x_at",), ("o",), ("o", "a"), ("a.b",), ("o", "a", "b", "c")):
                assert stored.changed(path) == person.changed.get(path), (who, path)
            team = {one for one in self.people if person.account == self.people[one].account}
            mates = {mate.id for mate in stored.teammates()}
            assert mates == (team if person.account is not None else set())

    def document(self, who: str, person: Person) -> dict[str, Any]:
        document: dict[str, Any] = {
            "id": who,
            "traits": person.traits,
            "events": person.events,
            "surveys": [
                {
                    "survey": said["survey"],
                    "action": said["action"],
                    "time": said["at"],
                    "answers": said["answers"],
                }
                for said in self.surveys
                if said["who"] == who
            ],
        }
        if person.email is not None:
            document["email"] = person.email
        if person.account is not None:
            own = self.accounts[person.account]
            document["account"] = {"id": person.account, "traits": own}
        if person.calls:
            document |= {"first_seen": min(person.calls), "last_seen": max(person.calls)}
        return document


def same_line(stored: Any, plain: Any) -> None:
    assert list(stored.times) == list(plain.times)
    for index in range(len(plain.times)):
        assert stored.properties(index) == plain.properties(index)


def leaves(traits: Json, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], str]:
    """The known value at every path as text: 1 and 1.0 alike, null members left out."""
    found = {}
    for key, value in traits.items() if isinstance(traits, dict) else ():
        if value is not None:
            found[*path, key] = json.dumps(plainly(value), sort_keys=True)
            found |= leaves(value, (*path, key))
    return found


def plainly(value: Json) -> Json:
    """The value with whole doubles as integers, and without null members."""
    match value:
        case dict():
            return {key: plainly(one) for key, one in value.items() if one is not None}
        case list():
            return [plainly(one) for one in value]
        case float() if value.is_integer():
            return int(value)
        case _:
            return value


def naive_rows(traits: dict[str, Json]) -> set[tuple[Any, ...]]:
    """The rows of the index, worked out by looking at one path after the other."""
    found: set[tuple[Any, ...]] = set()
    waiting: list[tuple[tuple[str, ...], Json]] = [((key,), traits[key]) for key in traits]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, dict):
            found.add((path, Kind.OTHER, "", 0, None))
            waiting += [((*path, key), value[key]) for key in value]
        elif isinstance(value, list):
            entries = [row for entry in value if (row := naive_row(path, entry, 1)) is not None]
            found.update(entries or [(path, Kind.NOTHING, "", 0, None)])
        elif (row := naive_row(path, value, 0)) is not None:
            found.add(row)
    return found


def naive_row(path: tuple[str, ...], value: Json, element: int) -> tuple[Any, ...] | None:
    if value is None or value in (float("inf"), float("-inf")):
        return None
    if isinstance(value, bool):
        return (path, Kind.FLAG, int(value), element, None)
    if isinstance(value, int | float):
        numbers = path[-1].endswith(("_at", "_date"))
        instant = instant_in(float(value), ZONE, numbers=numbers)
        return (path, Kind.NUMBER, float(value), element, instant)
    if isinstance(value, str):
        return (path, Kind.TEXT, value, element, instant_in(value, ZONE, numbers=False))
    return (path, Kind.OTHER, "", element, None)


Calls.TestCase.settings = hypothesis_settings(
    max_examples=60, stateful_step_count=12, deadline=None
)
TestCalls = Calls.TestCase


def test_paths_are_json_arrays_of_keys() -> None:
    assert names.path_text(("a.b", "ü")) == '["a.b","ü"]'
    assert json.loads(names.path_text(('"', "\\"))) == ['"', "\\"]
