"""The command that opens the terminal UI."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from segql.cli.options import database_option, now_option

if TYPE_CHECKING:
    from segql.model.instants import Instant


@click.command("tui")
@database_option
@now_option
def tui_command(database: Path, now_text: str | None) -> None:
    """Write, preview and save segments in the terminal.

    With --now the clock stands still at that instant.
    """
    from segql.app.config import read

    config = read(Path.cwd())
    still = _checked(database, now_text)
    from platformdirs import user_state_path

    from segql.tui.main import SegqlApp

    SegqlApp(
        database,
        clock=lambda: time.time_ns() // 1_000_000 if still is None else still,
        state=user_state_path("segql", appauthor=False),
        settings=config.tui,
    ).run()


def _checked(database: Path, now_text: str | None) -> Instant | None:
    """The instant at which the clock stands still; says what is wrong before the screen is taken.

    A database is opened for that only where it has something to say: it takes as long as
    everything else until the first paint.
    """
    from segql.model.instants import instant_from, zone_named

    if _looks_right(database):
        if now_text is None:
            return None
        if _names_its_zone(now_text):
            return instant_from(now_text, zone_named("UTC"))
    from segql.app.project import Project

    with Project.opened(database) as project:
        return None if now_text is None else instant_from(now_text, project.zone)


def _looks_right(database: Path) -> bool:
    """Whether it is a file of SQLite's; what else may be wrong with it is said by a dialog."""
    try:
        with database.open("rb") as file:
            return file.read(16) == b"SQLite format 3\0"
    except OSError:
        return False


def _names_its_zone(time_text: str) -> bool:
    from datetime import datetime

    try:
        return datetime.fromisoformat(time_text).tzinfo is not None
    except ValueError:
        return False
