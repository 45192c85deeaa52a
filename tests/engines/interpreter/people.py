"""Hypothesis strategies for profile documents that meet the rules of `POOLS` often enough."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from language.strategies import Pools
from segql.model.durations import Duration
from segql.model.instants import iso

NOW = 1_772_366_400_000
"""2026-03-01T12:00:00Z."""
DAY = 86_400_000

POOLS = Pools(
    traits=(("plan",), ("seats",), ("renews_at",), ("company", "size")),
    account_traits=(("plan",), ("seats",)),
    events=("export", "signup"),
    surveys=("nps", "csat"),
    questions=(("score",), ("paid_at",)),
    properties=(("amount",), ("format",), ("paid_at",)),
    segments=("new", "lapsed"),
    samples=("q3",),
    texts=("pro", "Pro", "", "straße", "STRASSE", "2026-02-28"),
    numbers=(0.0, 1.0, 2.0, 9.0, 10.0),
    patterns=("^p", "o$", "s+"),
    exact_lengths=(Duration(12, "h"), Duration(1, "d"), Duration(2, "d"), Duration(30, "d")),
    calendar_lengths=(Duration(1, "mo"),),
    days=(date(2026, 2, 27), date(2026, 2, 28), date(2026, 3, 1)),
    instants=(NOW, NOW - DAY, NOW + DAY),
)

_EDGES = (0, -DAY, -2 * DAY, -30 * DAY, DAY, -DAY // 2, -3 * DAY // 2, -5 * DAY // 2)


def times() -> SearchStrategy[int]:
    """Instants at the edges of the pools' windows, or a millisecond beside them."""
    edges = st.sampled_from(_EDGES)
    return st.builds(lambda edge, ms: NOW + edge + ms, edges, st.sampled_from((-1, 0, 0, 1)))


def values() -> SearchStrategy[Any]:
    """Scalars, lists and objects of every kind."""
    scalars = st.one_of(
        st.sampled_from(POOLS.texts),
        st.sampled_from((0, 1, 2, 9, 10, 9.5, 1e308, 2**53 + 1, float("nan"), float("inf"))),
        st.booleans(),
        st.none(),
        times().map(iso),
        times(),
    )
    odd = st.sampled_from(([1], {"size": 2}))
    objects = st.fixed_dictionaries({}, optional={"size": scalars})
    return st.one_of(scalars, scalars, st.lists(scalars | odd, max_size=3), objects)


def _values_of(*keys: str) -> SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional={key: values() for key in keys})


def documents() -> SearchStrategy[dict[str, Any]]:
    """Whole profile documents."""
    traits = _values_of("plan", "seats", "renews_at", "company", "email")
    event = st.fixed_dictionaries(
        {"event": st.sampled_from(POOLS.events), "time": times()},
        optional={"properties": _values_of("amount", "format", "paid_at")},
    )
    actions = st.sampled_from(("seen", "completed", "completed", "dismissed", "partial"))
    response = st.fixed_dictionaries(
        {"survey": st.sampled_from(POOLS.surveys), "action": actions, "time": times()},
        optional={"answers": _values_of("score", "paid_at")},
    )
    account = st.fixed_dictionaries(
        {}, optional={"id": st.sampled_from(("acme", "beta")), "traits": traits}
    )
    return st.fixed_dictionaries(
        {"events": st.lists(event, max_size=6), "surveys": st.lists(response, max_size=4)},
        optional={
            "id": st.sampled_from(("u1", "u2", "u3")),
            "email": st.sampled_from(POOLS.texts),
            "traits": traits,
            "account": account,
            "segments": st.lists(st.sampled_from(POOLS.segments), max_size=2),
            "first_seen": times(),
            "last_seen": times(),
        },
    )
