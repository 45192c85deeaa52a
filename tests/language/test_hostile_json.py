"""JSON that no rule can be is refused with a path, soon, and by nothing else than typed errors."""

from __future__ import annotations

from time import process_time
from typing import Any

import pytest

import segql
from segql.model.errors import SegqlError

HUGE = 10**5_000


def document(rule: object) -> dict[str, Any]:
    return {"lang": 1, "rule": rule}


def nested(levels: int) -> Any:
    rule: Any = {"constant": "everyone"}
    for _ in range(levels):
        rule = {"not": rule}
    return rule


def doubled(levels: int) -> Any:
    rule: Any = {"constant": "everyone"}
    for _ in range(levels):
        rule = {"and": [rule, rule]}
    return rule


CYCLE: dict[str, Any] = {"lang": 1}
CYCLE["rule"] = {"not": CYCLE}

HOSTILE: dict[str, Any] = {
    "a cycle": CYCLE,
    "100,000 levels": document(nested(100_000)),
    "shared parts, 2^40 in all": document(doubled(40)),
    "a huge number": document({"trait": ["x"], "test": {"=": HUGE}}),
    "a huge count": document({"did": "x", "count": {"at_least": HUGE}}),
    "a huge negative count": document({"did": "x", "count": {"at_least": -HUGE}}),
    "a huge version": {"lang": HUGE, "rule": {"constant": "everyone"}},
    "not a number": document({"trait": ["x"], "test": {"=": float("nan")}}),
    "half a character": document({"trait": ["\ud800"], "test": {"=": 1}}),
    "half a character as key": document({"\ud800": 1}),
    "bytes": document({"trait": [b"x"], "test": {"=": 1}}),
    "a set": document({"trait": {"x"}, "test": {"=": 1}}),
    "a key that is no text": document({1: 2}),
    "many conditions": document({"and": [{"constant": "everyone"}] * 199_000}),
    "many items": document({"trait": ["x"], "test": {"in": [1] * 100_000}}),
    "a long text": document({"trait": ["x"], "test": {"=": "a" * 10_000_000}}),
    "a long key": document({"x" * 1_000_000: 1}),
    "a list": [],
    "null": None,
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_hostile_json_is_refused_with_its_place(data: Any) -> None:
    start = process_time()
    with pytest.raises(SegqlError) as refusal:
        segql.from_dict(data)
    assert process_time() - start < 5
    assert "`$" in str(refusal.value)
