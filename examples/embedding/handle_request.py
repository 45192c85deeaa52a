"""Evaluate rules in a request handler: which features does the person asking get?"""

from __future__ import annotations

from collections.abc import Mapping

import segql

FEATURES = {  # read once; a faulty rule stops the start, not a request
    "new editor": segql.parse('trait.plan in ("pro", "enterprise") or in sample 10% of "editor"'),
    "export tips": segql.parse('did "export" fewer than 3 times within 30d'),
}


def features(person: Mapping[str, object], now: str) -> list[str]:
    """The features of a person: a plain mapping, from your own database or the request."""
    profile = segql.Profile.of(person)  # read once, asked many times
    return [name for name, rule in FEATURES.items() if segql.matches(rule, profile, now=now)]


ann = {"id": "ann", "traits": {"plan": "pro"}}
bert = {"id": "bert", "events": [{"event": "export", "time": "2026-02-27"}] * 3}
print(features(ann, now="2026-03-01T12:00:00Z"))
print(features(bert, now="2026-03-01T12:00:00Z"))
