"""`.segql` files as a project's sources: read, parsed, and checked together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from attrs import evolve, field, frozen

from segql.app.project import Project
from segql.app.segments import Written, written_in
from segql.language import diagnostics as say
from segql.language.diagnostics import Diagnostic, Severity
from segql.language.files import ParsedFile, decode, parse_file
from segql.language.format import format_file
from segql.model.errors import Refused

SUFFIX = ".segql"


@frozen
class SourceFile:
    """A file's text, what parsing gave, and its diagnostics; `path` is None for other sources."""

    name: str
    text: str
    parsed: ParsedFile = field(repr=False)
    diagnostics: tuple[Diagnostic, ...]
    path: Path | None = None

    @property
    def is_faulty(self) -> bool:
        """Whether there is an error; warnings and hints are none."""
        return any(found.severity is Severity.ERROR for found in self.diagnostics)

    @property
    def written(self) -> tuple[Written, ...]:
        """The segments, each with its own text; only of a file without errors."""
        return written_in(self.text, self.parsed)

    @property
    def formatted(self) -> str:
        """The canonical text, comments in place; only of a file without errors."""
        return format_file(self.text, self.parsed)


def source_of(text: str, name: str, path: Path | None = None) -> SourceFile:
    """A text parsed as a `.segql` file."""
    parsed = parse_file(text, name)
    return SourceFile(name, text, parsed, parsed.diagnostics, path)


def read_file(path: Path) -> SourceFile:
    """A `.segql` file, read and parsed; raises `Refused` for an encoding that is not UTF-8."""
    return source_of(decode(path.read_bytes(), str(path)), str(path), path)


def files_in(paths: Iterable[Path], suffix: str = SUFFIX) -> tuple[Path, ...]:
    """The files named, and those that end in `suffix` below the folders named, by name.

    Each once. Raises `Refused` for a path that does not exist or a folder without such files.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            inside = sorted(inner for inner in path.rglob(f"*{suffix}") if inner.is_file())
            if not inside:
                raise Refused(f"no file below `{path}` ends in {suffix}", code="no-files")
            found.update(dict.fromkeys(inside))
        elif path.exists():
            found[path] = None
        else:
            raise Refused(f"there is no file `{path}`", code="no-such-file")
    return tuple(found)


def stored_files(project: Project) -> tuple[SourceFile, ...]:
    """The project's stored segments, a source each."""
    return tuple(
        source_of(entry.stored.text, f"segment {entry.name}")
        for entry in project.catalog().entries.values()
        if entry.written is not None
    )


def refuse_twice(files: Sequence[SourceFile]) -> tuple[SourceFile, ...]:
    """The files, with an error at every segment whose name another file holds already."""
    owner: dict[str, str] = {}
    checked = []
    for file in files:
        twice = []
        for segment in file.parsed.segments:
            first = owner.setdefault(segment.name, file.name)
            if first != file.name and segment.name_span is not None:
                twice.append(say.segment_twice(segment.name, first, segment.name_span))
        checked.append(with_more(file, twice))
    return tuple(checked)


def with_more(file: SourceFile, more: Sequence[Diagnostic]) -> SourceFile:
    """The file with further diagnostics, in the order of their places."""
    if not more:
        return file
    together = sorted((*file.diagnostics, *more), key=lambda found: found.span.start)
    return evolve(file, diagnostics=tuple(together))
