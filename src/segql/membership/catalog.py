"""The checked segments of a project, in order of dependency, by revision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from attrs import field, frozen

from segql.engines.interpreter.holds import Compiled, compile_rule
from segql.language.diagnostics import RuleError
from segql.language.files import parse_file
from segql.model.errors import Broken, Refused
from segql.rules import rule as core
from segql.rules.desugar import desugar
from segql.rules.order import in_order
from segql.rules.reads import Reads, reads_of
from segql.store import segments as stored

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
    """The rule for one profile."""

    @property
    def name(self) -> str:
        """The name, unique among living segments."""
        return self.stored.name


@frozen
class Catalog:
    """The living segments by name, those that are read before those that read them."""

    entries: Mapping[str, Entry] = field(factory=dict)

    @property
    def rules(self) -> dict[str, core.Rule]:
        """The rules by segment; manual segments have none."""
        return {name: entry.rule for name, entry in self.entries.items() if entry.rule is not None}

    @property
    def manual(self) -> frozenset[str]:
        """The segments without a rule."""
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

    Raises `Broken` when a stored text no longer parses, which only a change by another program or
    an older version can cause.
    """
    read: dict[str, Entry] = {}
    for row in stored.living(connection):
        read[row.name] = _entry(row)
    order = in_order({name: entry.rule for name, entry in read.items()})
    return Catalog({name: read[name] for name in order})


def _entry(row: stored.Segment) -> Entry:
    if row.kind == "manual":
        return Entry(row, None, None, None, None)
    parsed = parse_file(row.text, f"segment {row.name}")
    if len(parsed.segments) != 1:
        raise Broken(
            f"the stored text of segment `{row.name}` cannot be read",
            code="bad-stored-segment",
            hint=str(RuleError(parsed.diagnostics)) if parsed.diagnostics else None,
        )
    written = parsed.segments[0]
    rule = desugar(written.rule)
    return Entry(row, written, rule, reads_of(rule), compile_rule(rule))
