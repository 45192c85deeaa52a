"""Calls for generated histories: few names and round times, so that they meet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import evolve
from hypothesis import strategies as st

from membership.rules import DAY, HOUR
from segql.model import calls
from segql.model.instants import iso

people = st.sampled_from(["ann", "bob", "cleo", "dan"])
_dates = st.sampled_from([-3 * HOUR, -HOUR, HOUR - 1, 2 * HOUR, DAY, 2 * DAY]).map(
    lambda ahead: f"@{ahead}"
)
traits = st.dictionaries(
    st.sampled_from(["plan", "tags", "email"]),
    st.sampled_from([None, "pro", "free", "a@x.ch", [], ["vip"], 1]),
    max_size=2,
) | st.dictionaries(st.just("ends"), st.none() | _dates, max_size=1)
account_traits = st.fixed_dictionaries(
    {}, optional={"size": st.sampled_from([None, 5, 10, 20]), "renews": st.none() | _dates}
)
accounts = st.sampled_from(["acme", "beta"])
ago = st.sampled_from(
    [None, 0, 1, HOUR - 1, HOUR, 2 * HOUR, 5 * HOUR, DAY, -1, -HOUR, -20 * HOUR, -3 * DAY]
)
waits = st.sampled_from(
    [0, 0, 1, HOUR - 1, HOUR, 2 * HOUR, 3 * HOUR, 11 * HOUR, 2 * DAY, 40 * DAY, -1, -HOUR]
)
"""How long nobody says anything; clocks step back at times."""
identifies: st.SearchStrategy[Any] = st.builds(
    lambda who, own, account, theirs: calls.Identify(
        who, own, account=account, account_traits=theirs if account else {}
    ),
    people,
    traits,
    st.none() | accounts,
    account_traits,
)
tracks: st.SearchStrategy[Any] = st.builds(
    lambda who, event, amount, back, message: calls.Track(
        who, event, {"amount": amount}, time=back, message_id=message
    ),
    people,
    st.sampled_from(["buy", "export", "buy", "export", ""]),
    st.sampled_from([0, 2]),
    ago,
    st.none() | st.sampled_from(["m1", "m2", "m3"]),
)
surveys: st.SearchStrategy[Any] = st.builds(
    lambda who, action, score, back, own: calls.Survey(
        who, "nps", action, {"score": score}, time=back, response_id=own
    ),
    people,
    st.sampled_from(["seen", "completed", "dismissed", "partial", "praised"]),
    st.sampled_from([3, 9, None]),
    ago,
    st.none() | st.sampled_from(["r1", "r2"]),
)
imported = st.lists(
    st.builds(
        lambda who, event, amount, back, message: calls.Track(
            who, event, {"amount": amount}, time=back, message_id=message
        ),
        people,
        st.sampled_from(["buy", "export"]),
        st.sampled_from([0, 2]),
        ago.filter(lambda back: back is not None),
        st.sampled_from(["i1", "i2", "i3", "i4"]),
    ),
    min_size=1,
    max_size=3,
)
batches = st.lists(
    st.one_of(
        identifies,
        tracks,
        tracks,
        surveys,
        st.builds(calls.SetAccount, accounts, account_traits),
        st.builds(calls.Merge, people, people),
        st.builds(calls.Delete, people),
    ),
    min_size=1,
    max_size=5,
)


def at(call: Any, now: int) -> Any:
    """The call with the times and dates that it gives as so far from now."""
    match call:
        case calls.Track() | calls.Survey() if call.time is not None:
            return evolve(call, time=now - int(call.time))  # type: ignore[arg-type] # drawn so
        case calls.Identify():
            own, theirs = _dated(call.traits, now), _dated(call.account_traits, now)
            return evolve(call, traits=own, account_traits=theirs)
        case calls.SetAccount():
            return evolve(call, traits=_dated(call.traits, now))
        case _:
            return call


def _dated(values: Mapping[str, Any], now: int) -> dict[str, Any]:
    return {
        key: iso(now + int(value[1:])) if isinstance(value, str) and value[0] == "@" else value
        for key, value in values.items()
    }


def named(call: Any) -> tuple[str, ...]:
    """The profiles that a call names."""
    match call:
        case calls.SetAccount():
            return ()
        case calls.Merge(absorbed, who):
            return absorbed, who
        case _:
            return (call.profile,)
