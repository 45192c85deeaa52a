"""Stories in time, `tests/journeys/*.toml`: calls and definitions, and the flips after each.

A step has an instant (`at`) and one thing that happens: a call (`identify`, `set_account`, `track`,
`survey`, `merge`, `delete`) or several in a `batch`, segments to `define` (silently, or with
`notify`) or one to `archive`, profiles to `add` to a list or to `remove` from it, a `recompute`, or
time that passes (`advance`). A segment is its rule, with the lines that fire below it.

Its `flips` read `ann enters fresh: event`, in the order in which they were written, those by time
with their instant, `ann leaves fresh: time @2026-03-08T10:00:00Z`; its `outbox`, in any order,
`crm: ann enters fresh` or `crm: ann stayed 3d in fresh`, with `(skipped)` behind it in a cool-down.
`refused` is the code of the error that it ends with. After each step everybody's membership equals
a full evaluation at that instant; only where others are `behind`, as a call brings just its own
profiles up to date.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from segql.app import advance, ingest, lists, outbox, segments
from segql.app.project import Project
from segql.engines import sets
from segql.language.files import parse_file
from segql.model import calls
from segql.model.errors import SegqlError
from segql.model.instants import Moment, instant_from, iso, zone_named
from segql.store import members, settings
from segql.store.outbox import Row

FILES = sorted((Path(__file__).parent / "journeys").glob("*.toml"))
KEYS = {
    *("at", "batch", "define", "notify", "archive", "add", "remove", "recompute", "advance"),
    *("behind", "flips", "outbox", "refused", "why"),
}
CALLS: dict[str, Any] = {
    "identify": calls.Identify,
    "set_account": calls.SetAccount,
    "track": calls.Track,
    "survey": calls.Survey,
    "merge": calls.Merge,
    "delete": calls.Delete,
}
FLIPS = """
    select coalesce(profiles.external, aliases.external, '?'),
           enters, segments.name, flips.cause, at
      from (select segment, profile, flip, 1 as enters, cause, entered as at from members
             union all
            select segment, profile, entered_flip, 1, entered_cause, entered from history
             union all
            select segment, profile, flip, 0, left_cause, "left" from history) as flips
      join segments on segments.id = segment
      left join profiles on profiles.id = flips.profile
      left join aliases on aliases.absorbed = flips.profile
     where flip > ?
     order by flip
"""


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_journey_ends_where_it_should(file: Path, tmp_path: Path) -> None:
    story = tomllib.loads(file.read_text(encoding="utf-8"))
    assert set(story) <= {"about", "zone", "start", "segments", "step"} and story["about"]
    zone = zone_named(story["zone"])
    with Project.opened(tmp_path / "story.db", create=True, zone=zone.key) as project:
        start = instant_from(story["start"], zone)
        for name, rule in story["segments"].items():
            define(project, name, rule, start, notify=False)
        told = set[str]()
        for number, step in enumerate(story["step"], 1):
            assert set(step) <= KEYS | set(CALLS)
            before = settings.counted(project.connection, settings.Counter.FLIP)
            now = instant_from(step["at"], zone)
            assert happens(project, step, now) == step.get("refused"), f"step {number}"
            rows = project.connection.execute(FLIPS, (before,))
            flips = [
                f"{who} {'enters' if enters else 'leaves'} {segment}: {cause}"
                + (f" @{iso(at)}" if cause == "time" else "")
                for who, enters, segment, cause, at in rows
            ]
            assert flips == step.get("flips", []), f"step {number}: {step.get('why', '')}"
            listed = {row.id: in_words(row) for row in outbox.listed(project, state=None)}
            news = sorted(words for key, words in listed.items() if key not in told)
            assert news == sorted(step.get("outbox", [])), f"step {number}: {step.get('why', '')}"
            told |= listed.keys()
            if "behind" not in step:
                same_as_a_full_evaluation(project)


def in_words(row: Row) -> str:
    what = {"enter": "enters", "leave": "leaves"}.get(row.what, f"stayed {row.after} in")
    skipped = " (skipped)" if row.state == "skipped" else ""
    return f"{row.destination}: {row.profile} {what} {row.segment}{skipped}"


def define(project: Project, name: str, text: str, now: int, *, notify: bool) -> None:
    whole = f'segment "{name}"\n  when {text}'
    parsed = parse_file(whole)
    assert not parsed.diagnostics
    plan = segments.plan(project, segments.written_in(whole, parsed))
    segments.apply(project, plan, now=now, notify=notify)


def happens(project: Project, step: dict[str, Any], now: int) -> str | None:
    """Do what the step says; the code of the error it ends with, or None."""
    if "advance" in step:
        advance.advance(project, now=now)
    if "recompute" in step:
        segments.recompute(project, now=now)
    for name, rule in step.get("define", {}).items():
        define(project, name, rule, now, notify=step.get("notify", False))
    for enters, kind in ((True, "add"), (False, "remove")):
        for name, ids in step.get(kind, {}).items():
            change = lists.add_profiles if enters else lists.remove_profiles
            change(project, name, [lists.Row(1, who) for who in ids], now=now)
    given = step.get("batch", [{key: step[key]} for key in CALLS if key in step])
    batch = [CALLS[kind](**said) for one in given for kind, said in one.items()]
    try:
        if "archive" in step:
            segments.archive(project, step["archive"], now=now)
        for outcome in ingest.batch(project, batch, now=now) if batch else ():
            if outcome.error is not None:
                raise outcome.error
    except SegqlError as error:
        return error.code
    return None


def same_as_a_full_evaluation(project: Project) -> None:
    catalog = project.catalog()
    moment = Moment(settings.clock(project.connection), project.zone)
    found = sets.evaluate(project.path, catalog.rules, moment=moment)
    for name, entry in catalog.entries.items():
        if entry.is_manual:
            continue
        inside = members.ids(project.connection, entry.stored.id)
        assert inside == found.ids(name).tolist(), name
