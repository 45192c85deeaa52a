"""The names in a project's data and what their values are like, as the checker asks for them.

Which names there are is exact. What is said of them is exact where few rows have the name, or an
index tells it at once; else it comes from a sample and says so. Everything is read in short
statements of its own, so no writer waits; names are read anew when the change number has moved.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Final, Literal, TypeAlias

from attrs import evolve

from segql.model.instants import Instant
from segql.model.values import Kind, Path
from segql.model.vocabulary import Occurrences, SegmentWords, Values
from segql.store import members, profiles, sampling, segments, settings
from segql.store.driver import Connection
from segql.store.kept import Kept, Lazy
from segql.store.segments import Segment
from segql.store.tally import MOST_VALUES, Tallies, Tally, joined, scalar_of, tallied
from segql.store.traits import Row

Owners: TypeAlias = Literal["profiles", "accounts"]

_FEW: Final = 2_000
"""So many rows under a name are read to the last one."""
_COUNTED: Final = 20_000
"""So many events of a name are counted one by one."""

_PATHS: Final = """
    select path, id,
           exists (select 1 from trait_values where path = paths.id and kind > 1)
           or exists (select 1 from trait_values where path = paths.id and kind = 0)
      from paths
     where exists (select 1 from trait_values where path = paths.id)
"""
_ROWS: Final = """
    select kind, value, element, instant, profile
      from trait_values
     where path = :path
     limit :most
"""
_DISTINCT: Final = """
    with recursive found (value) as (
        select min(value) from trait_values where path = :path and kind = :kind
         union all
        select (
                select min(value)
                  from trait_values
                 where path = :path
                   and kind = :kind
                   and value > found.value
               )
          from found
         where found.value is not null
         limit :most
    )
    select value from found where value is not null
"""
_EVENTS: Final = """
    select name, id
      from names
     where exists (select 1 from events where events.name = names.id)
"""
_EVENT: Final = """
    select count(*), count(distinct profile), max(time)
      from (select profile, time from events where name = :name limit :most)
"""
_ROLLUPS: Final = """
    select name, sum(count), count(*), max(last)
      from json_each(:ids) as wanted
     cross join rollups
        on rollups.profile = wanted.value
     group by name
"""
_ACCOUNTS: Final = "select count(*) from accounts"
_SURVEYS: Final = """
    select key, id
      from surveys
     where exists (select 1 from responses where survey = surveys.id)
"""
_SURVEY: Final = """
    select count(*), count(distinct profile), max(time)
      from responses
     where survey = :survey
