"""docs/tui.md: what it says to write into `segql.toml` is heeded."""

from __future__ import annotations

import re
from pathlib import Path

from segql.app.config import read
from segql.tui.keys import keys_in

GUIDE = Path(__file__).parents[2] / "docs" / "tui.md"


def test_the_settings_shown_are_heeded(tmp_path: Path) -> None:
    (shown,) = re.findall(r"^```toml\n(.*?)^```", GUIDE.read_text("utf-8"), re.M | re.S)
    (tmp_path / "segql.toml").write_text(shown, encoding="utf-8")
    config = read(tmp_path)
    assert config.database is not None and config.tui.theme == "textual-light"
    keys = keys_in(config.tui.keys)
    assert keys.problems == () and len(keys.chosen) == 2
