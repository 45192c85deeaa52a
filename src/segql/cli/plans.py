"""Showing what an edit would do to members: plan, and apply --dry-run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from segql.cli.diagnostics import read_segments, refuse_faulty, show
from segql.cli.options import database_option, instant, json_option, now_option, opened
from segql.cli.output import INPUT_AT_FAULT, put, put_json_lines, say

if TYPE_CHECKING:
    from segql.app.plans import Effect, Flipping, Reasoned
    from segql.app.project import Project
    from segql.app.segments import Change
    from segql.model.why import Why

REASONS = 3
"""Conditions that are shown of a profile, before and after."""
_SIGNS = {"create": "+", "change": "~", "archive": "-", "follow": ">"}


@click.command("plan")
@click.argument("words", nargs=-1, required=True, metavar="NAME RULE | PATH…")
@database_option
@now_option
@json_option
def plan_command(
    words: tuple[str, ...], database: Path, now_text: str | None, as_json: bool
) -> int:
    """Show who would enter, leave and stay if the segment NAME had RULE, and by which condition.

    With PATHs: if the .segql files there were applied. Dependants are shown too; nothing is stored.
    """
    from segql.app.plans import effects

    if len(words) == 2 and not _is_path(words[0]):
        with opened(database, read_only=True) as project:
            if refuse_faulty(words[1], project.vocabulary()):
                return INPUT_AT_FAULT
            changes = _change_of(project, *words)
            found = effects(project, changes, now=instant(now_text, project))
    else:
        files = read_segments([Path(word) for word in words])
        if show(files, least="warning"):
            return INPUT_AT_FAULT
        from segql.app.segments import plan

        with opened(database, read_only=True) as project:
            changes = plan(project, [written for file in files for written in file.written])
            found = effects(project, changes, now=instant(now_text, project))
    if as_json:
        put_json_lines(map(effect_json, found))
    elif not found:
        say("nobody would enter or leave: no rule is another one")
    else:
        put_effects(found)
    return 0


def _is_path(word: str) -> bool:
    return word == "-" or word.endswith(".segql") or Path(word).exists()


def _change_of(project: Project, name: str, rule: str) -> tuple[Change, ...]:
    from segql.app.segments import plan, written_rule

    return plan(project, [written_rule(project, name, rule)])


def put_effects(found: Iterable[Effect]) -> None:
    """Print what would become of each segment, for people."""
    for effect in found:
        put(
            f"{_SIGNS[effect.action]} {effect.name}: {effect.entering.n:,} would enter, "
            f"{effect.leaving.n:,} leave, {effect.staying:,} stay"
        )
        for sign, side in (("+", effect.entering), ("-", effect.leaving)):
            for line in _side_lines(sign, side):
                put(f"    {line}")


def _side_lines(sign: str, side: Flipping) -> Iterator[str]:
    for one in side.sample:
        yield f"{sign} {one.profile}"
        yield from (f"    {words}" for words in _reason_lines(one))
    if side.sample and side.n > len(side.sample):
        yield f"{sign} and {side.n - len(side.sample):,} more"


def _reason_lines(one: Reasoned) -> Iterator[str]:
    for when, leaves in (("was", one.before), ("now", one.after)):
        for leaf in leaves[:REASONS]:
            note = f": {leaf.note}" if leaf.note else ""
            yield f"{when} {'✓' if leaf.holds else '✗'} {leaf.text}{note}"
        if len(leaves) > REASONS:
            yield f"{when} … {len(leaves) - REASONS} more conditions"


def effect_json(effect: Effect) -> dict[str, Any]:
    """What would become of a segment, for programs."""
    return {
        "name": effect.name,
        "action": effect.action,
        "entering": _side_json(effect.entering),
        "leaving": _side_json(effect.leaving),
        "staying": effect.staying,
    }


def _side_json(side: Flipping) -> dict[str, Any]:
    sample = [
        {"profile": one.profile, "before": _whys(one.before), "after": _whys(one.after)}
        for one in side.sample
    ]
    return {"n": side.n, "sample": sample}


def _whys(leaves: Sequence[Why]) -> list[Any]:
    from segql.model.why import to_dict

    return [to_dict(leaf) for leaf in leaves]
