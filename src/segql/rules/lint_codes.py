"""What the linter may say: every code, and what it is about."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from attrs import frozen

About: TypeAlias = Literal["rule", "catalogue", "data", "silence"]
"""What must be looked at: a segment's rule, all segments, their members, or the comments."""


@frozen
class Code:
    """A kind of finding. `changes_members`: its fix changes who is in the segment."""

    name: str
    about: About
    says: str
    changes_members: bool = False


_LISTED: Final = (
    Code("never-holds", "rule", "conditions that hold for nobody, alone or together"),
    Code("always-holds", "rule", "conditions that hold for everybody, alone or together"),
    Code("decides-nothing", "rule", "a condition that another one beside it makes superfluous"),
    Code("double-negation", "rule", "`not` before what is negated already"),
    Code("plainer-group", "rule", "a group that a plainer one, or none, says as well"),
    Code("one-by-one", "rule", "three values or more compared one by one, where `in (…)` does it"),
    Code("mixed-and-or", "rule", "`and` beside `or` without parentheses"),
    Code(
        "takes-in-newcomers",
        "rule",
        "not having done something lately, which is so of whoever came yesterday",
        changes_members=True,
    ),
    Code("only-negative", "rule", "a rule that holds for a profile of which nothing is known"),
    Code("same-rule", "catalogue", "two segments with one rule, in the same or in other words"),
    Code("unused-segment", "catalogue", "a segment that nothing leads to"),
    Code("same-members", "data", "two segments with the same members now, by different rules"),
    Code("inside-another", "data", "a segment all members of which are in a larger one now"),
    Code("no-members", "data", "a segment without members now"),
    Code("all-members", "data", "a segment with every profile in it now"),
    Code("silence-without-reason", "silence", "a `# lint: allow` that does not say why"),
    Code("silence-unclear", "silence", "a `# lint:` comment of another form, or of no such code"),
    Code("silence-of-nothing", "silence", "a `# lint: allow` where there is nothing to allow"),
)

CODES: Final[dict[str, Code]] = {code.name: code for code in _LISTED}
"""The codes by name, in the order in which they are explained."""


def codes_about(*about: About) -> frozenset[str]:
    """The names of the codes about these."""
    return frozenset(code.name for code in _LISTED if code.about in about)
