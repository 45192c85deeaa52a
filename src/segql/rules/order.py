"""Segments in order of dependency, unknown references, and the path of a cycle."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from graphlib import CycleError, TopologicalSorter

from segql.model.errors import Refused
from segql.rules.reads import segments_of
from segql.rules.rule import Rule


class UnknownSegment(Refused):
    """The rule of `segment` references a segment that does not exist, `name`."""

    default_code = "unknown-segment"

    def __init__(self, segment: str, name: str, near: tuple[str, ...]) -> None:
        """`segment` is "" for a lone rule; `near` are names to suggest."""
        reader = f"segment `{segment}`" if segment else "the rule"
        words = " or ".join(f"`{other}`" for other in near)
        super().__init__(
            f"{reader} references segment `{name}`, which does not exist",
            hint=f"did you mean {words}?" if near else None,
        )
        self.segment = segment
        self.name = name


class SegmentCycle(Refused):
    """Segments reference each other in a circle; `path` begins and ends with the same one."""

    default_code = "segment-cycle"

    def __init__(self, path: tuple[str, ...]) -> None:
        """`path` holds two names at least."""
        words = " → ".join(f"`{name}`" for name in path)
        super().__init__(
            f"segment `{path[0]}` references itself: {words}",
            hint="a segment cannot depend on itself; take one of these references out",
        )
        self.path = path


def in_order(rules: Mapping[str, Rule | None]) -> tuple[str, ...]:
    """The segments of `rules`, those that are referenced before those that reference them.

    A segment with None for its rule references nothing; references to other segments than these
    are no matter here. The order is the same for the same rules. Raises `SegmentCycle`.
    """
    graph: TopologicalSorter[str] = TopologicalSorter()
    for name, rule in rules.items():
        references = frozenset() if rule is None else segments_of(rule)
        graph.add(name, *sorted(references & rules.keys()))
    try:
        return tuple(graph.static_order())
    except CycleError as error:
        # Its path goes from what is referenced to what references it; people read the other way.
        raise SegmentCycle(tuple(reversed(error.args[1]))) from None


def unknown_references(
    rules: Mapping[str, Rule], *, manual: Collection[str] = ()
) -> tuple[tuple[str, str], ...]:
    """Pairs of a segment and a name it references that is neither in `rules` nor in `manual`."""
    known = {*rules, *manual}
    return tuple(
        (segment, name)
        for segment, rule in rules.items()
        for name in sorted(segments_of(rule) - known)
    )


def check_references(rules: Mapping[str, Rule], *, manual: Collection[str] = ()) -> None:
    """Refuse references to unknown segments (`UnknownSegment`) and cycles (`SegmentCycle`).

    `manual` are the segments without a rule. A rule under the name "" is a lone one.
    """
    for segment, name in unknown_references(rules, manual=manual):
        known = [other for other in (*rules, *manual) if other]
        raise UnknownSegment(segment, name, tuple(get_close_matches(name, known, n=3, cutoff=0.5)))
    in_order(rules)
