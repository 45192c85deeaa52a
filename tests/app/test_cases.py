"""Files of cases: what is read from them, and what is refused with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from segql.app.cases import BadCases, read_cases
from segql.model.instants import read_instant

GOOD = """\
now = "2026-03-01T12:00:00Z"

[profiles]
ann = { events = ["export -1d {rows=3, format=csv}"], traits = { plan = "pro" } }

[profiles.bert]
surveys = ["nps completed -1h+1ms {score=9}"]

[[case]]
segment = "pro"
members = ["ann"]

[[case]]
segment = "pro"
now = "2026-03-02T12:00:00+01:00"
members = []
why = "nobody"
"""


def read(tmp_path: Path, text: str | bytes) -> object:
    path = tmp_path / "a.test.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_cases(path, "segment")


def test_people_and_cases_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.test.toml"
    path.write_text(GOOD)
    file = read_cases(path, "segment")
    assert file.name == "a"
    assert file.zone.key == "UTC"
    assert file.profiles["ann"]["events"] == [
        {
            "event": "export",
            "time": "2026-02-28T12:00:00Z",
            "properties": {"rows": 3, "format": "csv"},
        }
    ]
    assert file.profiles["bert"]["surveys"][0]["time"] == "2026-03-01T11:00:00.001Z"
    first, second = file.cases
    assert (first.name, second.name) == ("pro", "pro-2")
    assert (first.line, second.line) == (9, 13)
    assert second.now == read_instant("2026-03-02T11:00:00Z", file.zone)
    assert first.members == {"ann"}
    assert second.why == "nobody"


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("members = []", "members = [", 17, "is no TOML"),
        ('now = "2026-03-01T12:00:00Z"', "", 1, "it has no `now`"),
        ('now = "2026-03-01T12:00:00Z"', "now = 2026-03-01T12:00:00Z", 1, "`now` is a datetime"),
        ("12:00:00+01:00", "12:00:00", 13, "`case[1].now` is `2026-03-02T12:00:00`, expected"),
        ('now = "2026-03-01', 'zone = "Mars"\nnow = "2026-03-01', 1, "`zone` is `Mars`"),
        ("export -1d", "export", 4, "`profiles.ann.events[0]` is `export {rows=3, format=csv}`"),
        ("-1h+1ms", "-1h+1", 6, "`profiles.bert.surveys[0].time` is `-1h+1`"),
        ("-1d", "-999999999999w", 4, "which leaves the years 1 to 9999"),
        ("nps completed", "nps done", 6, "`profiles.bert.surveys[0].action` is `done`, not one"),
        ("traits =", "trait =", 4, "`profiles.ann` has the unknown key `trait`"),
        ('plan = "pro"', "plan = 2026-01-01", 4, "`profiles.ann.traits.plan` is no JSON value"),
        ('["ann"]', '["anne"]', 9, "`case[0].members` names `anne`, who has no profile"),
        ('["ann"]', '["ann", "ann"]', 9, "`case[0].members` lists `ann` twice"),
        ('["ann"]', '"ann"', 9, "`case[0].members` is text, expected a list"),
        ('segment = "pro"\nnow', 'rule = "everyone"\nnow', 13, "`case[1]` has no `segment`"),
        ("why =", "wy =", 13, "`case[1]` has the unknown key `wy`"),
        ("[profiles]", "[segments]\n\n[profiles]", 1, "it has the unknown key `segments`"),
        ("[[case]]", "[[cases]]", 1, "it has no `case`"),
    ],
)
def test_what_is_wrong_is_refused_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, said: str
) -> None:
    assert old in GOOD
    with pytest.raises(BadCases) as caught:
        read(tmp_path, GOOD.replace(old, new))
    message = str(caught.value)
    assert message.startswith(f"{tmp_path / 'a.test.toml'}:{line}: "), message
    assert said in message


def test_other_encodings_and_bottomless_files_are_refused(tmp_path: Path) -> None:
    for text in (GOOD.encode("utf-16"), b"now = '\xff'", "a = " + "[" * 100_000):
        with pytest.raises(Exception, match=r"is not UTF-8|nested too deeply|is no TOML"):
            read(tmp_path, text)
