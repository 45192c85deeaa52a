"""`.segql` files brought into canonical form: what would change, as a diff, and written."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path

from attrs import field, frozen

from segql.app.sources import SourceFile, source_of
from segql.language.files import decode


@frozen
class Formatted:
    """A file as it is, and its canonical text, None while it has errors."""

    source: SourceFile
    content: bytes = field(repr=False)
    text: str | None = field(repr=False)

    @property
    def changed(self) -> bool:
        """Whether a byte would change; line breaks of Windows and byte order marks do."""
        return self.text is not None and self.text.encode() != self.content


def formatted(content: bytes, name: str, path: Path | None = None) -> Formatted:
    """The content of a file called `name` with its canonical text.

    Raises `Refused` (`bad-encoding`) for what is not UTF-8.
    """
    source = source_of(decode(content, name), name, path)
    return Formatted(source, content, None if source.is_faulty else source.formatted)


def diff(file: Formatted) -> Iterator[str]:
    """The lines of a unified diff from the file to its canonical text, without line breaks.

    `patch` and `git apply -p0` take it; nothing where nothing changes.
    """
    before, after = file.content.decode(), file.text or ""
    name = file.source.name
    for line in unified_diff(_lines(before), _lines(after), name, name, n=3):
        yield line.removesuffix("\n")
        if not line.endswith("\n") and line[:1] in "+- ":
            yield "\\ No newline at end of file"


def _lines(text: str) -> list[str]:
    # Not `splitlines`, which also breaks at form feeds and the like, inside strings and comments.
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def rewrite(path: Path, text: str) -> None:
    """Put `text` in the place of the file at once: a full disk or a kill leaves the old one.

    Permissions stay, and a link stays a link. Raises `OSError`.
    """
    target = path.resolve()
    mode = target.stat().st_mode
    with tempfile.NamedTemporaryFile(
        dir=target.parent, prefix=f".{target.name}.", suffix=".tmp", delete=False
    ) as beside:
        written = Path(beside.name)
        try:
            beside.write(text.encode())
            beside.flush()
            written.chmod(mode)
            written.replace(target)
        except BaseException:
            written.unlink(missing_ok=True)
            raise