"""


class StoredVocabulary:
    """The vocabulary of a store; for one thread, as its connection is. Reads only."""

    def __init__(self, connection: Connection) -> None:
        """Take an open connection; nothing is read yet."""
        self._connection = connection
        self._zone = settings.zone(connection)
        self._kept = Kept(connection)

    @property
    def profiles(self) -> int:
        """How many profiles there are."""
        return self._kept.exact("profiles count", lambda: profiles.count(self._connection))

    def traits(self) -> Mapping[Path, Values]:
        """Traits by path."""
        return self._paths("profiles")

    def account_traits(self) -> Mapping[Path, Values]:
        """Traits of accounts by path."""
        return self._paths("accounts")

    def events(self) -> Mapping[str, Occurrences]:
        """Events by name."""
        return self._kept.exact("events", lambda: Lazy(self._numbers(_EVENTS), self._done))

    def properties(self, event: str) -> Mapping[Path, Values]:
        """Properties of the events of that name."""
        number = self._numbers(_EVENTS).get(event)
        return {} if number is None else self._acted("events", number)

    def surveys(self) -> Mapping[str, Occurrences]:
        """Surveys by key."""
        return self._kept.exact("surveys", lambda: Lazy(self._numbers(_SURVEYS), self._answered))

    def questions(self, survey: str | None) -> Mapping[Path, Values]:
        """Questions of a survey, or of all surveys pooled."""
        numbers = self._numbers(_SURVEYS)
        if survey is not None:
            number = numbers.get(survey)
            return {} if number is None else self._acted("responses", number)
        return self._kept.exact("questions", lambda: self._pooled(numbers.values()))

    def segments(self) -> Mapping[str, SegmentWords]:
        """Living segments by name."""
        return self._kept.exact(
            "segments",
            lambda: Lazy(
                {one.name: one for one in segments.living(self._connection)}, self._segment
            ),
        )

    def _numbers(self, question: str) -> dict[str, int]:
        return self._kept.exact(question, lambda: dict(self._connection.execute(question)))

    # Traits

    def _paths(self, table: Owners) -> Mapping[Path, Values]:
        def read() -> Mapping[Path, Values]:
            rows = self._connection.execute(_about(table, _PATHS)).fetchall()
            paths = {tuple(json.loads(text)): (number, plain) for text, number, plain in rows}
            parents = {path[:length] for path in paths for length in range(1, len(path))}
            numbers = {
                path: number
                for path, (number, plain) in paths.items()
                if plain or path not in parents  # else an object
            }
            return Lazy(
                {path: (table, path, number) for path, number in numbers.items()}, self._trait
            )

        return self._kept.exact(table, read)

    def _trait(self, name: tuple[Owners, Path, int]) -> Values:
        """Of few rows all, else shares from a sample, and the values that there are if not many."""
        table, path, number = name
        given = {"path": number, "most": _FEW + 1}
        rows = self._connection.execute(_about(table, _ROWS), given).fetchall()
        if len(rows) <= _FEW:
            return _tally(path, rows).values(self._owners(table))
        tallies, is_all = self._sample(table)
        tally = tallies.by_path.get(path)
        if tally is not None and is_all:
            return tally.values(tallies.owners)
        if tally is not None:
            found = tally.values(tallies.owners, of=self._owners(table))
        else:  # on very few: what the first rows say
            found = _tally(path, rows).values(_FEW, of=_FEW)
            found = evolve(found, share=1 / tallies.owners)
        return self._with_all_values(found, table, number)

    def _with_all_values(self, values: Values, table: Owners, path: int) -> Values:
        """With every scalar there is, where these are not many."""
        scalars = [
            scalar_of(kind, value)
            for kind in (Kind.FLAG, Kind.NUMBER, Kind.TEXT)
            for (value,) in self._connection.execute(
                _about(table, _DISTINCT), {"path": path, "kind": kind, "most": MOST_VALUES + 2}
            )
        ]
        if len(scalars) > MOST_VALUES:
            return values
        seen = {(type(scalar), scalar) for scalar, _ in values.top}
        rare = [(scalar, 0) for scalar in scalars if (type(scalar), scalar) not in seen]
        return evolve(values, top=(*values.top, *rare), complete=True)

    def _owners(self, table: Owners) -> int:
        if table == "profiles":
            return self.profiles
        return self._kept.exact("accounts count", lambda: _one(self._connection, _ACCOUNTS))

    def _sample(self, table: Owners) -> tuple[Tallies, bool]:
        def read() -> tuple[tuple[Tallies, bool], bool]:
            sample = sampling.traits_of(self._connection, table)
            return (tallied(sample.mappings, self._zone), sample.is_all), sample.is_all

        return self._kept.sampled(("sample", table), read)

    # What was done and answered

    def _acted(self, table: Literal["events", "responses"], number: int) -> Mapping[Path, Values]:
        def read() -> tuple[Mapping[Path, Values], bool]:
            sample = sampling.acted(self._connection, table, number)
            found = tallied(sample.mappings, self._zone)
            if sample.is_all:
                return found.values(), True
            whole = self._done(number) if table == "events" else self._answered(number)
            return found.values(of=whole.count), False

        return self._kept.sampled((table, number), read)

    def _pooled(self, surveys: Iterable[int]) -> Mapping[Path, Values]:
        samples = [sampling.acted(self._connection, "responses", survey) for survey in surveys]
        found = joined(tallied(sample.mappings, self._zone) for sample in samples)
        is_all = all(sample.is_all for sample in samples)
        return found.values(of=None if is_all else found.owners)

    def _done(self, event: int) -> Occurrences:
        """Of not too many events all, else what the roll-ups of sampled profiles say."""
        given = {"name": event, "most": _COUNTED + 1}
        count, owners, last = self._connection.execute(_EVENT, given).fetchone()
        if count <= _COUNTED:
            return Occurrences(count=count, profiles=owners, last=last)
        sampled, ids = self._rollups()
        if event not in sampled:
            return Occurrences(count=count, profiles=owners, exact=False)
        times, owners, _ = sampled[event]
        scale = self.profiles / max(ids, 1)
        return Occurrences(
            count=max(count, round(times * scale)), profiles=round(owners * scale), exact=False
        )

    def _rollups(self) -> tuple[dict[int, tuple[int, int, int]], int]:
        def read() -> tuple[tuple[dict[int, tuple[int, int, int]], int], bool]:
            ids = sampling.traits_of(self._connection, "profiles").ids
            rows = self._connection.execute(_ROLLUPS, {"ids": json.dumps(ids)})
            return (
                {name: (times, owners, last) for name, times, owners, last in rows},
                len(ids),
            ), False

        return self._kept.sampled("rollups", read)

    def _answered(self, survey: int) -> Occurrences:
        count, owners, last = self._connection.execute(_SURVEY, {"survey": survey}).fetchone()
        return Occurrences(count=count, profiles=owners, last=last)

    def _segment(self, segment: Segment) -> SegmentWords:
        text = segment.text if segment.kind == "rule" else ""
        return SegmentWords(members=members.count(self._connection, segment.id), text=text)


def _about(table: Owners, question: str) -> str:
    """A question about traits of profiles, asked of accounts."""
    if table == "profiles":
        return question
    return question.replace("trait_values", "account_values").replace("profile", "account")


def _one(connection: Connection, question: str) -> int:
    return int(connection.execute(question).fetchone()[0])


def _tally(path: Path, rows: Iterable[tuple[int, float | str, int, Instant | None, int]]) -> Tally:
    """The rows of one name, counted by their owners."""
    by_owner: dict[int, list[Row]] = {}
    for kind, value, element, instant, owner in rows:
        by_owner.setdefault(owner, []).append((path, kind, value, element, instant))
    tally = Tally()
    for each in by_owner.values():
        tally.add(each)
    return tally
