"""Rows of large tables, a few of them: spread over the whole, the same at every call."""

from __future__ import annotations

import json
from random import Random
from typing import Final

from attrs import frozen

from segql.model.values import Json
from segql.store.driver import Connection
from segql.store.plain import values_of

SAMPLE: Final = 2_000
"""So many rows are looked at; a share found in them is off by 2 % at most, mostly by less."""
_PIVOTS: Final = 50

_SPANS: Final = {
    "profiles": "select min(id), max(id) from profiles",
    "accounts": "select min(id), max(id) from accounts",
}
_MAPPINGS: Final = {
    "profiles": """
        select profiles.id, traits
          from json_each(:ids) as wanted
         cross join profiles
            on profiles.id = wanted.value
    """,
    "accounts": """
        select accounts.id, traits
          from json_each(:ids) as wanted
         cross join accounts
            on accounts.id = wanted.value
    """,
}
_ACTED: Final = {
    "events": """
        select properties
          from events
         where name = :number
           and profile >= :pivot
         order by profile, time, arrival
         limit :most
    """,
    "responses": """
        select answers
          from responses
         where survey = :number
           and profile >= :pivot
           and answers is not null
         order by profile, time
         limit :most
    """,
}


@frozen(eq=False)
class Sample:
    """Some mappings, and whether they are all there are; `ids` are those of their owners."""

    mappings: tuple[dict[str, Json], ...]
    is_all: bool
    ids: tuple[int, ...] = ()


def traits_of(connection: Connection, table: str) -> Sample:
    """Traits of `profiles` or `accounts`: all of few, else of a sample."""
    low, high = connection.execute(_SPANS[table]).fetchone()
    if low is None:
        return Sample((), is_all=True)
    span = range(low, high + 1)
    is_all = len(span) <= SAMPLE
    wanted = span if is_all else sorted(Random(0).sample(span, SAMPLE))
    rows = connection.execute(_MAPPINGS[table], {"ids": json.dumps(list(wanted))}).fetchall()
    return Sample(
        tuple(values_of(text) for _, text in rows), is_all, tuple(owner for owner, _ in rows)
    )


def acted(connection: Connection, table: str, number: int) -> Sample:
    """Properties of the `events` of one name, or answers in the `responses` to one survey."""
    rows = _acted(connection, table, number, 0, SAMPLE + 1)
    if len(rows) <= SAMPLE:
        return Sample(tuple(map(values_of, rows)), is_all=True)
    low, high = connection.execute(_SPANS["profiles"]).fetchone()
    chance = Random(0)
    pivots = sorted(chance.randint(low, high) for _ in range(_PIVOTS))
    found = [
        text
        for pivot in pivots
        for text in _acted(connection, table, number, pivot, SAMPLE // _PIVOTS)
    ]
    return Sample(tuple(map(values_of, found)), is_all=False)


def _acted(
    connection: Connection, table: str, number: int, pivot: int, most: int
) -> list[str | None]:
    given = {"number": number, "pivot": pivot, "most": most}
    return [text for (text,) in connection.execute(_ACTED[table], given)]
