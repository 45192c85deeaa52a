"""Segments as people work with them: plan and apply texts, rename, archive, recompute, count."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Literal

from attrs import evolve, field, frozen

from segql.app.advance import advance, catch_up, catch_up_at_clock
from segql.app.project import Project
from segql.engines.sets import Cancelled
from segql.language import syntax
from segql.language.files import ParsedFile, parse_file
from segql.language.format import format_file
from segql.language.parse import rule_of
from segql.language.references import renamed
from segql.membership import archiving, define, firing
from segql.membership.catalog import Catalog, Entry
from segql.membership.define import Progress, Recomputed
from segql.model.errors import Refused
from segql.model.flips import Cause
from segql.model.instants import Instant, Moment
from segql.rules import rule as core
from segql.rules.desugar import desugar
from segql.rules.order import check_references
from segql.store import segments, settings
from segql.store.driver import Connection


@frozen
class Written:
    """A segment as somebody wrote it, and its text alone, comments included."""

    segment: syntax.Segment
    text: str

    @property
    def name(self) -> str:
        """The segment's name."""
        return self.segment.name


@frozen
class Change:
    """What applying would do to one segment; `evaluate` tells whether its members may change."""

    action: Literal["create", "change", "unchanged", "archive"]
    name: str
    written: Written | None = None
    stored: Entry | None = None
    evaluate: bool = False


@frozen
class Applied:
    """What was done, and what the bulk computation found."""

    changes: tuple[Change, ...]
    recomputed: tuple[Recomputed, ...] = field(default=())


def written_in(text: str, parsed: ParsedFile) -> tuple[Written, ...]:
    """The segments of a file's text, each with its own part of that text in canonical form."""
    return tuple(Written(segment, _own_text(text, segment)) for segment in parsed.segments)


def _own_text(text: str, segment: syntax.Segment) -> str:
    if segment.span is None:
        return format_file("", ParsedFile((segment,), ()))
    own = text[segment.span.start : segment.span.end]
    return format_file(own, parse_file(own))


def plan(project: Project, wanted: Sequence[Written], *, prune: bool = False) -> tuple[Change, ...]:
    """What it takes to bring the project's segments in line with `wanted`.

    Without `prune` segments that `wanted` does not name stay. Raises `Refused` when the outcome
    would hold a reference to an unknown segment (`unknown-segment`) or a cycle (`segment-cycle`),
    naming both.
    """
    catalog = project.catalog()
    changes = [_change(catalog, written) for written in wanted]
    if prune:
        names = {written.name for written in wanted}
        changes += [
            Change("archive", name, stored=entry)
            for name, entry in catalog.entries.items()
            if name not in names and not entry.is_manual
        ]
    check_references(rules_after(catalog, changes), manual=catalog.manual)
    return tuple(changes)


def _change(catalog: Catalog, written: Written) -> Change:
    stored = catalog.entries.get(written.name)
    if stored is None:
        return Change("create", written.name, written, evaluate=True)
    if stored.is_manual:
        raise Refused(
            f"segment `{written.name}` is a manual list and cannot become a rule",
            code="manual-segment",
            hint="give the rule another name",
        )
    if stored.stored.text == written.text:
        return Change("unchanged", written.name, written, stored)
    evaluate = desugar(written.segment.rule) != stored.rule
    return Change("change", written.name, written, stored, evaluate)


def rules_after(catalog: Catalog, changes: Iterable[Change]) -> dict[str, core.Rule]:
    """The rules by segment as they would be."""
    rules = catalog.rules
    for change in changes:
        if change.action == "archive":
            rules.pop(change.name, None)
        elif change.written is not None:
            rules[change.name] = desugar(change.written.segment.rule)
    return rules


