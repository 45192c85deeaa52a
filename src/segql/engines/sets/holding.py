"""A condition → the profiles of a slice for which it holds."""

from __future__ import annotations

from typing import assert_never

import numpy as np
from attrs import evolve

from segql.engines.sets.activities import Activities
from segql.engines.sets.behaviour import did, first_or_last
from segql.engines.sets.compares import compared
from segql.engines.sets.conditions import Condition
from segql.engines.sets.fields import field_passes
from segql.engines.sets.operands import newest_answers
from segql.engines.sets.passing import passing
from segql.engines.sets.scaled import Bools, Ints
from segql.engines.sets.sequences import follows
from segql.engines.sets.slices import Slice, Terms
from segql.engines.sets.sources import ACCOUNT, ACTIONS, changed_at, share_of, trait
from segql.model.errors import Refused
from segql.model.windows import bounds
from segql.rules.rule import (
    AccountTrait,
    Activity,
    Answer,
    ChangedIn,
    Compares,
    Did,
    Event,
    Field,
    Holds,
    InSample,
    InSegment,
    Nth,
    Property,
    Sequence,
    SurveyAction,
    Teammates,
    Trait,
)


def holding(condition: Condition, slice_: Slice, terms: Terms) -> Bools:
    """The slots of the slice for which `condition` holds; empty slots come out either way."""
    match condition:
        case Holds():
            found = _attribute(condition, slice_, terms)
        case Did():
            found = did(condition, activities_of(condition.activity, slice_, terms), terms.moment)
        case Nth():
            activities = activities_of(condition.activity, slice_, terms)
            found = first_or_last(condition, activities, terms.moment)
        case Sequence():
            found = follows(
                condition,
                lambda name: slice_.activities_of(terms.event_ids.get(name)),
                slice_.scope.slots,
                terms.moment,
            )
        case InSample(threshold, name):
            found = slice_.packed(share_of(name)).arrays["shares"].astype(np.int64) < threshold
        case InSegment(name):
            found = _listed(slice_, terms, name)
        case Compares():
            found = compared(condition, slice_, terms)
        case Teammates():
            numbers = slice_.packed(ACCOUNT).arrays["numbers"]
            found = terms.teammates[condition].take(numbers.astype(np.intp))
        case _:
            assert_never(condition)
    return slice_.fitted(found)


def _attribute(condition: Holds, slice_: Slice, terms: Terms) -> Bools:
    operand, test = condition.operand, condition.test
    match operand:
        case Trait(path) if isinstance(test, ChangedIn):
            times = Ints(slice_.packed(changed_at(path)))
            return times.between(*bounds(test.window, terms.moment))
        case Trait(path):
            return passing(slice_.column(trait(path)), test, terms.moment)
        case AccountTrait():
            numbers = slice_.packed(ACCOUNT).arrays["numbers"]
            return terms.accounts[condition].take(numbers.astype(np.intp))
        case Field(name):
            return field_passes(slice_, name, test, terms)
        case Answer():
            found = np.zeros(slice_.scope.slots, np.bool_)
            column, owners, places = newest_answers(operand, slice_, terms)
            found[owners] = passing(column, test, terms.moment)[places]
            return found
        case Property():
            raise Refused(
                "a bare property stands only inside `where`", code="property-outside-where"
            )
        case _:
            assert_never(operand)


def activities_of(activity: Activity, slice_: Slice, terms: Terms) -> Activities:
    """What the profiles of a slice did of one kind."""
    match activity:
        case Event(name):
            return slice_.activities_of(terms.event_ids.get(name))
        case SurveyAction(action, survey):
            activities, surveys, actions = slice_.responses()
            only = actions == ACTIONS.index(action)
            if survey is not None:
                only = only & (surveys == terms.survey_ids.get(survey, 0))
            return evolve(activities, only=only)
        case _:
            assert_never(activity)


def _listed(slice_: Slice, terms: Terms, name: str) -> Bools:
    """The members of a manual segment."""
    members, scope = terms.manual[name], slice_.scope
    found = np.zeros(scope.slots, np.bool_)
    if scope.ids is None:
        first, past = np.searchsorted(members, [scope.first, scope.first + scope.slots])
        found[members[first:past] - scope.first] = True
        return found
    return np.isin(scope.ids, members, assume_unique=True)
