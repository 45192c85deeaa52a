"""Commands on segments: apply, segments, members, count, recompute, rename, archive."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from segql.cli.diagnostics import read_segments, show
from segql.cli.options import (
    database_option,
    instant,
    json_option,
    notify_option,
    now_option,
    opened,
)
from segql.cli.output import (
    INPUT_AT_FAULT,
    put_json,
    put_json_lines,
    put_table,
    say,
)
from segql.cli.plans import effect_json, put_effects
from segql.cli.progress import progress
from segql.model.display import milliseconds, several

if TYPE_CHECKING:
    from segql.app.plans import Effect
    from segql.app.segments import Change
    from segql.membership.define import Recomputed

_SIGNS = {"create": "+", "change": "~", "archive": "-", "unchanged": "="}


@click.command("apply")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show the plan and change nothing.")
@click.option("--prune", is_flag=True, help="Archive segments that the files do not hold.")
@notify_option
@database_option
@now_option
@json_option
def apply_command(
    paths: tuple[Path, ...],
    dry_run: bool,
    prune: bool,
    notify: bool,
    database: Path,
    now_text: str | None,
    as_json: bool,
) -> int:
    """Bring the project's segments in line with PATHS: .segql files, or folders of them.

    Shows what is created, changed and unchanged, then stores it and evaluates everybody. Silent
    unless --notify.
    """
    from segql.app.plans import effects
    from segql.app.segments import apply, plan

    files = read_segments(paths)
    if show(files, least="warning"):
        return INPUT_AT_FAULT
    with opened(database, create=not dry_run) as project:
        now = instant(now_text, project)
        changes = plan(
            project, [written for file in files for written in file.written], prune=prune
        )
        if not as_json:
            _say_plan(changes)
        if dry_run:
            _put_plan(changes, effects(project, changes, now=now), as_json=as_json)
        else:
            with progress("evaluating") as advance:
                done = apply(project, changes, now=now, notify=notify, on_progress=advance)
            _put_changes(changes, done.recomputed, as_json=as_json)
    return 0


def _say_plan(changes: tuple[Change, ...]) -> None:
    for change in changes:
        if change.action != "unchanged":
            say(f"  {_SIGNS[change.action]} {change.action} {change.name}")
    unchanged = sum(change.action == "unchanged" for change in changes)
    if unchanged:
        say(f"  = {unchanged} unchanged")


def _put_plan(changes: tuple[Change, ...], found: tuple[Effect, ...], *, as_json: bool) -> None:
    if not as_json:
        put_effects(found)
        say("nothing was changed (--dry-run)")
        return
    unchanged = {"entering": None, "leaving": None, "staying": None}
    known = {effect.name: effect_json(effect) for effect in found}
    for change in changes:
        said = {"name": change.name, "action": change.action, "members": None, "applied": False}
        put_json(said | known.pop(change.name, unchanged) | {"action": change.action})
    put_json_lines(one | {"members": None, "applied": False} for one in known.values())


def _put_changes(
    changes: tuple[Change, ...], recomputed: tuple[Recomputed, ...], *, as_json: bool
) -> None:
    if not as_json:
        say_recomputed(recomputed)
        return
    found = {result.name: result for result in recomputed}
    put_json_lines(
        {
            "name": change.name,
            "action": change.action,
            "members": found[change.name].members if change.name in found else None,
            "applied": True,
        }
        for change in changes
    )


def say_recomputed(recomputed: tuple[Recomputed, ...]) -> None:
    """Say what a bulk computation did."""
    entered = sum(result.entered for result in recomputed)
    left = sum(result.left for result in recomputed)
    took = sum(result.took_ms for result in recomputed)
    number = len(recomputed)
    say(
        f"evaluated {number} {several(number, 'segment')} in {milliseconds(took)}: "
        f"{entered:,} entered, {left:,} left"
    )
    for result in recomputed:
        if result.error is not None:
            say(f"error: segment `{result.name}` is not kept exact: {result.error}", style="red")


@click.command("recompute")
@click.argument("names", nargs=-1)
@database_option
@now_option
@json_option
def recompute_command(
    names: tuple[str, ...], database: Path, now_text: str | None, as_json: bool
) -> None:
    """Evaluate segments again for everybody: NAMES and what depends on them, or all."""
    from segql.app.segments import recompute

    with opened(database) as project:
        now = instant(now_text, project)
        with progress("evaluating") as advance:
            recomputed = recompute(project, names, now=now, on_progress=advance)
        if as_json:
            put_json_lines(
                {
                    "name": result.name,
                    "members": result.members,
                    "entered": result.entered,
                    "left": result.left,
                    "took_ms": result.took_ms,
                    "error": result.error,
                }
                for result in recomputed
            )
            return
        put_table(
            [("segment", "left"), ("members", "right"), ("entered", "right"), ("left", "right")],
            [(r.name, f"{r.members:,}", f"{r.entered:,}", f"{r.left:,}") for r in recomputed],
        )


@click.command("rename")
@click.argument("old")
@click.argument("new")
@database_option
@json_option
def rename_command(old: str, new: str, database: Path, as_json: bool) -> None:
    """Rename the segment OLD to NEW, with its members and history; references follow."""
    from segql.app.segments import rename

    with opened(database) as project:
        rewritten = rename(project, old, new, now=instant(None, project))
        if as_json:
            put_json({"old": old, "new": new, "rewritten": list(rewritten)})
            return
        say(f"renamed `{old}` to `{new}`")
        for name in rewritten:
            say(f"  ~ its reference in `{name}` was rewritten")
        say("rename it in your .segql files too, or the next apply makes it anew")


@click.command("archive")
@click.argument("name")
@database_option
@json_option
def archive_command(name: str, database: Path, as_json: bool) -> None:
    """Take the segment NAME out of use; its history is kept and its name is free again."""
    from segql.app.segments import archive

    with opened(database) as project:
        archive(project, name, now=instant(None, project))
        if as_json:
            put_json({"name": name, "archived": True})
        else:
            say(f"archived `{name}`")
