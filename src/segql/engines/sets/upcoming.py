"""Which profiles time alone may move into segments, or out of them, and when at first."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Final

import numpy as np

from segql.engines.sets.accounts import account_slices
from segql.engines.sets.course import Course
from segql.engines.sets.crossed import Crossed, Span, account_dates, crossed, firsts
from segql.engines.sets.evaluate import prepare_for, reader_of
from segql.engines.sets.job import Job
from segql.engines.sets.parts import PART_SLOTS, STALE_SHARE
from segql.engines.sets.scaled import Whole
from segql.engines.sets.slices import Slice
from segql.engines.sets.sources import account_trait
from segql.model.instants import Instant, Moment
from segql.rules.rule import AccountTrait, Holds, InSegment, Rule, Teammates
from segql.rules.shape import children
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


def upcoming(
    path: Path,
    catalog: Mapping[str, Rule],
    *,
    names: Collection[str],
    moment: Moment,
    until: Instant,
    followed: bool = False,
    persist: bool = True,
) -> dict[str, Crossed]:
    """For each of the segments `names`: internal ids of profiles, ascending, each with an instant.

    The instant is the first after now, up to and with `until`, at which time alone may change
    whether the rule holds for the profile. Segments that a rule refers to count as constant, unless
    they are `followed`. Snapshots are kept as `evaluate` keeps them.
    """
    job = Job(catalog, tuple(names), moment, {}, PART_SLOTS, STALE_SHARE, Course(None, None))
    span = Span(moment.now, until, moment.zone)
    with reader_of(path) as reader:
        if persist:
            prepare_for(job, path, reader)
        with reading(reader):
            search = _Search(job, reader, span, followed=followed)
            return {name: firsts(search.of(catalog[name], frozenset((name,)))) for name in names}


class _Search:
    """What is found of conditions, each looked at once."""

    def __init__(self, job: Job, reader: Connection, span: Span, *, followed: bool) -> None:
        self.job = job
        self.reader = reader
        self.span = span
        self.followed = followed
        self.terms = job.terms(reader)
        self._found: dict[Rule, Crossed] = {}
        self._slices: list[tuple[Slice, Whole]] | None = None

    def of(self, rule: Rule, inside: frozenset[str]) -> Iterator[Crossed]:
        """Profiles, by internal id, for which a part of `rule` may change."""
        match rule:
            case InSegment(name):
                if self.followed and name in self.job.catalog and name not in inside:
                    yield from self.of(self.job.catalog[name], inside | {name})
            case Teammates(_, part):
                yield self._spread(firsts(self.of(part, inside)), _MATES, "profiles")
            case Holds(AccountTrait()):
                yield self._spread(self._of_accounts(rule), _OF_ACCOUNTS, "accounts")
            case _ if not children(rule):
                yield self._of_condition(rule)
            case _:
                for part in children(rule):
                    yield from self.of(part, inside)

    def _of_condition(self, condition: Rule) -> Crossed:
        if condition not in self._found:
            self._found[condition] = firsts(self._through_ranges(condition))
        return self._found[condition]

    def _through_ranges(self, condition: Rule) -> Iterator[Crossed]:
        for slice_, ids in self._every_slice():
            for slots, at in crossed(condition, slice_, self.terms, self.span):
                found = ids[slots]
                yield found[found >= 0], at[found >= 0]

    def _every_slice(self) -> list[tuple[Slice, Whole]]:
        """Every profile once: slices with the id in each slot, -1 for one that is elsewhere."""
        if self._slices is None:
            kept = self.job.of_profiles(self.reader, self.terms)
            self._slices = list(account_slices(self.reader, kept))
        return self._slices

    def _of_accounts(self, condition: Holds) -> Crossed:
        kept = self.job.of_accounts(self.reader)
        operand = condition.operand
        assert isinstance(operand, AccountTrait)
        found = []
        for slice_, ids in account_slices(self.reader, kept):
            column = slice_.column(account_trait(operand.path))
            for slots, at in account_dates(condition.test, column, self.span):
                who = ids[slots]
                found.append((who[who >= 0], at[who >= 0]))
        return firsts(found)

    def _spread(self, found: Crossed, question: str, what: str) -> Crossed:
        """From profiles to all of their accounts, or from accounts to their profiles."""
        owners, at = found
        if not len(owners):
            return found
        rows = self.reader.execute(question, {what: json.dumps(owners.tolist())}).fetchall()
        table = np.array(rows, np.int64).reshape(-1, 2)
        return table[:, 1], at[table[:, 0]]
