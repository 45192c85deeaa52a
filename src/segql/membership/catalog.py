"""The checked segments of a project, in order of dependency, by revision."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from attrs import field, frozen

from segql.engines.interpreter.holds import Compiled, compile_rule
from segql.language.diagnostics import RuleError
from segql.language.files import parse_file
from segql.membership.affected import Affected, Readers
from segql.membership.insiders import Insiders
from segql.membership.selection import Selection
from segql.model.errors import Refused
from segql.rules import rule as core
from segql.rules.desugar import desugar
from segql.rules.growth import Turns, turns_of
from segql.rules.order import in_order
from segql.rules.reads import Reads, reads_of
from segql.store import segments as stored
from segql.store import subscriptions
from segql.store.subscriptions import Subscription

if TYPE_CHECKING:
    from segql.language import syntax
    from segql.store.driver import Connection


@frozen
class Entry:
    """A living segment: how it is stored, as written, and what it means."""

    stored: stored.Segment
    written: syntax.Segment | None
    """None for a manual segment, a fixed list without a rule."""
    rule: core.Rule | None
    reads: Reads | None
    compiled: Compiled | None
    """The rule for one profile; None where there is none that can be asked."""
    turns: Turns | None = None
    """What one more event can do to the rule."""
    fault: str | None = None
    """Why the stored text cannot be asked, or None."""

    @property
    def name(self) -> str:
        """The name, unique among living segments."""
        return self.stored.name

    @property
    def is_manual(self) -> bool:
        """Whether it is a fixed list, without a rule."""
        return self.stored.kind == "manual"

    @property
    def description(self) -> str | None:
        """What people say it is, or None."""
        if self.is_manual:
            return self.stored.text or None
        return None if self.written is None else self.written.description

    @property
    def is_timed(self) -> bool:
        """Whether time may change who it holds for, though no data are dated in the future."""
        reads = self.reads
        return reads is not None and (reads.changes_with_time or reads.teammates is not None)

    @property
    def error(self) -> str | None:
        """Why its members are not kept exact, or None: it stops no other segment."""
        return self.fault or self.stored.error


@frozen
class Catalog:
    """The living segments by name, those that are read before those that read them."""

    entries: Mapping[str, Entry] = field(factory=dict)
    lines: Mapping[int, tuple[Subscription, ...]] = field(factory=dict)
    """Whom to tell of flips, by the id of the segment; those that tell nobody are left out."""
    insiders: Insiders = field(factory=Insiders, eq=False, repr=False)
    """Who is known to be in which of them."""

    @cached_property
    def order(self) -> tuple[Entry, ...]:
        """The segments by place: those that are read before those that read them."""
        return tuple(self.entries.values())

    @cached_property
    def ids(self) -> tuple[int, ...]:
        """The ids of the segments by place."""
        return tuple(one.stored.id for one in self.order)

    @cached_property
    def askable(self) -> tuple[tuple[core.Rule, Compiled, bool] | None, ...]:
        """For each place the rule, ready to be asked, and whether time may change who it holds for.

        None where there is none, or where it is not kept exact.
        """
        return tuple(
            None
            if one.error or one.rule is None or one.compiled is None
            else (one.rule, one.compiled, one.is_timed)
            for one in self.order
        )

    @cached_property
    def readers(self) -> Readers:
        """Which of the segments that are kept exact read what, by place."""
        return Readers.of([None if one.error else one.reads for one in self.order])

    @cached_property
    def selection(self) -> Selection:
        """Which of them an event can matter to, by place."""
        return Selection(self.readers, [entry.rule for entry in self.order])

    @cached_property
    def turning(self) -> tuple[tuple[bool, bool], ...]:
        """For each place, whether one more event can make an outsider enter, and a member leave."""
        return tuple(
            (True, True) if one.turns is None else (one.turns.on, one.turns.off)
            for one in self.order
        )

    @cached_property
    def team_readers(self) -> Readers:
        """Which of them read what of teammates, by place."""
        read = [
            None if one.error or one.reads is None else one.reads.teammates for one in self.order
        ]
        return Readers.of(read)

    @cached_property
    def reads_teammates(self) -> bool:
        """Whether some rule looks at the profiles of the same account."""
        return bool(self.team_readers.all)

    @cached_property
    def together(self) -> frozenset[int]:
        """The places of rules that look at teammates, or at a segment whose rule does."""
        names, found = tuple(self.entries), set[str]()
        for name, entry in self.entries.items():  # in order: what is read comes first
            reads = entry.reads
            if reads is not None and (reads.teammates is not None or reads.segments & found):
                found.add(name)
        return frozenset(place for place, name in enumerate(names) if name in found)

    @cached_property
    def followers(self) -> tuple[tuple[int, ...], ...]:
        """For each place, the places of the segments that read that one directly."""
        return self._following(lambda reads: reads.segments)

    @cached_property
    def team_followers(self) -> tuple[tuple[int, ...], ...]:
        """For each place, the places of the segments that read that one of teammates."""
        return self._following(
            lambda reads: frozenset() if reads.teammates is None else reads.teammates.segments
        )

    @cached_property
    def alone(self) -> frozenset[int]:
        """The places of the segments that no other reads."""
        both = zip(self.followers, self.team_followers, strict=True)
        return frozenset(place for place, (own, mates) in enumerate(both) if not (own or mates))

    def _following(self, read: Callable[[Reads], Collection[str]]) -> tuple[tuple[int, ...], ...]:
        found: list[list[int]] = [[] for _ in self.order]
        places = {name: place for place, name in enumerate(self.entries)}
        for place, entry in enumerate(self.order):
            if entry.reads is not None and not entry.error:
                for name in read(entry.reads):
                    if name in places:
                        found[places[name]].append(place)
        return tuple(map(tuple, found))

    @cached_property
    def places(self) -> Mapping[int, int]:
        """Places by the id of the segment."""
        return {entry.stored.id: place for place, entry in enumerate(self.order)}

    @property
    def rules(self) -> dict[str, core.Rule]:
        """The rules by segment; manual segments, and those that cannot be read, have none."""
        return {name: entry.rule for name, entry in self.entries.items() if entry.rule is not None}

    @property
    def manual(self) -> frozenset[str]:
        """The segments without a rule: fixed lists, and those whose rule cannot be read.

        The members of both stay as they are.
        """
        return frozenset(name for name, entry in self.entries.items() if entry.rule is None)

    def entry(self, name: str) -> Entry:
        """The segment called `name`; raises `Refused` (`unknown-segment`) with what is near."""
        entry = self.entries.get(name)
        if entry is None:
            raise unknown_segment(name, self.entries)
        return entry

    def dependants(self, names: Iterable[str]) -> tuple[str, ...]:
        """`names` and every segment that reads one of them, directly or not, in order."""
        reached = set(names)
        for name, entry in self.entries.items():  # in order: what is read comes first
            if entry.reads is not None and not reached.isdisjoint(entry.reads.segments):
                reached.add(name)
        return tuple(name for name in self.entries if name in reached)

    def affected(self, what: Affected) -> tuple[str, ...]:
        """The segments whose rules read what changed, and those that depend on them, in order."""
        return self.dependants(self.order[place].name for place in self.readers.of_affected(what))


def unknown_segment(name: str, known: Iterable[str]) -> Refused:
    """The error for a segment that does not exist."""
    from difflib import get_close_matches

    near = get_close_matches(name, list(known), n=3, cutoff=0.5)
    hint = "did you mean " + " or ".join(f"`{other}`" for other in near) + "?" if near else None
    return Refused(
        f"there is no segment `{name}`",
        code="unknown-segment",
        hint=hint or "`segql segments` lists those there are",
    )


def load(connection: Connection) -> Catalog:
    """Read the living segments and check them together.

    A stored text that cannot be read, which only a change by another program or an older version
    can cause, is the fault of its segment alone.
    """
    read: dict[str, Entry] = {}
    for row in stored.living(connection):
        read[row.name] = _entry(row)
    order = in_order({name: entry.rule for name, entry in read.items()})
    return Catalog({name: read[name] for name in order}, subscriptions.living(connection))


def _entry(row: stored.Segment) -> Entry:
    if row.kind == "manual":
        return Entry(row, None, None, None, None)
    parsed = parse_file(row.text, f"segment {row.name}")
    if len(parsed.segments) != 1:
        found = str(RuleError(parsed.diagnostics)) if parsed.diagnostics else "it holds no rule"
        return Entry(row, None, None, None, None, fault=f"its stored text cannot be read: {found}")
    written = parsed.segments[0]
    try:
        rule = desugar(written.rule)
        return Entry(row, written, rule, reads_of(rule), compile_rule(rule), turns_of(rule))
    except Refused as error:
        return Entry(row, written, None, None, None, fault=error.message)
