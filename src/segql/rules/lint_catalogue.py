"""Segments beside one another: the same rule twice, unused ones; and what their members show."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from math import log
from typing import Final, Protocol

from segql.language import syntax
from segql.language.diagnostics import Diagnostic, Severity
from segql.language.source import Span
from segql.language.write import quoted
from segql.rules.canonical import canonical
from segql.rules.desugar import desugar
from segql.rules.implied import Judge
from segql.rules.reads import segments_of
from segql.rules.rule import EVERYONE, NO_ONE, Rule

_NOWHERE: Final = Span(0, 0)
_FEWEST_PROFILES: Final = 100
"""Of fewer profiles nothing is said: test data, or a project's first day."""
_FEWEST_MEMBERS: Final = 10
_CHANCE: Final = log(1e-6)
"""The chance, as a logarithm, that unrelated segments lie in one another; above it is noise."""
_HELPERS: Final = ("helper", "building block", "for other segments")


class Members(Protocol):
    """How many members segments have, and share, at one moment."""

    @property
    def of(self) -> int:
        """How many profiles there are."""

    def count(self, name: str) -> int:
        """The number of members of a segment."""

    def shared(self, one: str, other: str) -> int:
        """The number of members of both segments."""


def same_rules(segments: Sequence[syntax.Segment]) -> Iterator[tuple[syntax.Segment, Diagnostic]]:
    """A finding at each segment whose rule, in canonical form, an earlier one has."""
    firsts: dict[Rule, syntax.Segment] = {}
    for segment in segments:
        first = firsts.setdefault(canonical(desugar(segment.rule)), segment)
        if first is not segment:
            words = "by the same rule" if first.rule == segment.rule else "in other words"
            message = f"`{segment.name}` takes in whom `{first.name}` takes in, {words}"
            help = f"keep one of them, or write `when in segment {quoted(first.name)}`"
            yield segment, _at_name("same-rule", Severity.WARNING, segment, message, help)


def unused(
    segments: Sequence[syntax.Segment], used: Collection[str] | None
) -> Iterator[tuple[syntax.Segment, Diagnostic]]:
    """A finding at each segment that nothing leads to.

    People look at segments, and programs ask for them, which no file tells. So with `used` None
    only those are looked at that say themselves that they are there for other segments; with
    names, all that neither are named, nor notify anybody, nor lead to one that does.
    """
    needed = {segment.name: segments_of(desugar(segment.rule)) for segment in segments}
    waiting = [
        one.name
        for one in segments
        if one.notify or (not _is_helper(one) if used is None else one.name in used)
    ]
    reached: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting.extend(needed.get(name, ()))
    for segment in segments:
        if segment.name in reached:
            continue
        if used is None:
            message = f"`{segment.name}` is there for other segments, and none refers to it"
        else:
            message = f"nothing leads to `{segment.name}`: it is not used, and notifies nobody"
        help = "remove it, or `segql archive` it in the project"
        yield segment, _at_name("unused-segment", Severity.WARNING, segment, message, help)


def _is_helper(segment: syntax.Segment) -> bool:
    """Whether the name begins with `_`, or the description says that it is a helper."""
    said = (segment.description or "").casefold()
    return segment.name.startswith("_") or any(word in said for word in _HELPERS)


def on_data(
    segments: Sequence[syntax.Segment], rules: Mapping[str, Rule], members: Members
) -> Iterator[tuple[syntax.Segment, Diagnostic]]:
    """What the members of segments show; `rules` are those of all segments that are referred to.

    Nothing is said where it would be noise: of few profiles or members, of segments that refer to
    one another or whose rules say as much, of a segment that lies in a larger one as any of its
    size might by chance.
    """
    if members.of < _FEWEST_PROFILES:
        return
    sizes = {segment.name: members.count(segment.name) for segment in segments}
    canonicals = {segment.name: canonical(desugar(segment.rule)) for segment in segments}
    for segment in segments:
        size, rule = sizes[segment.name], canonicals[segment.name]
        if size == 0 and rule != NO_ONE:
            message = f"`{segment.name}` has no member among {members.of:,} profiles"
            yield segment, _at_name("no-members", Severity.HINT, segment, message)
        elif size == members.of and rule != EVERYONE:
            message = f"every one of {size:,} profiles is in `{segment.name}`"
            yield segment, _at_name("all-members", Severity.HINT, segment, message)
    rising = sorted(
        (one for one in segments if _FEWEST_MEMBERS <= sizes[one.name] < members.of),
        key=lambda one: sizes[one.name],
    )
    judge = Judge(lambda _: None)
    leads = {one.name: _reachable(one.name, rules) for one in rising}
    for index, segment in enumerate(rising):
        for larger in rising[index + 1 :]:
            one, other = segment.name, larger.name
            related = other in leads[one] or one in leads[other]
            same = sizes[one] == sizes[other]
            if related or canonicals[one] == canonicals[other]:
                continue
            if not same and judge.follows(canonicals[other], canonicals[one]):
                continue
            if sizes[one] * log(sizes[other] / members.of) > _CHANCE:
                break  # and all that follow are larger still
            if members.shared(one, other) == sizes[one]:
                yield segment, _inside(segment, larger, sizes, members.of, same=same)
                break


def _inside(
    segment: syntax.Segment,
    larger: syntax.Segment,
    sizes: Mapping[str, int],
    of: int,
    *,
    same: bool,
) -> Diagnostic:
    one, other = segment.name, larger.name
    size = sizes[one]
    if same:
        message = f"`{one}` and `{other}` have the same {size:,} members, of {of:,} profiles"
        help = "the data show no difference between their rules: is one of them enough?"
        return _at_name("same-members", Severity.HINT, segment, message, help)
    message = (
        f"all {size:,} members of `{one}` are among the {sizes[other]:,} of `{other}`, "
        f"of {of:,} profiles"
    )
    help = f"if that is meant, say so: `in segment {quoted(other)} and …`"
    return _at_name("inside-another", Severity.HINT, segment, message, help)


def _reachable(name: str, rules: Mapping[str, Rule]) -> frozenset[str]:
    """The segments that a segment refers to, directly or through others."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        rule = rules.get(waiting.pop())
        fresh = (frozenset() if rule is None else segments_of(rule)) - found
        found |= fresh
        waiting.extend(fresh)
    return frozenset(found)


def _at_name(
    code: str,
    severity: Severity,
    segment: syntax.Segment,
    message: str,
    help: str | None = None,
) -> Diagnostic:
    return Diagnostic(code, severity, segment.name_span or _NOWHERE, message, help)
