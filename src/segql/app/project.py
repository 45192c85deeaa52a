"""An open project: its database, time zone and catalog; and the project as embedders use it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self
from zoneinfo import ZoneInfo

from segql.engines.sets import Cancelled
from segql.membership import accounts, catalog, firing
from segql.model.errors import Refused
from segql.store import settings
from segql.store.driver import Connection, caution, immediate
from segql.store.messages import Messages
from segql.store.migrations import open_store
from segql.store.vocabulary import StoredVocabulary

if TYPE_CHECKING:
    from segql.membership.catalog import Catalog


class Project:
    """A project's open database. Not for use by several threads at once; close it, or use `with`.

    The jobs that people do with a project are the functions of the modules beside this one; each
    takes the project first.
    """

    def __init__(self, path: Path, connection: Connection, *, read_only: bool) -> None:
        """Take an open connection; `opened` is the way to get a project."""
        self.path = path
        self.connection = connection
        self.read_only = read_only
        self.zone: ZoneInfo = settings.zone(connection)
        self._stops: Callable[[], bool] | None = None
        self._catalog: Catalog | None = None
        self._catalog_number = -1
        self._vocabulary: StoredVocabulary | None = None
        self.messages = Messages(connection)
        """Which messages of events are stored."""

    @classmethod
    def opened(
        cls,
        path: str | Path,
        *,
        create: bool = False,
        read_only: bool = False,
        zone: str = "UTC",
    ) -> Self:
        """The project in the database at `path`.

        With `create` a missing file becomes an empty project that counts days in `zone`. Raises
        `Refused` where there is no file, `Busy` and `Broken` where it cannot be used.
        """
        connection = open_store(path, create=create, read_only=read_only, zone=zone)
        project = cls(Path(path), connection, read_only=read_only)
        if not read_only:
            project._read_lines()
        return project

    def _read_lines(self) -> None:
        """Take up the lines of segments that were stored before lines were heeded."""
        if settings.read(self.connection, "lines") == "unread":
            with self.writing() as connection:
                firing.subscribe_all(connection, self.catalog().order, self.zone)
            self.forget_catalog()

    @property
    def warnings(self) -> tuple[str, ...]:
        """What whoever runs this should know about the database, one sentence each."""
        words = caution()
        return () if words is None else (words,)

    def catalog(self) -> Catalog:
        """The checked segments; read again when any process changed one since the last call."""
        number = settings.counted(self.connection, settings.Counter.CATALOG)
        if self._catalog is None or number != self._catalog_number:
            self._catalog = catalog.load(self.connection)
            self._catalog_number = number
        return self._catalog

    def forget_catalog(self) -> None:
        """Read the segments again at the next call: more than their definitions changed."""
        self._catalog = None

    def vocabulary(self) -> StoredVocabulary:
        """The names in the project's data, for checking texts and completing them."""
        if self._vocabulary is None:
            self._vocabulary = StoredVocabulary(self.connection)
        return self._vocabulary

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A write transaction: committed at the end, rolled back on any exception."""
        if self.read_only:
            raise Refused("the project is open for reading only", code="read-only-project")
        self._heed()
        try:
            with immediate(self.connection):
                self._heed()  # it may have waited for others
                yield self.connection
        except BaseException:
            self.forget_catalog()  # both may hold what was rolled back
            self.messages.forget()
            raise

    def _heed(self) -> None:
        if self._stops is not None and self._stops():
            raise Cancelled("it was told to stop")

    @contextmanager
    def until(self, cancelled: Callable[[], bool]) -> Iterator[Callable[[], bool]]:
        """End what is done inside with `Cancelled` before a write transaction, once told to.

        Between two of them everything is as a kill may find it. Gives the same question for what
        is done outside of transactions; once it has said yes, those that put things in order
        afterwards are let through.
        """

        def stops() -> bool:
            if not cancelled():
                return False
            self._stops = None
            return True

        self._stops = stops
        try:
            yield stops
        finally:
            self._stops = None

    def follow_up(self) -> None:
        """Let every profile follow what happened to its account, where that is not done yet."""
        accounts.catch_up(self.connection, self.writing, self.catalog, self.zone)

    def close(self) -> None:
        """Close the database."""
        self.connection.close()

    def __enter__(self) -> Self:
        """Give the project itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the database."""
        self.close()


def create_project(path: str | Path, *, zone: str) -> Project:
    """A new, empty project; raises `Refused` (`project-exists`) where there is a file already."""
    path = Path(path)
    if path.exists() and path.stat().st_size:
        raise Refused(
            f"there is a file `{path}` already",
            code="project-exists",
            hint="name another with --db; the time zone of a project cannot be changed yet",
        )
    return Project.opened(path, create=True, zone=zone)
