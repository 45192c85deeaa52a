"""The command that opens the terminal UI, in the terminal or in a browser."""

from __future__ import annotations

import gc
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from segql.cli.options import database_option, now_option
from segql.cli.output import say
from segql.model.errors import Refused

if TYPE_CHECKING:
    from segql.model.instants import Instant


@click.command("tui")
@database_option
@now_option
@click.option("--web", "in_browser", is_flag=True, help="Serve it to a browser, until Ctrl+C.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8765,
    show_default=True,
    help="Where --web listens; 0 is any port that is free.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address of --web.")
@click.option("--allow-remote", is_flag=True, help="Let other machines reach --web; see --host.")
@click.option("--served", is_flag=True, hidden=True, help="Be the process behind a page.")
def tui_command(
    database: Path,
    now_text: str | None,
    in_browser: bool,
    port: int,
    host: str,
    allow_remote: bool,
    served: bool,
) -> None:
    """Write, preview and save segments in the terminal.

    With --now the clock stands still at that instant. With --web it opens in a browser of this
    machine: the address that is printed holds a key, without which nobody is let in.
    """
    from segql.app.config import read

    config = read(Path.cwd())
    still = _checked(database, now_text)
    if in_browser:
        _serve(database, now_text, host, port, allow_remote=allow_remote)
        return
    from platformdirs import user_state_path

    from segql.tui.main import SegqlApp

    wanted: Path | None = database
    while wanted is not None:  # people may go on with another database where this one fails
        app = SegqlApp(
            wanted,
            clock=lambda: time.time_ns() // 1_000_000 if still is None else still,
            state=user_state_path("segql", appauthor=False),
            settings=config.tui,
            in_page=served,
            # What is loaded stays: going through all of it for garbage held keys up for 100 ms.
            once_loaded=gc.freeze,
        )
        app.run()
        wanted = app.wants


def _serve(
    database: Path, now_text: str | None, host: str, port: int, *, allow_remote: bool
) -> None:
    if find_spec("textual_serve") is None:
        raise Refused(
            "--web needs textual-serve, which is not installed",
            code="missing-extra",
            hint="install it with `pip install 'segql[web]'`",
        )
    from segql.tui.web import WebServer, is_loopback, listening

    if not is_loopback(host):
        meaning = (
            "everyone who reaches it and has its address can do what you can: read and change the "
            "data, and write files; nothing is encrypted"
        )
        if not allow_remote:
            raise Refused(
                f"`{host}` can be reached from other machines",
                code="not-loopback",
                hint=f"with --allow-remote {meaning}; safer is `ssh -L {port}:127.0.0.1:{port}`",
            )
        say(f"warning: {meaning}", style="yellow")
    command = [sys.executable, "-m", "segql", "tui", "--served", "--db", str(database.resolve())]
    command += [] if now_text is None else ["--now", now_text]
    with listening(host, port) as door:
        server = WebServer(command, door, host=host, title=f"SegQL: {database.name}")
        say("open this address in a browser; Ctrl+C ends it:")
        click.echo(server.address)
        server.run()


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
