"""What commands print: data on standard output, words on standard error; and the exit codes.

0 fine, 1 the input or the rule is at fault, 2 wrong usage, 3 the store or the system failed,
130 interrupted.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.table import Table

INPUT_AT_FAULT = 1
SYSTEM_FAILED = 3
INTERRUPTED = 130

_BAR = "▏▎▍▌▋▊▉█"


def say(text: str, *, style: str | None = None) -> None:
    """Print words for people, on standard error; control characters are made visible."""
    click.secho(visible(text, breaks=True), err=True, fg=style)


class ReaderGone(Exception):
    """Whoever read standard output has stopped, as `head` does: nothing is wrong with us."""


def _write(line: str) -> None:
    try:
        click.echo(line)
    except BrokenPipeError as gone:  # click would end with 1
        raise ReaderGone from gone


def put(text: str) -> None:
    """Print one line of data on standard output; control characters are made visible."""
    _write(visible(text))


def put_json(value: Mapping[str, Any]) -> None:
    """Print one JSON object on a line of its own."""
    _write(json.dumps(value, ensure_ascii=False, allow_nan=False))


def put_json_lines(values: Iterable[Mapping[str, Any]]) -> None:
    """Print a list as JSON Lines."""
    for value in values:
        put_json(value)


def visible(text: str, *, breaks: bool = False) -> str:
    """`text` with control, format and surrogate characters written as escapes.

    Names and values come from outside: none of them may steer the terminal. With `breaks`, line
    breaks stay.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        char if char.isprintable() or (breaks and char == "\n") else f"\\u{{{ord(char):x}}}"
        for char in text
    )


def put_table(columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[str]]) -> None:
    """Print rows as a table: columns are (title, "left" or "right").

    On a terminal it fits the width; in a pipe nothing is cut or coloured.
    """
    table = _table(columns)
    for row in rows:
        table.add_row(*(visible(cell) for cell in row))
    _console().print(table)


def _table(columns: Sequence[tuple[str, str]]) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold", show_edge=False)
    for title, justify in columns:
        table.add_column(
            title,
            justify="right" if justify == "right" else "left",
            no_wrap=justify == "right",
            overflow="fold",
        )
    return table


def _console() -> Any:
    from rich.console import Console

    is_terminal = sys.stdout.isatty()
    return Console(
        file=sys.stdout,
        highlight=False,
        markup=False,
        emoji=False,
        width=None if is_terminal else 10_000,
        no_color=not is_terminal,
        soft_wrap=not is_terminal,
    )


def bar(share: float, width: int = 20) -> str:
    """A horizontal bar for a share from 0 to 1, in eighths of a cell; never empty above zero."""
    eighths = round(share * width * 8)
    if share > 0:
        eighths = max(eighths, 1)
    full, rest = divmod(eighths, 8)
    return "█" * full + (_BAR[rest - 1] if rest else "")


def percent(part: int, whole: int) -> str:
    """A share for people: `12.3%`, `<0.1%` where it is not zero, `-` of nobody."""
    if whole == 0:
        return "-"
    share = 100 * part / whole
    return "<0.1%" if 0 < share < 0.1 else f"{share:.1f}%"


def milliseconds(ms: int | None) -> str:
    """A time taken, for people."""
    if ms is None:
        return "-"
    return f"{ms} ms" if ms < 10_000 else f"{ms / 1000:.1f} s"
