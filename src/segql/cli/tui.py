"""The command that opens the terminal UI."""

from __future__ import annotations

import time
from pathlib import Path

import click

from segql.cli.options import database_option, instant, now_option


@click.command("tui")
@database_option
@now_option
def tui_command(database: Path, now_text: str | None) -> None:
    """Write, preview and save segments in the terminal.

    With --now the clock stands still at that instant.
    """
    from segql.app.config import read
    from segql.app.project import Project

    config = read(Path.cwd())
    with Project.opened(database) as project:  # says what is wrong before the screen is taken
        still = None if now_text is None else instant(now_text, project)
    from platformdirs import user_state_path

    from segql.tui.main import SegqlApp

    SegqlApp(
        database,
        clock=lambda: time.time_ns() // 1_000_000 if still is None else still,
        state=user_state_path("segql", appauthor=False),
        settings=config.tui,
    ).run()