def apply(
    project: Project,
    changes: Sequence[Change],
    *,
    now: Instant,
    notify: bool = False,
    on_progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Applied:
    """Store a plan in one transaction, then evaluate what changed and whatever was still due.

    Time comes first: every segment is brought to `now` as it was. Destinations are told of its
    entries and exits with `notify` only.

    Raises `Refused` (`changed-meanwhile`) when another process changed the segments since the plan
    was made; then nothing is stored. `cancelled` ends it with `Cancelled`: of the code
    `nothing-stored` where it was still bringing everybody to `now`, else the plan is stored and
    what is not evaluated stays due.
    """
    try:
        with project.until(cancelled or _never) as stops:
            left_over = catch_up_at_clock(
                project, now=now, on_progress=on_progress, cancelled=stops
            )
            advance(project, now=now)
            _store_all(project, changes, now=now, notify=notify)
    except Cancelled as error:
        raise Cancelled("nothing is stored", code="nothing-stored") from error
    with project.until(cancelled or _never) as stops:
        recomputed = catch_up(project, now=now, on_progress=on_progress, cancelled=stops)
    return Applied(tuple(changes), (*left_over, *recomputed))


def _store_all(project: Project, changes: Sequence[Change], *, now: Instant, notify: bool) -> None:
    with project.writing() as connection:
        _refuse_if_changed(connection, project, changes)
        moment = Moment(settings.advance_clock(connection, now), project.zone)
        for change in changes:
            _store(connection, change, moment)
        catalog = project.catalog()
        due = [change.name for change in changes if change.evaluate and change.action != "archive"]
        wanted = catalog.dependants(due)
        define.mark(connection, catalog, wanted, cause=Cause.DEFINITION, tells=notify)


def _never() -> bool:
    return False


def _refuse_if_changed(connection: Connection, project: Project, changes: Iterable[Change]) -> None:
    entries = project.catalog().entries
    for change in changes:
        seen = change.stored.stored if change.stored is not None else None
        entry = entries.get(change.name)
        current = entry.stored if entry is not None else None
        if (seen and (seen.id, seen.revision)) != (current and (current.id, current.revision)):
            raise Refused(
                f"segment `{change.name}` was changed by somebody else meanwhile",
                code="changed-meanwhile",
                hint="look at the plan again, then apply it",
            )


def _store(connection: Connection, change: Change, moment: Moment) -> None:
    match change:
        case Change("create", name, Written() as written):
            new = segments.add(connection, name, written.text, now=moment.now)
        case Change("change", _, Written() as written, Entry() as stored):
            new = segments.revise(connection, stored.stored.id, written.text, now=moment.now)
        case Change("archive", _, _, Entry() as stored):
            archiving.archive(connection, stored.stored, moment)
            return
        case _:
            return
    lines = firing.lines_of(written.segment)
    firing.subscribe(connection, new.id, lines, moment, revision=new.revision)


def recompute(
    project: Project,
    names: Sequence[str] = (),
    *,
    now: Instant,
    on_progress: Progress | None = None,
) -> tuple[Recomputed, ...]:
    """Compute the segments `names` (all of them when empty) and what depends on them.

    Time comes first, so that what it does is done at its own instants.
    """
    advance(project, now=now)
    with project.writing() as connection:
        catalog = project.catalog()
        for name in names:
            catalog.entry(name)
        chosen = catalog.dependants(names) if names else tuple(catalog.entries)
        wanted = [name for name in chosen if not catalog.entries[name].is_manual]
        define.mark(connection, catalog, wanted, cause=Cause.TIME)
    return catch_up(project, now=now, on_progress=on_progress)


def rename(project: Project, old: str, new: str, *, now: Instant) -> tuple[str, ...]:
    """Rename a segment, with its members and history; give the segments that refer to it.

    References in other segments are rewritten, each a new revision. Raises `Refused` for an unknown
    or empty name, or one that is taken.
    """
    with project.writing() as connection:
        catalog = project.catalog()
        entry = catalog.entry(old)
        if not new.strip():
            raise Refused("a segment needs a name", code="bad-name")
        segments.rename(connection, entry.stored.id, new)
        rewritten = []
        for other in catalog.entries.values():
            text = renamed(other.stored.text, old, new) if other.written is not None else None
            if text is not None and text != other.stored.text:
                segments.revise(connection, other.stored.id, text, now=now)
                if other.name != old:
                    rewritten.append(other.name)
    return tuple(rewritten)


def archive(project: Project, name: str, *, now: Instant) -> None:
    """Take a segment out of use; its members leave silently, with their history kept.

    Raises `Refused` (`segment-in-use`) while others refer to it.

    Time comes first, so that its history is whole.
    """
    project.catalog().entry(name)
    advance(project, now=now)
    with project.writing() as connection:
        catalog = project.catalog()
        entry = catalog.entry(name)
        readers = [
            other.name
            for other in catalog.entries.values()
            if other.reads is not None and name in other.reads.segments
        ]
        if readers:
            listed = ", ".join(f"`{reader}`" for reader in readers)
            raise Refused(
                f"segment `{name}` is read by {listed}",
                code="segment-in-use",
                hint="change or archive those first",
            )
        moment = Moment(settings.advance_clock(connection, now), project.zone)
        archiving.archive(connection, entry.stored, moment)
    archiving.catch_up(project.connection, project.writing, project.zone)


def define_one(
    project: Project,
    name: str,
    rule: str | syntax.Rule,
    *,
    description: str | None,
    now: Instant,
    notify: bool = False,
) -> Applied:
    """Create or change one segment and evaluate it; its lines stay as they are."""
    written = written_rule(project, name, rule, description=description)
    return apply(project, plan(project, [written]), now=now, notify=notify)


def written_rule(
    project: Project, name: str, rule: str | syntax.Rule, *, description: str | None = None
) -> Written:
    """A rule as a segment, whose lines and description are those that it has already."""
    written = rule_of(rule) if isinstance(rule, str) else rule
    segment = syntax.Segment(name, written, description)
    stored = project.catalog().entries.get(name)
    if stored is not None and stored.written is not None:
        segment = evolve(
            segment,
            notify=stored.written.notify,
            description=description if description is not None else stored.written.description,
        )
    return Written(segment, format_file("", ParsedFile((segment,), ())))
