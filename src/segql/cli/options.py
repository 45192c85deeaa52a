"""The options that commands share, and opening the project they speak of."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from segql.cli.output import say

if TYPE_CHECKING:
    from segql.app.project import Project
    from segql.model.instants import Instant

Command = TypeVar("Command", bound=Callable[..., Any])


def _configured() -> Path:
    """What the `segql.toml` of this folder names, else `segql.db`."""
    if not Path("segql.toml").exists():  # loads nothing where there is nothing to read
        return Path("segql.db")
    from segql.app.config import read

    return read(Path()).database or Path("segql.db")


database_option: Callable[[Command], Command] = click.option(
    "--db",
    "database",
    type=click.Path(dir_okay=False, path_type=Path),
    envvar="SEGQL_DB",
    default=_configured,
    show_default="`database` of segql.toml, or segql.db",
    show_envvar=True,
    help="The project's database.",
)
json_option: Callable[[Command], Command] = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON: one object, or JSON Lines for a list."
)
notify_option: Callable[[Command], Command] = click.option(
    "--notify", is_flag=True, help="Tell destinations of the entries and exits that this makes."
)
form_option: Callable[[Command], Command] = click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    show_default=True,
    help="For people, for tools (as --json), or as annotations in a workflow of GitHub.",
)
now_option: Callable[[Command], Command] = click.option(
    "--now",
    "now_text",
    metavar="TIME",
    help="Evaluate at this instant (ISO 8601) instead of the present one.",
)


def is_database_left_out(context: click.Context) -> bool:
    """Whether nobody named a database."""
    return context.get_parameter_source("database") in (
        ParameterSource.DEFAULT,
        ParameterSource.ENVIRONMENT,
    )


@contextmanager
def opened(database: Path, *, create: bool = False, read_only: bool = False) -> Iterator[Project]:
    """The project in `database`, closed at the end; warnings of the store are said."""
    from segql.app.project import Project

    with Project.opened(database, create=create, read_only=read_only) as project:
        for warning in project.warnings:
            say(f"warning: {warning}", style="yellow")
        yield project


def instant(now_text: str | None, project: Project) -> Instant:
    """The instant of `--now`, or the present one; a date alone is read in the project's zone."""
    from segql.model.instants import instant_from

    if now_text is None:
        return time.time_ns() // 1_000_000
    return instant_from(now_text, project.zone)
