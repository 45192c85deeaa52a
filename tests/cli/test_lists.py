"""`segql segment`, run as a person does."""

from __future__ import annotations

from pathlib import Path

from ran import Segql


def test_a_list_goes_in_and_out_as_files(segql: Segql, tmp_path: Path) -> None:
    segql("import", "profiles", "-", "--format", "csv", stdin="id,plan\nann,pro\nbob,free\n")
    file = tmp_path / "vip.csv"
    file.write_text("id,name\nann,Ann\nzed,Zed\nbob,Bob\n")
    added = segql("segment", "add-profiles", "vip", file, "--description", "friends of ours")
    assert "vip.csv:3: there is no profile `zed`" in added.err
    assert "made the list `vip`" in added.err and "2 added" in added.err
    rule = tmp_path / "team.segql"
    rule.write_text('segment "best"\n  when in segment "vip" and trait.plan = "pro"\n')
    segql("apply", rule, "--prune")
    assert "no errors" in segql("check", rule, "--db", tmp_path / "segql.db").err
    assert segql("members", "best").out.split() == ["ann"]
    listed = {one["name"]: one for one in segql("segments", "--json").lines}
    assert (listed["vip"]["kind"], listed["vip"]["description"]) == ("manual", "friends of ours")
    out = segql("members", "vip", "--csv").out
    assert segql("segment", "remove-profiles", "vip", "-", "--json", stdin=out).one == {
        "name": "vip",
        "created": False,
        "removed": 2,
        "not_on_it": 0,
        "rejected": 0,
        "rejects": [],
        "members": 0,
    }
    assert segql("members", "best").out == ""
    assert "is a list" in segql("diff", "vip@1", "vip@1", code=1).err
    nobody = segql("segment", "add-profiles", "new", "-", stdin="zed\n", code=1)
    assert "the list `new` was not made" in nobody.err
