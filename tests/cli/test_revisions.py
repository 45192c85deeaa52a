"""history, diff and restore, run as a person does."""

from __future__ import annotations

from pathlib import Path

from ran import Segql


def test_a_segment_goes_back_to_what_it_was(segql: Segql, tmp_path: Path) -> None:
    rows = "id,plan\nann,pro\nbob,free\ncleo,team\n"
    segql("import", "profiles", "-", "--format", "csv", stdin=rows)
    file = tmp_path / "team.segql"
    for rule in ('trait.plan = "pro"', 'trait.plan = "pro" or trait.plan = "team"', "everyone"):
        file.write_text(f'segment "paid"\n  when {rule}\n')
        segql("apply", file)
    listed = segql("history", "paid", "--json").lines
    assert [one["revision"] for one in listed] == [1, 2, 3]
    assert "+1 -1 lines" in segql("history", "paid").out
    found = segql("diff", "paid@1", "paid@2", "--json").one
    assert found["members"] == [
        {"revision": "paid@1", "only": 0, "sample": []},
        {"revision": "paid@2", "only": 1, "sample": ["cleo"]},
    ]
    assert found["both"] == 1
    shown = segql("diff", "paid@3", "paid@1").out
    assert "-  when everyone" in shown and "only in paid@3: 2 (bob, cleo)" in shown
    assert segql("restore", "paid@1", "--json").one == {
        "name": "paid",
        "restored": 1,
        "revision": 4,
    }
    assert segql("members", "paid").out.split() == ["ann"]
    assert "only in paid@3: 2" in segql("diff", "paid").out
    assert "as revision 1" in segql("history", "paid").out.splitlines()[-1]
    assert "has no revision 9" in segql("diff", "paid@1", "paid@9", code=1).err
    assert "NAME@NUMBER" in segql("restore", "paid", code=2).err
