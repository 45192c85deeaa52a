"""Show why somebody is in a segment, or not."""

from __future__ import annotations

import segql
from segql import Why

RULE = 'trait.plan = "pro" and (did "export" at least 3 times within 30d or trait.seats >= 10)'
ann = {
    "traits": {"plan": "pro"},
    "events": [
        {"event": "export", "time": "2026-02-20T09:00:00Z"},
        {"event": "export", "time": "2026-02-27T16:30:00Z"},
    ],
}


def missing(why: Why) -> list[str]:
    """The conditions that do not hold, for a list of things to do."""
    if not why.parts:
        return [] if why.holds else [why.text]
    return [text for part in why.parts for text in missing(part)]


why = segql.explain(RULE, ann, now="2026-03-01T12:00:00Z")
print(why)
print(missing(why))
