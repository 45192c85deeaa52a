"""The values of an operand for the profiles of a slice, by kind: a trait's, a field's, an answer's.

Values of accounts come for all accounts at once, as profiles of every range belong to them.
"""

from __future__ import annotations

from typing import assert_never

import numpy as np
from attrs import evolve

from segql.engines.sets.column import Column
from segql.engines.sets.fields import field_values, text_source
from segql.engines.sets.packing import Found, Kinds, unpacked
from segql.engines.sets.passing import known
from segql.engines.sets.scaled import MISSING, Array, Index
from segql.engines.sets.slices import Slice, Terms
from segql.engines.sets.sources import ACCOUNT, trait, values
from segql.model.errors import Refused
from segql.model.fields import TIME_FIELDS
from segql.model.instants import MIN_INSTANT
from segql.rules.rule import AccountTrait, Answer, Field, Operand, Property, Trait


def values_of(operand: Operand, slice_: Slice, terms: Terms) -> Kinds:
    """The elements of the operand's values by slot; times of §4 are dates and nothing else."""
    match operand:
        case Trait(path):
            return unpacked(slice_.column(trait(path)))
        case AccountTrait(path):
            numbers = slice_.packed(ACCOUNT).arrays["numbers"]
            return spread(terms.account_values[path], numbers.astype(np.int64))
        case Field(name):
            return _field(name, slice_, terms)
        case Answer():
            column, owners, places = newest_answers(operand, slice_, terms)
            to = np.full(column.owners, -1, np.intp)
            to[places] = owners
            return unpacked(column, to)
        case Property():
            raise Refused(
                "a bare property stands only inside `where`", code="property-outside-where"
            )
        case _:
            assert_never(operand)


def newest_answers(answer: Answer, slice_: Slice, terms: Terms) -> tuple[Column, Index, Index]:
    """All answers at the path; the owners who have one up to now, and the places of the newest."""
    activities, surveys, _ = slice_.responses()
    stream = activities.stream
    column = slice_.column(values("responses", answer.path))
    if not stream.size:
        return column, np.zeros(0, np.intp), np.zeros(0, np.intp)
    mask = known(column) & (surveys == terms.survey_ids.get(answer.survey, 0))
    inside = stream.inside(MIN_INSTANT, terms.moment.now + 1)
    places = np.flatnonzero(mask if inside is None else mask & inside)
    owners = stream.owner.take(places)
    newest = np.flatnonzero(np.diff(owners, append=-1))
    return column, owners[newest], places[newest]


def spread(kinds: Kinds, numbers: Index) -> Kinds:
    """The elements of owners by `numbers`, once for each place that an owner has in it."""
    return evolve(
        kinds,
        numbers=_spread(kinds.numbers, numbers),
        flags=_spread(kinds.flags, numbers),
        texts=_spread(kinds.texts, numbers),
        dates=_spread(kinds.dates, numbers),
        others=np.flatnonzero(np.isin(numbers, kinds.others)),
        empty=np.flatnonzero(np.isin(numbers, kinds.empty)),
    )


def _spread(found: Found, numbers: Index) -> Found:
    if not len(found.at):
        return found
    counts_by_owner = np.bincount(found.at, minlength=int(numbers.max(initial=0)) + 1)
    firsts = np.cumsum(counts_by_owner) - counts_by_owner
    counts = counts_by_owner.take(numbers)
    owners = np.repeat(np.arange(len(numbers)), counts)
    places = firsts.take(numbers).repeat(counts)
    if int(counts.max(initial=0)) > 1:
        places += np.arange(len(owners)) - np.repeat(np.cumsum(counts) - counts, counts)
    return Found(owners, found.values.take(places), found.place.take(places))


def _field(name: str, slice_: Slice, terms: Terms) -> Kinds:
    source = text_source(name)
    if source is not None:
        return unpacked(slice_.column(source))
    found = field_values(slice_, name, terms)
    there = np.flatnonzero(found != MISSING)
    if name in TIME_FIELDS:
        return Kinds(dates=Found.plain(there, found[there]))
    counts: Array = found[there].astype(np.float64)
    return Kinds(numbers=Found.plain(there, counts))
