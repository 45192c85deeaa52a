"""A verdict with its evidence, as a value: why a rule holds for a profile, or does not (§6)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TypeAlias

from attrs import frozen

from segql.model.instants import Instant, iso
from segql.model.values import Json

EVIDENCE: Final = 5
"""How many times of events a verdict carries at most."""

MARKS: Final = {True: "✓", False: "✗"}


@frozen
class Why:
    """The verdict of one node of a rule as written, and of the nodes inside it."""

    text: str
    """The node as written, on one line."""
    holds: bool
    group: str = ""
    """How the verdict follows from the parts: `all of`, `not`, `at least 2 of`; "" otherwise."""
    missing: bool = False
    """There was no value to look at, which makes every test false and every negated one true."""
    found: Json = None
    """The value found, or the number of activities that fit."""
    note: str = ""
    """What was found, in words."""
    times: tuple[Instant, ...] = ()
    """When it was done, the latest first, at most `EVIDENCE`; `found` says how often in all."""
    parts: tuple[Why, ...] = ()

    def __str__(self) -> str:
        """The tree in plain text, as `render` writes it."""
        return render(self)


JsonWhy: TypeAlias = dict[str, Json]


def to_dict(why: Why) -> JsonWhy:
    """The tree as JSON: `rule`, `holds`, and of the rest what there is; times as ISO 8601."""
    said: JsonWhy = {"rule": why.text, "holds": why.holds}
    if why.group:
        said["group"] = why.group
    if why.missing:
        said["missing"] = True
    if why.found is not None:
        said["found"] = why.found
    if why.note:
        said["note"] = why.note
    if why.times:
        said["times"] = [iso(time) for time in why.times]
    if why.parts:
        said["parts"] = [to_dict(part) for part in why.parts]
    return said


def render(why: Why) -> str:
    """The tree as lines of plain text: a mark, the condition, and what was found.

    ✗ all of these: 1 of 2
    ├─ ✓ trait.plan = "pro": it is "pro"
    └─ ✗ did "export" within 30d: never
    """
    return "\n".join(_lines(why))


def _lines(why: Why) -> Iterator[str]:
    yield f"{MARKS[why.holds]} {_headline(why)}"
    for part in why.parts:
        first, rest = ("└─ ", "   ") if part is why.parts[-1] else ("├─ ", "│  ")
        for number, line in enumerate(_lines(part)):
            yield (rest if number else first) + line


def _headline(why: Why) -> str:
    if not why.group:
        return f"{why.text}: {why.note}" if why.note else why.text
    if why.group == "not":
        return "not"
    held = sum(part.holds for part in why.parts)
    return f"{why.group} these: {held} of {len(why.parts)}"
