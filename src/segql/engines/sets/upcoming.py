"""Which profiles time alone will move into segments, or out of them, and when."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from segql.engines.sets.accounts import account_slices
from segql.engines.sets.course import Course
from segql.engines.sets.crossed import Crossed, Span, account_dates, firsts
from segql.engines.sets.evaluate import prepare_for, reader_of
from segql.engines.sets.foreseen import NOBODY, Foreseen
from segql.engines.sets.foresight import Foresight, is_own
from segql.engines.sets.job import Job
from segql.engines.sets.parts import PART_SLOTS, STALE_SHARE
from segql.engines.sets.prepare import changed
from segql.engines.sets.scaled import Whole
from segql.engines.sets.sources import account_trait
from segql.model.instants import Instant, Moment
from segql.rules.rule import AccountTrait, Holds, InSegment, Rule, Teammates
from segql.rules.shape import children, walk
from segql.store.driver import Connection, reading

_MATES: Final = """
    select wanted.key, mates.id
      from json_each(:profiles) as wanted
     cross join profiles
        on profiles.id = wanted.value
      join profiles as mates
        on mates.account = profiles.account
"""
_OF_ACCOUNTS: Final = """
    select wanted.key, profiles.id
      from json_each(:accounts) as wanted
     cross join profiles
        on profiles.account = wanted.value
