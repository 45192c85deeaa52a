"""A project's database as the screens use it: jobs on a thread of their own, errors typed.

Between jobs no transaction is open, so the database is free for writers; the screen never waits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

from textual.app import App

from segql.model.errors import Broken
from segql.model.instants import Instant
from segql.tui.keys import Keys

if TYPE_CHECKING:
    from segql.app.project import Project

Result = TypeVar("Result")
Job: TypeAlias = "Callable[[Project], Result]"


class Session:
    """One project, opened when first asked; jobs run one after another. Close it at the end.

    `clock` gives the present instant; it is the only clock that screens read.
    """

    def __init__(self, path: Path, *, clock: Callable[[], Instant]) -> None:
        """Take where the database is; nothing is opened yet."""
        self.path: Final = path
        self.clock: Final = clock
        self._thread: Final = ThreadPoolExecutor(1, thread_name_prefix="segql-session")
        self._project: Project | None = None
        self._file: tuple[int, int] | None = None
        self._version: object = None
        self._change: object = None

    async def run(self, job: Job[Result]) -> Result:
        """What `job` makes of the project.

        Raises what it raises; `Broken` (`database-replaced`) once where another file has come in
        the place of the database: the next job opens that one.
        """
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._run, job)

    async def change(self) -> object:
        """What is equal to the last answer as long as nothing that screens show has changed.

        Raises as `run`. Asked again and again, so that it costs next to nothing.
        """
        return await self.run(self._read_change)

    def _read_change(self, project: Project) -> object:
        from segql.store import driver

        version = driver.version(project.connection)
        if version != self._version:
            self._version, self._change = version, _change_of(project)
        return self._change

    def close(self) -> None:
        """Close the database, after the job at hand."""
        self._thread.submit(self._forget)
        self._thread.shutdown()

    def _run(self, job: Job[Result]) -> Result:
        project = self._opened()
        try:
            return job(project)
        except Broken:
            self._forget()  # what is broken may be whole when it is opened anew
            raise

    def _opened(self) -> Project:
        from segql.app.project import Project  # here, so that the first screen need not wait for it

        file = _identity(self.path)
        if self._project is not None and file != self._file:
            self._forget()
            raise Broken(
                f"`{self.path}` was {'removed' if file is None else 'replaced'} meanwhile",
                code="database-replaced",
                hint="put it back, or go on with what is there now",
            )
        if self._project is None:
            self._project = Project.opened(self.path)
            self._file = _identity(self.path)
        return self._project

    def _forget(self) -> None:
        if self._project is not None:
            self._project.close()
            self._project = None
            self._version = None  # another connection counts anew


class SessionApp(App[None]):
    """An app on one project; what screens know of it."""

    session: Session
    keys: Keys
    """The keys that are in force, for words about them."""
    state: Path
    """Where what this machine keeps for its users is, such as drafts."""


def _change_of(project: Project) -> object:
    """What moves with calls, definitions, flips and computations; not with derived columns."""
    from segql.store import segments, settings

    connection = project.connection
    counters = tuple(settings.counted(connection, one) for one in settings.Counter)
    return counters, segments.unsettled(connection)


def _identity(path: Path) -> tuple[int, int] | None:
    """What a file is known by, however it is called; None where there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
