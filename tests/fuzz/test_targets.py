"""The fuzz targets over generated and mutated inputs, a little at every run and long as `slow`."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import segql
from fuzz.seeds import SEEDS
from fuzz.targets import NOW, TARGETS, answered
from segql.model.errors import SegqlError

BRIEFLY = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
LONG = settings(BRIEFLY, max_examples=8_000)

HUGE = 10**5_000
HUGE_NUMBERS = st.sampled_from((400, 4_000, 5_000)).map(lambda digits: 10**digits)
KEYS_OF_ANY_KIND = st.one_of(st.text(max_size=4), st.integers(), HUGE_NUMBERS, st.booleans())
LEAVES = st.one_of(
    st.none(), st.booleans(), st.text(st.characters(codec=None), max_size=8), st.floats(),
    st.integers(), HUGE_NUMBERS, st.sampled_from(
        ("2026-02-01", "2026-02-28T10:00:00Z", b"x", {1}, "pro", "export")
    ),
)  # fmt: skip
NAMES = st.sampled_from(
    ("a", "b", "plan", "x_at", "tags", "traits", "event", "time", "properties", "")
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(NAMES | KEYS_OF_ANY_KIND, inner, max_size=4)
    ),
    max_leaves=12,
)
KEYS = st.sampled_from(
    ("id", "email", "traits", "account", "events", "surveys", "segments", "changed", "teammates",
     "first_seen", "last_seen")
)  # fmt: skip


@cache
def seeds(target: str) -> list[bytes]:
    return sorted(set(SEEDS[target]()))


@st.composite
def mutated(draw: st.DrawFn, target: str) -> bytes:
    """A seed with up to three of its pieces cut out, doubled, or exchanged for another one's."""
    data = draw(st.sampled_from(seeds(target)))
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(data)))
        end = draw(st.integers(start, min(start + 20, len(data))))
        other = draw(st.sampled_from(seeds(target)))
        at = draw(st.integers(0, len(other)))
        piece = draw(
            st.sampled_from((b"", data[start:end] * 2, other[at : at + 20])) | st.binary(max_size=4)
        )
        data = data[:start] + piece + data[end:]
    return data


@pytest.mark.parametrize("target", TARGETS)
@BRIEFLY
@given(data=st.data())
def test_a_target_takes_mutated_seeds(target: str, data: st.DataObject) -> None:
    TARGETS[target](data.draw(mutated(target)))


@pytest.mark.slow
@pytest.mark.parametrize("target", TARGETS)
@LONG
@given(data=st.data())
def test_a_target_takes_very_many_mutated_seeds(target: str, data: st.DataObject) -> None:
    TARGETS[target](data.draw(mutated(target)))


@pytest.mark.parametrize("target", TARGETS)
def test_a_target_takes_its_seeds(target: str) -> None:
    for seed in seeds(target)[::7]:
        TARGETS[target](seed)


RULES = st.sampled_from(sorted({seed.partition(b"\n---\n")[0] for seed in SEEDS["matches"]()}))


@BRIEFLY
@given(RULES, st.dictionaries(KEYS, VALUES, max_size=5) | VALUES)
def test_any_python_value_as_a_profile_is_answered_or_refused(rule: bytes, profile: Any) -> None:
    answered(rule.decode(), profile)


@pytest.mark.slow
@LONG
@given(RULES, st.dictionaries(KEYS, VALUES, max_size=5) | VALUES)
def test_very_many_python_values_are_answered_or_refused(rule: bytes, profile: Any) -> None:
    answered(rule.decode(), profile)


@BRIEFLY
@given(VALUES)
def test_any_python_value_as_a_json_form_is_a_rule_or_refused(value: Any) -> None:
    for document in (value, {"lang": 1, "rule": value}, {"lang": 1, "segments": [value]}):
        for read in (segql.from_dict, segql.file_from_dict):
            try:
                read(document)
            except SegqlError as refusal:
                assert str(refusal)


def _deep(levels: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for _ in range(levels):
        found = {"a": found}
    return found


CYCLE: dict[str, Any] = {}
CYCLE["a"] = CYCLE
LOOP: list[Any] = []
LOOP.append(LOOP)
TIMES = {"event": "x", "time": HUGE}
HOSTILE: dict[str, tuple[str, Any]] = {
    "an object in itself": ("trait.a.a is known", {"traits": CYCLE}),
    "a list in itself": ("trait.a is empty", {"traits": {"a": LOOP}}),
    "a time in itself": ("trait.a changed within 3d", {"changed": CYCLE}),
    "a property in itself": ('did "x" where a = 1', {"events": [TIMES | {"properties": CYCLE}]}),
    "50,000 levels": ("trait.a.a is known", {"traits": _deep(50_000)}),
    "a time of 5,000 digits": ('did "x"', {"events": [TIMES]}),
    "a trait of 5,000 digits": ("trait.x > 1", {"traits": {"x": HUGE}}),
    "a key of 5,000 digits": ("trait.x > 1", {"traits": {HUGE: 1}}),
    "a key of a profile that is no text": ("everyone", {HUGE: 1}),
    "bytes": ('trait.x = "a"', {"traits": {"x": b"a"}}),
    "an instant past the last": ("everyone", {"first_seen": "9999-12-31T23:59:59-14:00"}),
    "no object": ("everyone", ["everyone"]),
}  # fmt: skip


@pytest.mark.parametrize(("rule", "profile"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_profile_is_refused(rule: str, profile: Any) -> None:
    with pytest.raises(SegqlError) as refusal:
        segql.matches(rule, profile, now=NOW)
    assert len(str(refusal.value)) < 400


def test_a_number_beyond_doubles_counts_as_missing() -> None:
    profile = json.loads('{"traits": {"x": 1e999, "y": 1' + "0" * 400 + "}}")
    assert (
        answered("trait.x is unknown and trait.y is unknown and not trait.y > 1", profile) is True
    )
