"""Progress bars with rate and time left, on a terminal's standard error; nothing in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

_FULL = 1000.0

Advance = Callable[[int, int | None, str], None]
"""Called with what is done, what there is in all (None: not known), and words for the moment."""


@contextmanager
def progress(words: str, *, unit: str = "", shown: bool | None = None) -> Iterator[Advance]:
    """A bar that the yielded function moves; it is gone at the end.

    `shown` forces the bar on or off; by default a terminal decides. `unit` names what the rate
    counts, such as `rows`.
    """
    if not (sys.stderr.isatty() if shown is None else shown):
        yield lambda done, total, words: None
        return
    with _bar(unit) as bar:
        task = bar.add_task(words, total=None, done=0)

        def advance(done: int, total: int | None, detail: str) -> None:
            # The total is an estimate that moves; the bar forgets its speed whenever its own does.
            bar.update(
                task,
                completed=_FULL * done / total if total else 0,
                total=_FULL if total else None,
                description=f"{words} {detail}".rstrip(),
                done=done,
            )

        yield advance


def _bar(unit: str) -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn, TimeRemainingColumn
    from rich.text import Text

    class Rate(ProgressColumn):
        def render(self, task: Any) -> Text:
            done, elapsed = task.fields["done"], task.elapsed
            return Text(f"{done / elapsed:,.0f} {unit}/s" if unit and done and elapsed else "")

    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        Rate(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
