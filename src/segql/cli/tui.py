"""The command that opens the terminal UI."""

from __future__ import annotations

import time
from pathlib import Path

import click

from segql.cli.options import database_option


@click.command("tui")
@database_option
def tui_command(database: Path) -> None:
    """Write, preview and save segments in the terminal."""
    from segql.app.config import read
    from segql.app.project import Project

    config = read(Path.cwd())
    with Project.opened(database):
        pass  # what is wrong with it is said here, before the screen is taken
    from platformdirs import user_state_path

    from segql.tui.main import SegqlApp

    SegqlApp(
        database,
        clock=lambda: time.time_ns() // 1_000_000,
        state=user_state_path("segql", appauthor=False),
        settings=config.tui,
    ).run()
