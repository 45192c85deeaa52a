"""Keep a segment's members exact in a service, and sleep until time alone changes them."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

import segql

with tempfile.TemporaryDirectory() as folder, segql.open(Path(folder) / "team.db") as project:
    project.track("ann", "export", now="2026-03-01T12:00:00Z")
    project.define("fresh", 'did "export" within 7d', now="2026-03-01T12:00:00Z")
    project.track("bert", "export", now="2026-03-02T09:30:00Z")  # in at once
    print(list(project.members("fresh")))

    change = project.next_change("fresh", now="2026-03-02T10:00:00Z")
    while change is not None:  # a service would sleep until then
        at = datetime.fromtimestamp(change.at / 1000, UTC)
        project.advance(now=at)
        print(f"{at:%d %B %H:%M}", change.profile, list(project.members("fresh")))
        change = project.next_change("fresh", now=at)
