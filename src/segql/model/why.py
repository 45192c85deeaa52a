"""A verdict with its evidence, as a value: why a rule holds for a profile, or does not (§6)."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from attrs import field, frozen

from segql.model.changes import Plan, change_to_dict, in_words, takes_back
from segql.model.instants import Instant, iso, local_text
from segql.model.values import Json

EVIDENCE: Final = 5
"""How many activities a verdict carries at most."""
WIDTH: Final = 80
"""How many columns the text takes."""

MARKS: Final = {True: "✓", False: "✗"}
_UTC: Final = ZoneInfo("UTC")


@frozen
class Evidence:
    """Something that was done and that a verdict rests on."""

    kind: str
    """`event`, or what was done with a survey: `seen`, `completed`, `dismissed`."""
    name: str | None
    """Of the event or the survey; None for any survey."""
    time: Instant
    place: int
    """The how-manieth of its kind and name, from 0, in order of time, then arrival."""
    source: str | None = None
    """What identifies it: the digest of its message in a store, its place in a document."""


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
    """What was found, in words; times are those of `zone`."""
    evidence: tuple[Evidence, ...] = ()
    """What was done, the latest first, at most `EVIDENCE`; `found` says how often in all."""
    parts: tuple[Why, ...] = ()
    plans: tuple[Plan, ...] = ()
    """What would flip the verdict, the cheapest first; each plan does by itself."""
    stuck: str = ""
    """Why there is no plan, in words, where they were asked for."""
    until: Instant | None = None
    """When time alone, nothing else happening, flips the verdict; None when it does not."""
    sure_until: Instant | None = None
    """How far the search for `until` went when it was given up."""
    zone: ZoneInfo = field(default=_UTC, repr=False)
    """The zone in which people read times."""

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
    if why.evidence:
        said["evidence"] = [_evidence_to_dict(one) for one in why.evidence]
    if why.plans:
        said["plans"] = [[change_to_dict(change) for change in plan] for plan in why.plans]
    if why.stuck:
        said["stuck"] = why.stuck
    if why.until is not None:
        said["until"] = iso(why.until)
    if why.sure_until is not None:
        said["sure_until"] = iso(why.sure_until)
    if why.parts:
        said["parts"] = [to_dict(part) for part in why.parts]
    return said


def _evidence_to_dict(one: Evidence) -> JsonWhy:
    said: JsonWhy = {"kind": one.kind, "name": one.name, "time": iso(one.time), "place": one.place}
    return said if one.source is None else {**said, "source": one.source}


def render(why: Why, *, width: int = WIDTH) -> str:
    """The tree as plain text of `width` columns: a mark, the condition, and what was found.

    ✗ all of these: 1 of 2
    ├─ ✓ trait.plan = "pro": it is "pro"
    └─ ✗ did "export" within 30d: never
       → needs 1 "export" event

    An arrow says what would flip a condition that stands in the way of the whole; `until` and
    `from` when time alone flips one.
    """
    return "\n".join(_lines(why, wanted=None if why.holds else True, width=width))


def outlook_lines(why: Why) -> Iterator[str]:
    """What would make the profile enter, or leave, and when time alone does; for below the tree."""
    verb, state = ("leave", "in") if why.holds else ("enter", "not in")
    plans = [plan for plan in why.plans if not takes_back(plan)] or list(why.plans[:1])
    for words in dict.fromkeys(map(in_words, plans[:2])):
        yield from _wrapped(f"to {verb}: {words}", "", "  ", WIDTH)
    if why.until is not None:
        yield f"{verb}s on {local_text(why.until, why.zone)} if nothing happens"
    elif why.sure_until is not None:
        last = local_text(why.sure_until, why.zone)
        yield f"{state} until {last} at least, if nothing happens"


def _lines(why: Why, *, wanted: bool | None, width: int) -> Iterator[str]:
    """The lines of a node. `wanted` is the verdict that would help the whole to flip, if any."""
    blamed = wanted is not None and wanted != why.holds
    yield from _wrapped(f"{MARKS[why.holds]} {_headline(why)}", "", "    ", width)
    if blamed and not why.parts:
        said = in_words(why.plans[0]) if why.plans else why.stuck
        if said:
            yield from _wrapped(f"→ {said}", "  ", "    ", width)
    inner = None
    if blamed:
        inner = why.holds if why.group in _TURNING else not why.holds
    for number, part in enumerate(why.parts):
        last = number == len(why.parts) - 1
        first, rest = ("└─ ", "   ") if last else ("├─ ", "│  ")
        for line_number, line in enumerate(_lines(part, wanted=inner, width=width - 3)):
            yield (rest if line_number else first) + line


_TURNING: Final = ("not", "none of")


def _wrapped(text: str, first: str, rest: str, width: int) -> list[str]:
    return wrap(
        text,
        max(width, 30),
        expand_tabs=False,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _headline(why: Why) -> str:
    if not why.group:
        said = f"{why.text}: {why.note}" if why.note else why.text
        if why.until is None or why.parts:
            return said
        return f"{said}; {'until' if why.holds else 'from'} {local_text(why.until, why.zone)}"
    if why.group == "not":
        return "not"
    held = sum(part.holds for part in why.parts)
    return f"{why.group} these: {held} of {len(why.parts)}"
