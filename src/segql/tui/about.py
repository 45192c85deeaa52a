"""What runs here, on what: versions, files in force, the database and its size, the terminal."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import textual

from segql.app.audience import listing
from segql.app.config import NAME
from segql.app.project import Project
from segql.model.instants import iso
from segql.store import profiles, settings
from segql.tui.keeping import folder_for
from segql.tui.session import SessionApp


async def about(app: SessionApp) -> str:
    """A line for each thing, to be copied into a report; what the database fails with is one."""
    found = await app.session.run(lambda project: list(_database(project)))
    lines = [*_program(), *found, f"now        {iso(app.session.clock())}", *_terminal(app)]
    return "\n".join(lines)


def _program() -> Iterator[str]:
    yield f"segql      {version('segql')}"
    yield f"python     {platform.python_version()} on {platform.platform()}"
    yield f"textual    {textual.__version__}"
    config = Path.cwd() / NAME
    yield f"settings   {config if config.exists() else f'no {NAME} in {Path.cwd()}'}"


def _database(project: Project) -> Iterator[str]:
    [(sqlite,)] = project.connection.execute("select sqlite_version()")
    yield f"sqlite     {sqlite}"
    size = project.path.stat().st_size
    yield f"database   {project.path.resolve()}, {size / 1e6:,.1f} MB"
    if project.read_only:
        yield "           open for reading only: the file, or its directory, cannot be written"
    for warning in project.warnings:
        yield f"           {warning}"
    yield f"zone       {project.zone.key}"
    yield f"clock      {iso(settings.clock(project.connection))} (members are exact up to there)"
    segments = listing(project)
    broken = sum(one.error is not None for one in segments)
    yield f"profiles   {profiles.count(project.connection):,}"
    yield f"segments   {len(segments):,}" + (f", {broken:,} of them broken" if broken else "")


def _terminal(app: SessionApp) -> Iterator[str]:
    yield f"texts      {folder_for(app.state, app.session.path)}"
    size = app.size
    kind, colours = os.environ.get("TERM", "?"), os.environ.get("COLORTERM", "")
    yield f"terminal   {size.width} x {size.height}, {kind} {colours}".rstrip()
    yield f"theme      {app.theme}"
