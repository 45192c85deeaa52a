"""What an edit would do to members, before it is made: who enters and leaves, and by what."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, Literal, TypeAlias

from attrs import field, frozen

from segql.app.differences import differences
from segql.app.project import Project
from segql.app.segments import Change
from segql.engines.explanation.explain import explain
from segql.engines.interpreter.holds import compile_rule
from segql.language import syntax
from segql.membership.catalog import Catalog
from segql.model.instants import Instant, Moment
from segql.model.why import Why
from segql.rules import rule as core
from segql.store import members, profiles
from segql.store.driver import Connection
from segql.store.facts import StoredFacts, facts_of

SAMPLE: Final = 3
"""Profiles that are named on each side."""

InSegment: TypeAlias = Callable[[StoredFacts, str], bool]


@frozen
class Reasoned:
    """A profile that would enter or leave, and the conditions that make the difference."""

    profile: str
    before: tuple[Why, ...] = ()
    """Of those that decide now, the ones that say something else afterwards, or are gone."""
    after: tuple[Why, ...] = ()
    """Of those that decide afterwards, the ones that say something else now, or are new."""


@frozen
class Flipping:
    """How many would enter, or leave, and the first of them."""

    n: int
    sample: tuple[Reasoned, ...] = ()


@frozen
class Effect:
    """What an edit would do to the members of one segment."""

    name: str
    action: Literal["create", "change", "archive", "follow"]
    """`follow` where only segments that it reads are edited."""
    entering: Flipping
    leaving: Flipping
    staying: int


def effects(
    project: Project, changes: Sequence[Change], *, now: Instant, sample: int = SAMPLE
) -> tuple[Effect, ...]:
    """What `changes` would do to members, dependants too, in order of dependency.

    Everybody is evaluated at `now`, or at the project's clock where that is later, and held against
    the stored members; nothing is stored but derived columns. Segments whose members cannot change
    are left out.
    """
    found = differences(project, changes, now=now)
    edits = [one for one in changes if one.evaluate or one.action == "archive"]
    actions = {change.name: _action(change) for change in edits}
    reasons = _Reasons.of_changes(project, changes, found.moment, found.rules)
    return tuple(
        Effect(
            name,
            actions.get(name, "follow"),
            Flipping(len(one.entering), reasons.of(name, one.entering[:sample].tolist())),
            Flipping(len(one.leaving), reasons.of(name, one.leaving[:sample].tolist())),
            one.staying,
        )
        for name, one in found.by_name.items()
    )


def _action(change: Change) -> Literal["create", "change", "archive"]:
    if change.action == "archive":
        return "archive"
    return "create" if change.stored is None else "change"


@frozen(eq=False)
class _Reasons:
    """Why profiles would flip: their rule before and after, each with its own segments."""

    connection: Connection
    catalog: Catalog
    moment: Moment
    rules: Mapping[str, core.Rule]
    """As they would be."""
    before: Mapping[str, syntax.Rule]
    after: Mapping[str, syntax.Rule]
    _verdicts: dict[tuple[int, str], bool] = field(factory=dict)

    @classmethod
    def of_changes(
        cls,
        project: Project,
        changes: Iterable[Change],
        moment: Moment,
        rules: Mapping[str, core.Rule],
    ) -> _Reasons:
        """The reasons of `changes`, with the rules that they lead to."""
        catalog = project.catalog()
        before = {name: one.written.rule for name, one in catalog.entries.items() if one.written}
        edited = {one.name: one.written.segment.rule for one in changes if one.written is not None}
        archived = {one.name for one in changes if one.action == "archive"}
        after = {name: one for name, one in (before | edited).items() if name not in archived}
        return cls(project.connection, catalog, moment, rules, before, after)

    def of(self, name: str, ids: Sequence[int]) -> tuple[Reasoned, ...]:
        """The profiles `ids` with what makes the difference for each."""
        if name not in self.after:  # it is archived: nobody needs a reason to leave
            return ()
        named = profiles.externals(self.connection, ids)
        return tuple(self._of_one(name, one, named[one]) for one in ids if one in named)

    def _of_one(self, name: str, profile: int, external: str) -> Reasoned:
        after = self._why(self.after[name], profile, self._would_be_in)
        before = self.before.get(name)
        if after is None or before is None:
            return Reasoned(external, (), tuple(deciding(after)) if after is not None else ())
        was = self._why(before, profile, self._is_in)
        assert was is not None, "it has facts"
        gone, new = _only_in(was, after), _only_in(after, was)
        return Reasoned(external, gone, new if gone or new else tuple(deciding(after)))

    def _why(self, rule: syntax.Rule, profile: int, in_segment: InSegment) -> Why | None:
        facts = facts_of(self.connection, profile, in_segment=in_segment)
        return None if facts is None else explain(rule, facts, self.moment, flips=False)

    def _is_in(self, facts: StoredFacts, name: str) -> bool:
        entry = self.catalog.entry(name)
        return members.is_member(self.connection, entry.stored.id, facts.profile)

    def _would_be_in(self, facts: StoredFacts, name: str) -> bool:
        rule = self.rules.get(name)
        if rule is None:
            return self._is_in(facts, name)
        asked = facts.profile, name
        if asked not in self._verdicts:
            self._verdicts[asked] = compile_rule(rule).at(self.moment)(facts)
        return self._verdicts[asked]


def _only_in(one: Why, other: Why) -> tuple[Why, ...]:
    """The conditions that decide one verdict, and say something else in the other, or nothing."""
    known = {(leaf.text, leaf.holds) for leaf in _leaves(other)}
    return tuple(leaf for leaf in deciding(one) if (leaf.text, leaf.holds) not in known)


def deciding(why: Why) -> Iterator[Why]:
    """The conditions from which a verdict follows, in the order written."""
    if not why.group:
        yield why
    negated = why.group in ("not", "none of")
    for part in why.parts if why.group else ():
        if part.holds is (why.holds is not negated):
            yield from deciding(part)


def _leaves(why: Why) -> Iterator[Why]:
    if not why.group:
        yield why
    for part in why.parts if why.group else ():
        yield from _leaves(part)
