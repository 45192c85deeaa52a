"""Segments, their revisions and files as documents to write on."""

from __future__ import annotations

from pathlib import Path

from segql.app.formatting import rewrite
from segql.app.project import Project
from segql.app.revisions import revisions_of
from segql.language.files import decode, parse_file
from segql.model.errors import Broken, Refused
from segql.tui.drafts import Document


def segment_document(project: Project, name: str, revision: int | None = None) -> Document:
    """A segment's newest text, or that of a revision, which then differs from what is saved."""
    entry = project.catalog().entry(name)
    if entry.stored.kind != "rule":
        raise Refused(
            f"segment `{name}` is a manual list, which has no rule", code="manual-segment"
        )
    newest = entry.stored.text
    text = newest
    if revision is not None:
        texts = {one.number: one.text for one in revisions_of(project, name)}
        text = texts.get(revision, newest)
    return Document(f"segment {name}", text, newest, {name: entry.stored.revision})


def revisions_in(project: Project, text: str) -> dict[str, int]:
    """The newest revisions of the segments that a file's text holds, by name."""
    entries = project.catalog().entries
    return {
        one.name: entries[one.name].stored.revision
        for one in parse_file(text).segments
        if one.name in entries
    }


def file_document(project: Project, path: Path) -> Document:
    """A `.segql` file, or an empty text that will become one; raises `Refused` and `Broken`."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        content = b""
    except OSError as error:
        raise Broken(f"`{path}` cannot be read: {error.strerror}", code="read-failed") from error
    text = decode(content, str(path)).replace("\r\n", "\n").replace("\r", "\n")
    return Document(f"file {path}", text, text, revisions_in(project, text))


def write_file(path: Path, text: str) -> None:
    """Put `text` into a file, at once where there is one already; raises `Broken`."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            rewrite(path, text)
        else:
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Broken(
            f"`{path}` cannot be written: {error.strerror}", code="write-failed"
        ) from error
