"""Progress bars with rate and time left, on a terminal's standard error; nothing in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

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
        task = bar.add_task(words, total=None)

        def advance(done: int, total: int | None, detail: str) -> None:
            bar.update(task, completed=done, total=total, description=f"{words} {detail}".rstrip())

        yield advance


def _bar(unit: str) -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn, TimeRemainingColumn
    from rich.text import Text

    class Rate(ProgressColumn):
        def render(self, task: Any) -> Text:
            speed = task.finished_speed or task.speed
            return Text(f"{speed:,.0f} {unit}/s" if speed and unit else "")

    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        Rate(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
