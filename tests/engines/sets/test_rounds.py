"""What is asked of teammates is known of everybody first, and follows every change."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from engines.interpreter.people import NOW
from engines.sets.filled import Document, add, remove, store_of
from segql.engines import sets
from segql.engines.sets.conditions import conditions_of
from segql.engines.sets.rounds import rounds_of
from segql.language.parse import parse_rule
from segql.model.errors import Refused
from segql.model.instants import Moment
from segql.rules.desugar import desugar
from segql.rules.rule import Rule
from segql.store.driver import Connection

UTC = ZoneInfo("UTC")


def rule(text: str) -> Rule:
    parsed = parse_rule(text).rule
    assert parsed is not None, text
    return desugar(parsed)


def person(who: str, plan: str, account: str | None = "acme") -> Document:
    return {"id": who, "traits": {"plan": plan}, "account": {"id": account} if account else {}}


def members(connection: Connection, path: Path, text: str) -> str:
    """The names, of a letter each, in order."""
    found = sets.evaluate(
        path, {"": rule(text)}, moment=Moment(NOW, UTC), part_slots=2, stale_share=1.0
    )
    names = dict(connection.execute("select id, external from profiles").fetchall())
    return "".join(sorted(names[one] for one in found.ids("").tolist()))


def test_what_happens_to_a_teammate_counts_for_the_whole_account(tmp_path: Path) -> None:
    path = tmp_path / "people.db"
    people = [person("a", "pro"), person("b", "free"), person("c", "free", None)]
    people += [person("d", "free"), person("e", "pro", "beta"), person("f", "pro", None)]
    connection = store_of(path, people, UTC)
    some, every = 'any teammate (trait.plan = "pro")', 'every teammate (trait.plan = "pro")'
    assert (members(connection, path, some), members(connection, path, every)) == ("abde", "e")
    add(connection, [person("a", "free"), person("e", "free", "beta"), person("g", "pro")], UTC)
    assert (members(connection, path, some), members(connection, path, every)) == ("abdg", "")
    remove(connection, "g")
    assert (members(connection, path, some), members(connection, path, every)) == ("", "")
    add(connection, [person("c", "pro"), person("b", "pro", "beta")], UTC)
    assert (members(connection, path, some), members(connection, path, every)) == ("abcde", "")
    connection.close()


def test_each_round_asks_what_the_next_one_needs_and_nothing_twice() -> None:
    catalog = {
        "inner": rule('every teammate (trait.plan = "pro")'),
        "outer": rule('any teammate (in segment "inner" and trait.seats > 1) and trait.seats > 1'),
    }
    conditions = conditions_of(["outer"], catalog, ())
    rounds = rounds_of(conditions, catalog)
    assert [one for step in rounds for one in step.conditions] == [
        rule('trait.plan = "pro"'),
        catalog["inner"],
        rule("trait.seats > 1"),
        rule('any teammate (in segment "inner" and trait.seats > 1)'),
    ]
    assert [step.settled for step in rounds] == [
        (catalog["inner"],),
        (rule('any teammate (in segment "inner" and trait.seats > 1)'),),
        (),
    ]


def test_a_circle_through_teammates_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "people.db"
    store_of(path, [person("a", "pro")], UTC).close()
    catalog = {"x": rule('any teammate (in segment "x")')}
    with pytest.raises(Refused) as caught:
        sets.evaluate(path, catalog, moment=Moment(NOW, UTC))
    assert caught.value.code == "segment-cycle"
