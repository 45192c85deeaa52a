"""The outbox holds what the history of flips says, told by a model that looks back over all of it.

Whatever is done, a line has told of just the entries and exits that were news while it lived, and
of the stays that had lasted by then, each once, and skipped what fell into its cool-down.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from attrs import define, field, frozen
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from segql.app import advance, ingest, outbox, segments
from segql.app.project import Project
from segql.language.files import parse_file
from segql.model.calls import Call, Delete, Identify
from segql.store import settings as stored_settings
from segql.store.driver import Connection

START = 1_772_366_400_000
DAY = 86_400_000
ZONE = ZoneInfo("Europe/Zurich")
FOREVER = 2**62

RULES = ('trait.plan = "pro"', 'trait.plan != "pro"', "trait.seats >= 3", "no one")
LINES = {
    ("enter", "", "crm"): ("on enter notify", ("", "2d", "1mo")),
    ("leave", "", "crm"): ("on leave notify", ("", "3d")),
    ("stayed", "1d", "csm"): ("after 1d notify", ("", "4d")),
    ("stayed", "1mo", "mail"): ("after 1mo notify", ("",)),
}

people = st.sampled_from(["ann", "ann", "bob"])
traits = st.fixed_dictionaries(
    {"plan": st.sampled_from(["pro", "free"]), "seats": st.integers(2, 3)}
)
calls = st.lists(st.builds(Identify, people, traits), min_size=1, max_size=2)
lines = st.fixed_dictionaries({key: st.sampled_from(cools) for key, (_, cools) in LINES.items()})
edits = st.tuples(
    st.sampled_from(RULES),
    st.builds(
        lambda all_of_them, gone: {k: v for k, v in all_of_them.items() if k not in gone},
        lines,
        st.sets(st.sampled_from(sorted(LINES)), max_size=2),
    ),
    st.booleans(),
)
steps = st.one_of(
    *[st.tuples(st.just("call"), calls) for _ in range(5)],
    st.tuples(st.just("call"), st.just([Delete("bob")])),
    st.tuples(st.just("pass"), st.none()),
    st.tuples(st.just("edit"), edits),
)
waits = st.sampled_from([0, 1, DAY - 1, DAY, DAY, 2 * DAY, 3 * DAY, 4 * DAY, 31 * DAY])


@frozen
class Life:
    """A line while it lived, by flips and instants."""

    key: tuple[str, str, str]
    cooldown: str
    since: int
    first_flip: int
    until: int = FOREVER
    last_flip: int = FOREVER


@define
class Story:
    """What was done, as far as the history of flips does not say it."""

    lives: list[Life] = field(factory=list)
    told_revisions: set[int] = field(factory=set)


def flips_by(connection: Connection) -> int:
    return stored_settings.counted(connection, stored_settings.Counter.FLIP)


@settings(max_examples=25, deadline=None, phases=[Phase.generate])
@given(lines, st.lists(st.tuples(waits, steps), min_size=8, max_size=16))
def test_the_outbox_is_what_a_model_says_of_the_history(
    first: dict[tuple[str, str, str], str],
    script: list[tuple[int, tuple[str, object]]],
) -> None:
    with (
        TemporaryDirectory() as folder,
        Project.opened(Path(folder) / "a.db", create=True, zone=ZONE.key) as project,
    ):
        story, now = Story(), START
        edit(project, story, (RULES[0], first, False), now)
        for wait, (kind, given) in script:
            now += wait
            if kind == "call":
                batch: list[Call] = given  # type: ignore[assignment]
                ingest.batch(project, batch, now=now)
            elif kind == "edit":
                edit(project, story, given, now)  # type: ignore[arg-type]
            else:
                advance.advance(project, now=now)
        advance.advance(project, now=now)
        connection = project.connection
        told = {
            (row.flip, row.what, row.after or "", row.destination): (row.instant, row.state)
            for row in outbox.listed(project, state=None)
        }
        assert told == expected(connection, story, now)


def edit(
    project: Project,
    story: Story,
    given: tuple[str, dict[tuple[str, str, str], str], bool],
    now: int,
) -> None:
    rule, lines, tells = given
    advance.advance(project, now=now)
    text = f'segment "s"\n  when {rule}\n'
    for key, cooldown in lines.items():
        cool = f" at most once every {cooldown}" if cooldown else ""
        text += f'  {LINES[key][0]} "{key[2]}"{cool}\n'
    flip = flips_by(project.connection)
    plan = segments.plan(project, segments.written_in(text, parse_file(text)))
    segments.apply(project, plan, now=now, notify=tells)
    if tells and plan[0].action != "unchanged":
        story.told_revisions.add(project.catalog().entry("s").stored.revision)
    before = {life.key: life for life in story.lives if life.until == FOREVER}
    for life in before.values():
        if lines.get(life.key) != life.cooldown:
            story.lives.remove(life)
            story.lives.append(
                Life(*(life.key, life.cooldown, life.since), life.first_flip, now, flip)
            )
    for key, cooldown in lines.items():
        if key not in before or before[key].cooldown != cooldown:
            story.lives.append(Life(key, cooldown, now, flip))


STAYS = """
    select profile, entered_flip, entered, entered_cause, entered_cause_id, flip, "left",
           left_cause, left_cause_id
      from history
     union all
    select profile, flip, entered, cause, cause_id, null, null, null, null from members
     order by 2
