"""What saving would do, in words and colours: the diff of each text, who would move."""

from __future__ import annotations

from typing import Final

from textual.content import Content

from segql.app.proposals import Proposal, Proposed
from segql.app.revisions import Side
from segql.model.display import visible
from segql.tui.looks import differing

_NAMED: Final = 3


def effects(proposal: Proposal) -> Content:
    """What would become of each segment."""
    return Content("\n\n").join([_effect(one) for one in proposal.proposed])


def _effect(one: Proposed) -> Content:
    name = visible(one.change.name)
    actions = {"create": "new", "change": "changed", "unchanged": "as it is saved"}
    parts: list[Content] = []
    if one.meanwhile:
        parts.append(
            Content.assemble(
                (f"{name} was changed by somebody else since you opened it:\n", "bold $text-error"),
                differing(one.meanwhile),
                "\n",
            )
        )
    if one.clash == "gone":
        words = f"`{name}` was archived or renamed by somebody else since you opened it"
        parts.append(Content.styled(words, "bold $text-error"))
    if one.clash == "taken" and one.change.stored is not None:
        revision = one.change.stored.stored.revision + 1
        words = f"there is a segment `{name}` already: this becomes its revision {revision}"
        parts.append(Content.styled(words, "bold $text-warning"))
    title = Content.assemble((name, "bold"), f"  {actions.get(one.change.action, '')}")
    parts.append(title)
    if one.lines:
        parts.append(differing(one.lines))
    parts.append(
        Content.assemble(
            f"{one.count:,} members",
            (_names("+", one.entering), "$text-success"),
            (_names("-", one.leaving), "$text-error"),
        )
    )
    return Content("\n").join(parts)


def _names(sign: str, side: Side) -> str:
    if not side.n:
        return ""
    more = ", …" if side.n > _NAMED else ""
    return f"  {sign}{side.n:,} ({', '.join(map(visible, side.sample[:_NAMED]))}{more})"
