"""How a segment has grown: a curve with its scale."""

from __future__ import annotations

from typing import Final
from zoneinfo import ZoneInfo

from textual.content import Content

from segql.app.history import Population
from segql.model.display import sparkline
from segql.model.instants import local_text
from segql.tui.looks import MUTED

DAYS: Final = 30
SPAN_MS: Final = DAYS * 86_400_000
POINTS: Final = DAYS + 1


def curve(population: Population, zone: ZoneInfo) -> Content:
    """The members at instants as a curve, from the least to the greatest, which are told."""
    points = population.points
    sizes = [size for _, size in points]
    least, most = min(sizes), max(sizes)
    began, ended = points[0][0], points[-1][0]
    between = f"{local_text(began, zone)[:10]} to {local_text(ended, zone)[:10]}"
    if began < population.complete_from:
        between += f", history is complete from {local_text(population.complete_from, zone)} on"
    return Content.assemble(
        (sparkline(sizes), "$text-success"),
        f"\n{sizes[0]:,} → {sizes[-1]:,}; least {least:,}, most {most:,} ",
        (f"({between})", MUTED),
    )
