"""plan, and apply --dry-run, run as a person does."""

from __future__ import annotations

from pathlib import Path

from ran import Segql


def test_an_edit_is_shown_before_it_is_made(segql: Segql, tmp_path: Path) -> None:
    rows = "id,plan,seats\nann,pro,12\nbob,team,7\ncleo,free,1\n"
    segql("import", "profiles", "-", "--format", "csv", stdin=rows)
    file = tmp_path / "team.segql"
    text = 'segment "pro"\n  when trait.plan = "pro"\nsegment "fans"\n  when in segment "pro"\n'
    file.write_text(text)
    segql("apply", file)
    assert segql("plan", "pro", 'trait.plan in ("team", "free")').out.splitlines() == [
        "~ pro: 2 would enter, 1 leave, 0 stay",
        "    + bob",
        '        was ✗ trait.plan = "pro": it is "team"',
        '        now ✓ trait.plan in ("team", "free"): it is "team"',
        "    + cleo",
        '        was ✗ trait.plan = "pro": it is "free"',
        '        now ✓ trait.plan in ("team", "free"): it is "free"',
        "    - ann",
        '        was ✓ trait.plan = "pro": it is "pro"',
        '        now ✗ trait.plan in ("team", "free"): it is "pro"',
        "> fans: 2 would enter, 1 leave, 0 stay",
        "    + bob",
        '        was ✗ in segment "pro": not a member',
        '        now ✓ in segment "pro": a member',
        "    + cleo",
        '        was ✗ in segment "pro": not a member',
        '        now ✓ in segment "pro": a member',
        "    - ann",
        '        was ✓ in segment "pro": a member',
        '        now ✗ in segment "pro": not a member',
    ]
    one = segql("plan", "big", "trait.seats >= 5", "--json").one
    assert (one["action"], one["entering"]["n"], one["staying"]) == ("create", 2, 0)
    assert one["entering"]["sample"][0]["after"][0]["rule"] == "trait.seats >= 5"
    assert segql("members", "pro").out.split() == ["ann"]
    assert "nobody would" in segql("plan", file).err
    file.write_text(text.replace('plan = "pro"', 'plan != "pro"'))
    found = segql("apply", file, "--dry-run", "--json").lines
    assert [(o["name"], o["action"], o["entering"]["n"], o["applied"]) for o in found] == [
        ("pro", "change", 2, False),
        ("fans", "unchanged", 2, False),
    ]
    shown = segql("apply", file, "--dry-run")
    assert "~ pro: 2 would enter, 1 leave, 0 stay" in shown.out
    assert "nothing was changed" in shown.err
    assert "expected" in segql("plan", "pro", "trait.plan = ", code=1).err
    assert "no segment `nobody`" in segql("plan", "pro", 'in segment "nobody"', code=1).err
