"""How often a condition on behaviour says that something happened, at least and at most."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from attrs import evolve, frozen

from segql.model.windows import Window
from segql.rules.overlap import is_inside
from segql.rules.rule import Activity, Did, Event, Nth, Rule, Sequence, SurveyAction, Units

_EVER = Window()


@frozen
class Bound:
    """So many times or days, `least` or `most`, with `where` inside `window`."""

    side: Literal["least", "most"]
    measure: Literal["times", "days"]
    number: int
    activity: Activity
    where: Rule | None
    window: Window


def bounds_of(condition: Did | Nth | Sequence, *, holds: bool) -> Iterator[Bound]:
    """What follows when the condition holds, or does not."""
    match condition:
        case Did(units=None):
            yield from _of_did(condition) if holds else _of_no_did(condition)
        case Did(units=Units(accepted=accepted)) if holds and accepted.least > 0:
            bounds = _of_did(evolve(condition, window=_EVER))
            yield from (bound for bound in bounds if bound.side == "least")
        case Nth(which, activity, where, window) if holds:
            yield Bound("least", "times", 1, activity, where, window)
            beyond = Window(None, window.low) if which == "first" else Window(window.high, None)
            if (window.low if which == "first" else window.high) is not None:
                yield Bound("most", "times", 0, activity, where, beyond)
        case Sequence(steps, _, _, window) if holds:
            for index, step in enumerate(steps):
                span = _EVER if index else window
                yield Bound("least", "times", 1, Event(step.event), step.where, span)
        case _:
            pass


def _of_did(did: Did) -> Iterator[Bound]:
    about = did.activity, did.where, did.window
    times = did.times.least if did.times is not None else 0
    days = did.days.least if did.days is not None else 0
    if max(times, days) > 0:
        yield Bound("least", "times", max(times, days), *about)
        yield Bound("least", "days", max(days, 1), *about)
    if did.times is not None and did.times.most is not None:
        yield Bound("most", "times", did.times.most, *about)
        yield Bound("most", "days", did.times.most, *about)
    if did.days is not None and did.days.most is not None:
        yield Bound("most", "days", did.days.most, *about)


def _of_no_did(did: Did) -> Iterator[Bound]:
    """Of a negated condition with one clause that is open to the top: so often it was not."""
    if did.having is not None or (did.times is None) == (did.days is None):
        return
    accepted, measure = (did.times, "times") if did.days is None else (did.days, "days")
    if accepted is not None and accepted.most is None and accepted.least > 0:
        side: Literal["times", "days"] = "times" if measure == "times" else "days"
        yield Bound("most", side, accepted.least - 1, did.activity, did.where, did.window)


def is_reached(least: Bound, most: Bound) -> str | None:
    """Why `least` is more than `most` allows; None where both may be."""
    fits = (
        (least.side, most.side) == ("least", "most")
        and least.measure == most.measure
        and least.number > most.number
        and _covers(most.activity, least.activity)
        and (most.where is None or most.where == least.where)
        and is_inside(least.window, most.window)
    )
    if not fits:
        return None
    if most.number == 0:
        return "the one says that it happened, the other that it did not"
    return f"{least.number} {least.measure} at least are more than {most.number} at most"


def _covers(activity: Activity, inner: Activity) -> bool:
    match activity, inner:
        case SurveyAction(action, None), SurveyAction(same, _):
            return action == same
        case _:
            return activity == inner
