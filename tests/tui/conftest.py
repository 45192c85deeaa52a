"""The terminal UI on a real database, with a clock that stands still, and pictures of it."""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

import segql
from screens import NOW, Snap, Started, until
from segql.app.config import Tui
from segql.model.instants import read_instant, zone_named
from segql.tui.dialogs import ErrorDialog
from segql.tui.main import SegqlApp
from segql.tui.session import PATIENCE_S
from segql.tui.tables import RowTable

SNAPSHOTS = Path(__file__).parent / "snapshots"
FAILED = Path(__file__).parents[2] / "build" / "snapshots"


def clock() -> int:
    instant = read_instant(NOW, zone_named("UTC"))
    assert instant is not None
    return instant


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Forty profiles with traits and events, and five segments, one with a name from hell."""
    path = tmp_path / "team.db"
    with segql.open(path, zone="Europe/Zurich") as project:
        for number in range(40):
            plan = ("free", "free", "pro", "team")[number % 4]
            project.identify(
                f"user-{number:02}", {"plan": plan, "seats": number % 7, "name": f"N. {number}"},
                now=NOW,
            )  # fmt: skip
            for day in range(number % 6):
                project.track(
                    f"user-{number:02}", "export", {"format": ("csv", "pdf")[day % 2]},
                    time=f"2026-02-{1 + 4 * day:02}T09:00:00Z", now=NOW,
                )  # fmt: skip
        project.define("everybody", "everyone", now=NOW)
        project.define("pro accounts", 'trait.plan = "pro"', now=NOW)
        project.define("exporters", 'did "export" at least 2 times within 30d', now=NOW)
        project.define(
            "paying exporters",
            'trait.plan in ("pro", "team") and in segment "exporters"',
            now=NOW,
        )
        project.define("nobody\x1b[31m", "no one", now=NOW)
    return path


@pytest.fixture
def started(database: Path) -> Started:
    """The app on the database, ready: `async with started(size=…) as pilot`."""

    @asynccontextmanager
    async def start(
        *,
        size: tuple[int, int] = (100, 30),
        theme: str | None = None,
        settings: Tui | None = None,
        problems: bool = False,
        segments: int = 5,
        patience_s: float = PATIENCE_S,
    ) -> AsyncIterator[Pilot[None]]:
        app = SegqlApp(database, clock=clock, state=database.parent / "state", settings=settings)
        app.session.patience_s = patience_s
        async with app.run_test(size=size) as pilot:
            if theme is not None:
                app.theme = theme
            if problems:
                await until(pilot, lambda: isinstance(app.screen, ErrorDialog))
                yield pilot
                return
            await until(pilot, lambda: bool(app.screen.query(RowTable).filter("#segments")))
            await until(pilot, lambda: app.screen.query_one(RowTable).row_count == segments)
            yield pilot

    return start


@pytest.fixture
def snap() -> Snap:
    """Hold the screen against its picture; `SEGQL_SNAPSHOTS=write` makes the pictures anew."""

    async def compare(pilot: Pilot[None], name: str) -> None:
        kept = SNAPSHOTS / f"{name}.svg"
        if os.environ.get("SEGQL_SNAPSHOTS") == "write":
            SNAPSHOTS.mkdir(exist_ok=True)
            kept.write_text(taken_of(pilot), encoding="utf-8")
        wanted = kept.read_text(encoding="utf-8") if kept.exists() else None
        for _ in range(60):  # a busy machine may still be drawing
            taken = taken_of(pilot)
            if taken == wanted:
                return
            await pilot.pause(0.05)
        FAILED.mkdir(parents=True, exist_ok=True)
        (FAILED / kept.name).write_text(taken, encoding="utf-8")
        pytest.fail(f"the screen is not {kept}; see {FAILED / kept.name}")

    return compare


def taken_of(pilot: Pilot[None]) -> str:
    """The picture of the screen, without the number that Textual makes of its contents."""
    svg = pilot.app.export_screenshot(simplify=True)
    return re.sub(r"terminal-\d+", "terminal", svg)
