"""Puts the tables of the grammar into the wheel, so that nobody has to compute them."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent


class TablesHook(BuildHookInterface):  # type: ignore[type-arg]  # hatchling's configuration
    """Computes them when a wheel is built; an editable install reads those of its source tree."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the file of tables to those of the wheel."""
        sys.path.insert(0, str(ROOT / "src"))
        from segql.language import tables

        if version == "editable":
            tables.tables()  # writes them beside the grammar
            return
        grammar = (ROOT / "grammar" / "segql.lark").read_text(encoding="utf-8")
        self._folder = tempfile.TemporaryDirectory()
        made = Path(self._folder.name) / tables.FILE
        made.write_bytes(tables.written(grammar))
        build_data["force_include"][str(made)] = f"segql/grammar/{tables.FILE}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Leave nothing behind."""
        if version != "editable":
            self._folder.cleanup()
