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
from textual.worker import Worker, WorkerState

from segql.model.errors import Broken, Busy, SegqlError
from segql.model.instants import Instant
from segql.tui.keys import Keys

if TYPE_CHECKING:
    from segql.app.project import Project

Result = TypeVar("Result")
Job: TypeAlias = "Callable[[Project], Result]"

PATIENCE_S: Final = 5.0
"""So long somebody at a screen waits for the lock of another process before it is told."""
_OF_FILES: Final = frozenset({"read-failed", "write-failed"})
_UNWRITABLE: Final = frozenset({"read-only", "cannot-open"})


class Session:
    """One project, opened when first asked; jobs run one after another. Close it at the end.

    `clock` gives the present instant; it is the only clock that screens read.
    """

    def __init__(self, path: Path, *, clock: Callable[[], Instant]) -> None:
        """Take where the database is; nothing is opened yet."""
        self.path: Final = path
        self.clock: Final = clock
        self.patience_s = PATIENCE_S
        self._thread: Final = ThreadPoolExecutor(1, thread_name_prefix="segql-session")
        self._is_closed = False
        self._project: Project | None = None
        self._file: tuple[int, int] | None = None
        self._version: object = None
        self._change: object = None

    async def run(self, job: Job[Result]) -> Result:
        """What `job` makes of the project.

        Raises what it raises, errors of SQLite as `Busy` and `Broken`; `Broken`
        (`database-replaced`) once where another file has come in the place of the database: the
        next job opens that one.
        """
        if self._is_closed:
            raise Busy("the app is ending", code="closed")
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

    def another(self) -> Session:
        """Another session on the same database."""
        made = Session(self.path, clock=self.clock)
        made.patience_s = self.patience_s
        return made

    def close(self) -> None:
        """Close the database, after the job at hand."""
        self._is_closed = True
        self._thread.submit(self._forget)
        self._thread.shutdown()

    def _run(self, job: Job[Result]) -> Result:
        project = self._opened()
        from segql.store.driver import failures

        try:
            with failures(self.path):
                return job(project)
        except Broken as error:
            self._forget()  # what is broken may be whole when it is opened anew
            if error.code != "store-failed":
                raise
            raise self._reason(error) from error

    def _reason(self, error: SegqlError) -> SegqlError:
        """What is wrong with the file, where a query failed because of that."""
        try:
            self._opened()
        except SegqlError as found:
            return found
        return error

    def _opened(self) -> Project:
        from segql.app.project import Project  # here, so that the first screen need not wait for it

        file = self._identity()
        if self._project is not None and file != self._file:
            self._forget()
            raise Broken(
                f"`{self.path}` was {'removed' if file is None else 'replaced'} meanwhile",
                code="database-replaced",
                hint="put it back, or go on with what is there now",
            )
        if self._project is None:
            try:
                self._project = Project.opened(self.path)
            except Broken as error:
                if error.code not in _UNWRITABLE:
                    raise
                self._project = Project.opened(self.path, read_only=True)
            patience_ms = round(self.patience_s * 1000)
            self._project.connection.execute(f"pragma busy_timeout = {patience_ms}")
            self._file = file
        return self._project

    def _identity(self) -> tuple[int, int] | None:
        """What a file is known by, however it is called; None where there is none."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Broken(
                f"`{self.path}` cannot be reached: {error.strerror}",
                code="cannot-open",
                hint="check the permissions of its directory, and whether its disk is there",
            ) from error
        return found.st_dev, found.st_ino

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

    def show_error(self, error: BaseException) -> None:
        """Show a failure in a dialog, with a way on."""
        raise NotImplementedError

    def show_segment(self, name: str) -> None:
        """Show the screen of a segment."""
        raise NotImplementedError

    def show_profile(self, external: str, *, segment: str | None = None) -> None:
        """Show the screen of a profile, with why it is in a segment, or not."""
        raise NotImplementedError

    def edit(self, segment: str, revision: int | None = None) -> None:
        """Write on a segment, on its newest text or on that of a revision."""
        raise NotImplementedError


def _change_of(project: Project) -> object:
    """What moves with calls, definitions, flips and computations; not with derived columns."""
    from segql.store import segments, settings

    connection = project.connection
    counters = tuple(settings.counted(connection, one) for one in settings.Counter)
    return counters, segments.unsettled(connection)


class Asking:
    """A screen whose workers ask the database. One that fails is told, never the end of the app."""

    app: SessionApp

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say what a worker failed with."""
        error = event.worker.error
        if event.state is WorkerState.ERROR and error is not None:
            self.app.show_error(error)


def is_about_database(error: BaseException) -> bool:
    """Whether the database itself cannot be used, whatever it was asked."""
    if not isinstance(error, SegqlError):
        return False
    return error.code == "no-database" or (
        isinstance(error, Busy | Broken) and error.code not in _OF_FILES
    )
