"""The same rule in other languages, as their documentation has it, over the same 200 profiles."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from attrs import frozen

NOW: Final = dt.datetime(2026, 1, 31, 12, tzinfo=dt.UTC)
COUNTRIES: Final = ("GB", "IE", "US")


def _profiles(number: int = 200) -> list[dict[str, Any]]:
    dice = random.Random(7)
    return [
        {
            "plan": dice.choices(["pro", "free", "team"], [6, 3, 1])[0],
            "seats": dice.randint(5, 60),
            "last_export": NOW - dt.timedelta(days=dice.randint(0, 50), hours=dice.randint(0, 23)),
            "country": dice.choices(["GB", "IE", "US", "FR", "DE"], [4, 2, 4, 1, 1])[0],
        }
        for _ in range(number)
    ]


PROFILES: Final = _profiles()
WITH_NOW: Final = [{**one, "now": NOW} for one in PROFILES]


@frozen
class Compared:
    """An engine: how it parses the rule, and how it asks the prepared rule about a profile."""

    title: str
    parse: Callable[[], object] | None
    holds: Callable[[Any], object]
    profiles: Sequence[Any]


def by_hand() -> Iterator[Compared]:
    """A function written for this rule; a missing trait would raise."""
    yield Compared(
        "a lambda written by hand",
        None,
        lambda one: (
            one["plan"] == "pro"
            and one["seats"] >= 10
            and one["last_export"] > NOW - dt.timedelta(days=30)
            and one["country"] in ("GB", "IE", "US")
        ),
        PROFILES,
    )


def rule_engine() -> Iterator[Compared]:
    """With a typed context, which checks names."""
    import rule_engine as engine

    kinds = engine.DataType
    names = {"plan": kinds.STRING, "seats": kinds.FLOAT, "last_export": kinds.DATETIME,
             "country": kinds.STRING, "now": kinds.DATETIME}  # fmt: skip
    context = engine.Context(
        type_resolver=engine.type_resolver_from_dict(names), default_timezone="utc"
    )
    text = (
        'plan == "pro" and seats >= 10 and last_export > (now - t"P30D") '
        'and country in ["GB", "IE", "US"]'
    )
    rule = engine.Rule(text, context=context)
    parse = lambda: engine.Rule(text, context=context)  # noqa: E731 - a name for the call
    yield Compared("rule-engine", parse, rule.matches, WITH_NOW)


CEL: Final = (
    'plan == "pro" && seats >= 10 && last_export > now - duration("720h") '
    '&& country in ["GB", "IE", "US"]'
)


def cel_python() -> Iterator[Compared]:
    """With profiles turned into its own types beforehand."""
    import celpy
    from celpy import celtypes

    environment = celpy.Environment()
    program = environment.program(environment.compile(CEL))
    profiles = [
        {
            "plan": celtypes.StringType(one["plan"]),
            "seats": celtypes.IntType(one["seats"]),
            "country": celtypes.StringType(one["country"]),
            "last_export": celtypes.TimestampType(one["last_export"].isoformat()),
            "now": celtypes.TimestampType(NOW.isoformat()),
        }
        for one in PROFILES
    ]
    parse = lambda: environment.program(environment.compile(CEL))  # noqa: E731
    yield Compared("cel-python", parse, program.evaluate, profiles)


def cel_rust() -> Iterator[Compared]:
    """From a mapping, and from a context made beforehand."""
    import cel

    program = cel.compile(CEL)
    title = "common-expression-language (Rust)"
    parse = lambda: cel.compile(CEL)  # noqa: E731 - a name for the call
    yield Compared(f"{title}, mappings", parse, program.execute, WITH_NOW)
    contexts = [cel.Context(variables=one) for one in WITH_NOW]
    yield Compared(f"{title}, prepared", None, program.execute, contexts)


def cel_google() -> Iterator[Compared]:
    """From a mapping, and from an activation made beforehand; it checks types."""
    from cel_expr_python import cel

    kinds = cel.Type
    names = {"plan": kinds.STRING, "seats": kinds.INT, "country": kinds.STRING,
             "last_export": kinds.TIMESTAMP, "now": kinds.TIMESTAMP}  # fmt: skip
    environment = cel.NewEnv(variables=names)
    program = environment.compile(CEL)
    title = "cel-expr-python (Google's C++)"
    parse = lambda: environment.compile(CEL)  # noqa: E731 - a name for the call
    yield Compared(
        f"{title}, mappings", parse, lambda one: program.eval(data=one).value(), WITH_NOW
    )
    activations = [environment.Activation(one) for one in WITH_NOW]
    yield Compared(f"{title}, prepared", None, lambda one: program.eval(one).value(), activations)


def json_logic() -> Iterator[Compared]:
    """With times as numbers, since it has no dates; parsing is `json.loads`."""
    from json_logic import jsonLogic

    since = (NOW - dt.timedelta(days=30)).timestamp()
    rule = {
        "and": [
            {"==": [{"var": "plan"}, "pro"]},
            {">=": [{"var": "seats"}, 10]},
            {">": [{"var": "last_export"}, since]},
            {"in": [{"var": "country"}, list(COUNTRIES)]},
        ]
    }
    text = json.dumps(rule)
    profiles = [{**one, "last_export": one["last_export"].timestamp()} for one in PROFILES]
    yield Compared(
        "json-logic-qubit", lambda: json.loads(text), lambda one: jsonLogic(rule, one), profiles
    )


PEERS: Final = (by_hand, rule_engine, cel_python, cel_rust, cel_google, json_logic)
