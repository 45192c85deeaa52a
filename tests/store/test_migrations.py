"""Files that older versions wrote; `version_N.sql` is the dump of one, all of it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

import segql
from segql.model.errors import Busy
from segql.store import migrations, outbox, profiles
from segql.store.digests import message_digest
from segql.store.driver import connect, immediate
from segql.store.facts import facts_of
from segql.store.migrations import VERSION, open_store, version

DUMP = Path(__file__).with_name("version_1.sql")
LATER = "2026-03-10T12:00:00Z"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A store that version 1 wrote: two profiles of an account, an event, a segment `pros`."""
    path = tmp_path / "old.db"
    connection = connect(path, create=True)
    connection.executescript(DUMP.read_text(encoding="utf-8"))
    assert migrations.version(connection) == 1
    connection.close()
    return path


def test_a_file_of_version_1_keeps_everything_and_knows_no_change(old: Path) -> None:
    connection = open_store(old)
    assert migrations.version(connection) == migrations.VERSION
    number = profiles.profile_id(connection, "ann")
    assert number is not None
    ann = facts_of(connection, number, in_segment=lambda *_: False)
    assert ann is not None
    assert ann.trait(("company", "size")) == 12
    assert ann.changed(("plan",)) is None
    assert sorted(mate.id for mate in ann.teammates()) == ["ann", "bob"]
    connection.close()


def test_messages_that_an_older_version_stored_are_present(old: Path) -> None:
    with closing(connect(old)) as connection:
        connection.execute("update events set message = ?", (message_digest("m1"),))
    with segql.open(old) as project:
        again = segql.calls.Track("ann", "export", message_id="m1")
        other = segql.calls.Track("ann", "export", message_id="m2")
        outcomes = project.batch([again, other], now=LATER)
        assert [one.status for one in outcomes] == ["present", "stored"]


def test_changes_after_the_migration_are_known(old: Path) -> None:
    with segql.open(old) as project:
        project.identify("ann", {"plan": "team", "company": {"size": 13}}, now=LATER)
        project.identify("ann", {"plan": "team", "seats": 3}, now="2026-03-11T12:00:00Z")
        assert not list(project.members("pros"))
        number = profiles.profile_id(project.connection, "ann")
        assert number is not None
        ann = facts_of(project.connection, number, in_segment=lambda *_: False)
        assert ann is not None
        since = 1_773_144_000_000  # LATER
        assert ann.changed(("plan",)) == since
        assert ann.changed(("company",)) == ann.changed(("company", "size")) == since
        assert ann.changed(("seats",)) == since + 86_400_000


def test_a_reader_has_a_file_brought_up_to_date(old: Path) -> None:
    with closing(open_store(old, read_only=True)) as reader:
        assert version(reader) == VERSION


def test_a_reader_waits_for_nobody_longer_than_asked(old: Path) -> None:
    with closing(connect(old)) as other, immediate(other), pytest.raises(Busy):
        open_store(old, read_only=True, wait_s=0.05)


def test_lines_of_segments_are_heeded_from_now_on(old: Path) -> None:
    with closing(connect(old)) as connection:
        connection.execute("update revisions set text = text || ?", ('  on leave notify "crm"\n',))
    with segql.open(old) as project:
        assert not outbox.listed(project.connection)
        project.identify("ann", {"plan": "team"}, now=LATER)
        [row] = outbox.listed(project.connection)
        assert (row.profile, row.segment, row.what, row.destination) == (
            "ann",
            "pros",
            "leave",
            "crm",
        )
