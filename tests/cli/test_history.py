"""changes, population, journey, settings, prune and members --at, run as a person does."""

from __future__ import annotations

from pathlib import Path

from ran import Segql


def test_a_person_reads_what_was(segql: Segql, tmp_path: Path) -> None:
    file = tmp_path / "team.segql"
    file.write_text('segment "paid"\n  when trait.plan = "pro"\n')
    segql("apply", file, "--now", "2026-02-01")
    for now, plans in (
        ("2026-03-01", "ann,pro\nbob,free\n"),
        ("2026-03-05", "ann,free\nbob,pro\n"),
    ):
        segql("import", "profiles", "-", "--format", "csv", "--now", now, stdin=f"id,plan\n{plans}")
    assert segql("members", "paid", "--at", "2026-03-02").out.split() == ["ann"]
    assert segql("members", "paid", "--at", "2026-02-28").out == ""
    assert segql("members", "paid", "--csv").out == (
        "profile,entered,cause\nbob,2026-03-05T00:00:00Z,import\n"
    )
    listed = segql("changes", "paid", "--json").lines
    assert [(one["profile"], one["change"], one["cause"]) for one in listed] == [
        ("ann", "enter", "import"),
        ("ann", "leave", "import"),
        ("bob", "enter", "import"),
    ]
    first = segql("changes", "--limit", 1)
    assert "ann enters paid  (import)" in first.out
    cursor = listed[0]["flip"]
    assert f"--after {cursor}" in first.err
    assert segql("changes", "--since", cursor, "--json").lines == listed[1:]
    assert segql("changes", "--since", "2026-03-05", "--json").lines == listed[1:]
    limits = ("--since", "2026-02-28", "--until", "2026-03-06", "--points", 4)
    over_time = segql("population", "paid", *limits, "--json").lines
    assert [one["members"] for one in over_time] == [0, 1, 1, 1]
    assert "2026-03-06 00:00 UTC" in segql("population", "paid", *limits).out
    later = ("--now", "2026-03-06")
    trend = segql("segments", "--trend", 10, *later, "--json").one["trend"]
    assert (len(trend), trend[0], trend[-1]) == (16, 0, 1)
    assert "▁▁▁▁▁▁▁████" in segql("segments", "--trend", 10, *later).out
    assert "because: an import; left because: an import" in segql("journey", "ann").out
    assert segql("journey", "ann", "--json").lines[0]["because"]["cause"] == "import"
    assert "for ever" in segql("prune").err
    assert "history is kept: 30 days" in segql("settings", "--keep-history", "30").out
    assert segql("prune", "--now", "2026-05-01", "--json").one == {
        "removed": 1,
        "keep_history_days": 30,
        "removed_outbox": 0,
        "keep_outbox_days": None,
    }
    assert "not kept any more" in segql("changes").err
    assert "complete from" in segql("members", "paid", "--at", "2026-03-02", code=1).err
    assert "no number of days" in segql("settings", "--keep-history", "long", code=2).err
