"""`make screenshots`: the pictures of the guide, taken of the real app on the demo's data.

The clock stands still, so that the same data give the same pictures. The fonts of the reader are
asked for instead of one from a server, which no page of GitHub may load.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final, TypeAlias

from textual.pilot import Pilot
from textual.widgets import Input

import segql
from screens import settled, until
from segql.cli.main import run
from segql.model.instants import read_instant, zone_named
from segql.tui.author import AuthorPage
from segql.tui.main import SegqlApp

BEGAN: Final = "2026-01-30T12:00:00Z"
NOW: Final = "2026-03-01T18:00:00Z"
"""The segments are a month old: time has moved people meanwhile."""
ROOT: Final = Path(__file__).resolve().parents[1]
FONTS: Final = "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
Scene: TypeAlias = Callable[[Pilot[None]], Awaitable[None]]


async def author(pilot: Pilot[None]) -> None:
    """A segment that is being changed: who would enter, what each condition keeps, and why."""
    page = await opened(pilot, "power users")
    await written(page, pilot, page.editor.text.replace("at least 4 times", "at least 3 times"))
    await pilot.press("ctrl+g", "down")


async def completion(pilot: Pilot[None]) -> None:
    """What may stand at the cursor, from the data."""
    page = await empty(pilot)
    await written(page, pilot, "trait.plan = ")
    await pilot.press("ctrl+@")
    await until(pilot, lambda: page.editor.menu.is_open)


async def mistake(pilot: Pilot[None]) -> None:
    """Mistakes with what was meant."""
    page = await empty(pilot)
    await written(
        page,
        pilot,
        'trait.plann = "pro"\nand did "export" having sum(row) > 1000 within 30',
    )


async def save(pilot: Pilot[None]) -> None:
    """What saving would change, in the text and in members."""
    page = await opened(pilot, "power users")
    await written(page, pilot, page.editor.text.replace("at least 4 times", "at least 3 times"))
    await pilot.press("ctrl+s")


async def segments(pilot: Pilot[None]) -> None:
    """All segments."""
    await pilot.press("f3")


async def segment(pilot: Pilot[None]) -> None:
    """One segment with its members."""
    await gone(pilot, "fresh trials")


async def profile(pilot: Pilot[None]) -> None:
    """One profile, and why it is where it is."""
    await gone(pilot, "0000002")


async def feed(pilot: Pilot[None]) -> None:
    """Who enters and leaves, and because of what."""
    await pilot.press("f4")


SCENES: Final[dict[str, tuple[Scene, tuple[int, int]]]] = {
    "author": (author, (130, 34)),
    "completion": (completion, (100, 22)),
    "mistake": (mistake, (100, 26)),
    "save": (save, (100, 32)),
    "segments": (segments, (110, 30)),
    "segment": (segment, (110, 28)),
    "profile": (profile, (120, 34)),
    "feed": (feed, (110, 26)),
}
"""By the name of the picture: how it comes about, columns and rows."""


async def opened(pilot: Pilot[None], name: str) -> AuthorPage:
    """The author screen with a segment."""
    page = await empty(pilot)
    page.open_segment(name)
    await until(pilot, lambda: page.drafts.current.segment == name)
    return page


async def empty(pilot: Pilot[None]) -> AuthorPage:
    """The author screen without a text."""
    await pilot.press("f2")
    page = pilot.app.screen
    assert isinstance(page, AuthorPage)
    page.editor.cursor_blink = False
    await settled(pilot)
    return page


async def written(page: AuthorPage, pilot: Pilot[None], text: str) -> None:
    """Wait until a text in the editor was looked at."""
    page.editor.replace(text, (0, 0), page.editor.document.end)
    page.editor.move_cursor(page.editor.document.end)
    await until(pilot, lambda: page.assessed is not None and page.assessed.draft.text == text)


async def gone(pilot: Pilot[None], to: str) -> None:
    """Go to something by its name."""
    await pilot.press("f3", "colon")
    pilot.app.screen.query_one(Input).value = to
    await settled(pilot)
    await pilot.press("enter")


async def taken(database: Path, state: Path, scene: Scene, size: tuple[int, int]) -> str:
    """The picture of a scene as SVG."""
    now = read_instant(NOW, zone_named("UTC"))
    assert now is not None
    app = SegqlApp(database, clock=lambda: now, state=state)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await scene(pilot)
        await settled(pilot)
        app.clear_notifications()
        await settled(pilot)
        svg = app.export_screenshot(title="segql tui", simplify=True)
    svg = re.sub(r"@font-face\s*\{.*?\}\s*", "", svg, flags=re.S)
    svg = re.sub(r"font-family: (?:Fira Code, monospace|arial)", f"font-family: {FONTS}", svg)
    return re.sub(r"terminal-\d+", "terminal", svg)


def prepared(data: Path, database: Path) -> Path:
    """The demo's product with a month in which time passed and people moved; made where missing."""
    if database.exists():
        return database
    database.parent.mkdir(parents=True, exist_ok=True)
    half = database.with_suffix(".half")
    for leftover in database.parent.glob(f"{half.name}*"):
        leftover.unlink()
    db = ["--db", str(half)]
    segql_("init", "--zone", "Europe/Zurich", *db)
    for kind in ("profiles", "events", "responses"):
        segql_("import", kind, str(next(data.glob(f"{kind}.*"))), "--no-progress", *db)
    segql_("apply", str(ROOT / "examples/saas/segments.segql"), "--now", BEGAN, *db)
    segql_("advance", "--now", NOW, *db)
    with segql.open(half) as project:
        for who in ("0000003", "0000006", "0000022"):
            project.track(who, "export", {"format": "csv"}, time=NOW, now=NOW)
    return half.rename(database)


def segql_(*words: str) -> None:
    """Run a command, which must succeed."""
    if run(list(words)):
        sys.exit(1)


async def main() -> None:
    """Take every picture."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, default=Path("build/demo/saas"))
    options.add_argument("--db", type=Path, default=Path("build/pictures/saas.db"))
    options.add_argument("--out", type=Path, default=Path("docs/pictures"))
    chosen = options.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    database = prepared(chosen.data, chosen.db)
    for name, (scene, size) in SCENES.items():
        with tempfile.TemporaryDirectory() as state:
            svg = await taken(database, Path(state), scene, size)
        (chosen.out / f"{name}.svg").write_text(svg, encoding="utf-8")
        sys.stdout.write(f"{chosen.out / f'{name}.svg'}: {len(svg) / 1000:.0f} kB\n")


if __name__ == "__main__":
    asyncio.run(main())
