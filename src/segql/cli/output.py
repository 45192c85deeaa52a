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

from segql.model.display import visible

if TYPE_CHECKING:
    from rich.table import Table

    from segql.model.errors import SegqlError

INPUT_AT_FAULT = 1
SYSTEM_FAILED = 3
INTERRUPTED = 130


def say(text: str, *, style: str | None = None) -> None:
    """Print words for people, on standard error; control characters are made visible."""
    click.secho(visible(text, breaks=True), err=True, fg=style)


def say_failure(error: SegqlError) -> None:
    """Say what failed, and how to mend it where that is known."""
    say(f"error[{error.code}]: {error}", style="red")
    if error.hint:
        say(f"  = help: {error.hint}")


class ReaderGone(Exception):
    """Whoever read standard output has stopped, as `head` does: nothing is wrong with us."""


def _write(text: str, *, line_break: bool = True) -> None:
    try:
        click.echo(text, nl=line_break)
    except BrokenPipeError as gone:  # click would end with 1
        raise ReaderGone from gone


def put(text: str, *, style: str | None = None) -> None:
    """Print one line of data on standard output; control characters are made visible."""
    _write(click.style(visible(text), fg=style) if style else visible(text))


def put_as_it_is(text: str) -> None:
    """Print text for another program, byte by byte, without a line break of our own."""
    _write(text, line_break=False)


def put_json(value: Mapping[str, Any]) -> None:
    """Print one JSON object on a line of its own."""
    _write(json.dumps(value, ensure_ascii=False, allow_nan=False))


def put_json_lines(values: Iterable[Mapping[str, Any]]) -> None:
    """Print a list as JSON Lines."""
    for value in values:
        put_json(value)


def put_csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """Print rows as CSV with a header, as it is: it is for programs."""
    import csv
    from io import StringIO

    line = StringIO()
    writer = csv.DictWriter(line, columns, lineterminator="\n")
    writer.writeheader()
    put_as_it_is(line.getvalue())
    for row in rows:
        line.seek(0)
        line.truncate()
        writer.writerow(row)
        put_as_it_is(line.getvalue())


def put_values(values: Iterable[object]) -> None:
    """Print attrs values as JSON Lines, each an object with the value's fields."""
    from cattrs import Converter

    from segql.model import why

    converter = Converter()
    converter.register_unstructure_hook(why.Why, why.to_dict)
    put_json_lines(map(converter.unstructure, values))


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