"""


def expected(
    connection: Connection, story: Story, now: int
) -> dict[tuple[int, str, str, str], tuple[int, str]]:
    living = {row[0] for row in connection.execute("select id from profiles")}
    happened: list[tuple[int, int, int, tuple[str, str], bool]] = []
    for row in connection.execute(STAYS).fetchall():
        profile, enter, entered, cause, cause_id, leave, left, left_cause, left_id = row
        if profile not in living:
            continue
        happened.append((entered, enter, profile, ("enter", ""), is_news(story, cause, cause_id)))
        if leave is not None:
            news = is_news(story, left_cause, left_id)
            happened.append((left, leave, profile, ("leave", ""), news))
        for length, due in (("1d", entered + DAY), ("1mo", month_after(entered))):
            if due <= now and (left is None or due < left + (left_cause != "time")):
                happened.append((due, enter, profile, ("stayed", length), True))
    found: dict[tuple[int, str, str, str], tuple[int, str]] = {}
    last: dict[tuple[object, ...], int] = {}
    for at, flip, profile, (what, after), news in sorted(happened):
        for life in story.lives:
            if (what, after) != life.key[:2] or not news:
                continue
            lived = (
                life.since < at <= life.until
                if what == "stayed"
                else life.first_flip < flip <= life.last_flip
            )
            if not lived:
                continue
            before = last.get((life.key, profile))
            over = 0 if before is None else cool_until(before, life.cooldown)
            found[flip, *life.key] = (at, "pending" if at >= over else "skipped")
            if at >= over:
                last[life.key, profile] = at
    return found


def is_news(story: Story, cause: str, cause_id: int | None) -> bool:
    if cause == "definition":
        return cause_id in story.told_revisions
    return cause != "delete"


def cool_until(instant: int, length: str) -> int:
    if length == "1mo":
        return month_after(instant)
    return instant + int(length[:-1]) * DAY if length else 0


def month_after(instant: int) -> int:
    """The first local midnight whose date, a month back, begins at `instant` or later."""
    day = datetime.fromtimestamp(instant / 1000, UTC).astimezone(ZONE).date()
    while midnight(month_back(day)) < instant:
        day += timedelta(days=1)
    return midnight(day)


def month_back(day: date) -> date:
    year, month = (day.year, day.month - 1) if day.month > 1 else (day.year - 1, 12)
    last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month, min(day.day, last))


def midnight(day: date) -> int:
    return int(datetime.combine(day, time(), ZONE).timestamp() * 1000)
