"""What tests of the terminal UI share: how the app is started, and waiting for it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import TypeAlias

from textual.pilot import Pilot

NOW = "2026-03-01T12:00:00Z"

Started: TypeAlias = Callable[..., AbstractAsyncContextManager[Pilot[None]]]
Snap: TypeAlias = Callable[[Pilot[None], str], None]


async def settled(pilot: Pilot[None]) -> None:
    """Wait until nothing is under way."""
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()