"""

ASK: Final = -1
"""Instead of a verdict: the profile must be asked, then and from then on."""


class Edges(NamedTuple):
    """Internal ids of profiles, each at an instant with 1 where it enters, 0 where it leaves.

    `ASK` where that is not foreseen; then there is one edge of the profile, before which nothing
    changes. In no order.
    """

    ids: Whole
    at: Whole
    holds: NDArray[np.int8]


@frozen(eq=False)
class Upcoming:
    """What is ahead of segments, by name, if no profile changes after the number `changed`."""

    changed: int
    edges: Mapping[str, Edges]

    def rows(self, numbers: Mapping[str, int]) -> list[tuple[Instant, int, int, int | None]]:
        """The edges of segments, by name with their numbers, in order.

        The instant, the number, the profile, and 1 where it enters, 0 where it leaves, or None.
        """
        every = [self.edges[name] for name in numbers]
        lengths = [len(edges.ids) for edges in every]
        segments = np.repeat(np.fromiter(numbers.values(), np.int64), lengths)
        ids, at, holds = _together(every)
        order = np.lexsort((segments, ids, at))
        columns = (column[order].tolist() for column in (at, segments, ids, holds))
        return [
            (instant, number, profile, None if known == ASK else known)
            for instant, number, profile, known in zip(*columns, strict=True)
        ]

    def firsts(self, name: str) -> Crossed:
        """The profiles, ascending, that time may move, each with the first instant."""
        ids, at, _ = self.edges[name]
        return firsts([(ids, at)])


def upcoming(
    path: Path,
    catalog: Mapping[str, Rule],
    *,
    names: Collection[str],
    moment: Moment,
    until: Instant,
    followed: bool = False,
    persist: bool = True,
) -> Upcoming:
    """What time alone does to each of the segments `names` after now, up to and with `until`.

    Of a rule that looks at the profile alone, that is exact. Of others it is the first instant at
    which a part of it may change; segments that a rule refers to count as constant, unless they are
    `followed`. Snapshots are kept as `evaluate` keeps them.
    """
    job = Job(catalog, tuple(names), moment, {}, PART_SLOTS, STALE_SHARE, Course(None, None))
    span = Span(moment.now, until, moment.zone)
    with reader_of(path) as reader:
        if persist:
            prepare_for(job, path, reader)
        with reading(reader):
            search = _Search(job, reader, span, followed=followed)
            return Upcoming(changed(reader), search.found())


class _Search:
    """What is found range by range, so that one of them is in memory at a time."""

    def __init__(self, job: Job, reader: Connection, span: Span, *, followed: bool) -> None:
        self.job = job
        self.reader = reader
        self.span = span
        self.followed = followed

    def found(self) -> dict[str, Edges]:
        terms = self.job.terms(self.reader)
        every: dict[str, list[Edges]] = {name: [] for name in self.job.names}
        others: dict[str, list[Crossed]] = {name: [] for name in self.job.names}
        for slice_, ids in account_slices(self.reader, self.job.of_profiles(self.reader, terms)):
            foresight = Foresight(slice_, terms, self.span)
            for name in self.job.names:
                rule = self.job.catalog[name]
                if is_own(rule):
                    every[name].append(_edges(foresight.of_rule(rule), ids))
                else:
                    asked = _Asked(self, foresight, ids)
                    others[name] += asked.of(rule, frozenset((name,)))
        for name, crossings in others.items():
            crossings += self._of_accounts(self.job.catalog[name], frozenset((name,)))
            every[name].append(_asking(firsts(crossings)))
        return {name: _together(edges) for name, edges in every.items()}

    def followed_rule(self, name: str, inside: frozenset[str]) -> Rule | None:
        """The rule of a segment that is looked into."""
        if not self.followed or name in inside:
            return None
        return self.job.catalog.get(name)

    def _of_accounts(self, rule: Rule, inside: frozenset[str]) -> Iterator[Crossed]:
        """Profiles for whose account a part of `rule` may change."""
        for part in walk(rule):
            match part:
                case Holds(AccountTrait()):
                    yield self.spread(self._accounts(part), _OF_ACCOUNTS, "accounts")
                case InSegment(name):
                    if (other := self.followed_rule(name, inside)) is not None:
                        yield from self._of_accounts(other, inside | {name})
                case _:
                    pass

    def _accounts(self, condition: Holds) -> Crossed:
        operand = condition.operand
        assert isinstance(operand, AccountTrait)
        found = []
        for slice_, ids in account_slices(self.reader, self.job.of_accounts(self.reader)):
            column = slice_.column(account_trait(operand.path))
            for slots, at in account_dates(condition.test, column, self.span):
                found.append(_living(ids, slots, at))
        return firsts(found)

    def spread(self, found: Crossed, question: str, what: str) -> Crossed:
        """From profiles to all of their accounts, or from accounts to their profiles."""
        owners, at = found
        if not len(owners):
            return found
        rows = self.reader.execute(question, {what: json.dumps(owners.tolist())}).fetchall()
        table = np.array(rows, np.int64).reshape(-1, 2)
        return table[:, 1], at[table[:, 0]]


@frozen
class _Asked:
    """Profiles of a range, by internal id, for which a part of a rule may change, and when."""

    search: _Search
    foresight: Foresight
    ids: Whole

    def of(self, rule: Rule, inside: frozenset[str]) -> Iterator[Crossed]:
        match rule:
            case InSegment(name):
                other = self.search.followed_rule(name, inside)
                if other is not None:
                    yield from self.of(other, inside | {name})
            case Teammates(_, part):
                yield self.search.spread(firsts(self.of(part, inside)), _MATES, "profiles")
            case Holds(AccountTrait()):
                pass
            case _ if not children(rule):
                yield _living(self.ids, *self.foresight.of_condition(rule).firsts)
            case _:
                for part in children(rule):
                    yield from self.of(part, inside)


def _living(ids: Whole, slots: Whole, at: Whole) -> Crossed:
    """Those of the slots that are not elsewhere, by id."""
    found = ids[slots]
    return found[found >= 0], at[found >= 0]


def _edges(foreseen: Foreseen, ids: Whole) -> Edges:
    found = ids[foreseen.slots]
    here = found >= 0
    exact = Edges(found[here], foreseen.at[here], foreseen.holds[here].astype(np.int8))
    return _together([exact, _asking(_living(ids, *foreseen.doubts))])


def _asking(found: Crossed) -> Edges:
    ids, at = found
    return Edges(ids, at, np.full(len(ids), ASK, np.int8))


def _together(every: Iterable[Edges]) -> Edges:
    parts = [*every, _asking(NOBODY)]
    return Edges(
        np.concatenate([part.ids for part in parts]),
        np.concatenate([part.at for part in parts]),
        np.concatenate([part.holds for part in parts]),
    )
