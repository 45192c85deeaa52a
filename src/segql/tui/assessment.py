"""A text looked at while it is written: what is to be said of it, and whom it holds for.

Evaluations run in a session of their own, so that completion never waits for one; one that is
stale is given up inside the query.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

from attrs import field, frozen

from segql.app.preview import Preview, count_of, preview, why_in_draft
from segql.app.project import Project
from segql.app.writing import Draft, diagnosed, line_of, read_draft
from segql.editor.outline import condition_at
from segql.language.diagnostics import Diagnostic, has_errors
from segql.language.parse import parse_rule
from segql.model.errors import Refused
from segql.model.why import Why
from segql.tui.session import Session


@frozen
class Counted:
    """A condition of a text that is not right yet, counted by itself."""

    text: str
    count: int
    of: int


@frozen
class Assessed:
    """What was found: a preview, or words for why there is none."""

    draft: Draft
    preview: Preview | None = None
    words: str = ""
    condition: Counted | None = field(default=None)


class Evaluations:
    """Evaluations of texts, one at a time; a new one, or `stop`, ends that before."""

    def __init__(self, session: Session) -> None:
        """Take a session that is used for nothing else; it is closed with this."""
        self._session = session
        self._stop = Event()

    def stop(self) -> None:
        """End what is under way: it is stale."""
        self._stop.set()

    def close(self) -> None:
        """End what is under way, and let the database go."""
        self.stop()
        self._session.close()

    async def assess(
        self, text: str, at: int, diagnostics: tuple[Diagnostic, ...], name: str | None
    ) -> Assessed:
        """Whom the text holds for, with the cursor at `at`; `name` is what it is saved as.

        Raises what evaluating raises, `Cancelled` where it was stopped.
        """
        self._stop.set()
        stop = self._stop = Event()
        now = self._session.clock()

        def job(project: Project) -> Assessed:
            draft = read_draft(text, at)
            if draft.rule is None or has_errors(diagnostics):
                condition = self._condition(project, text, at, now, stop.is_set)
                words = "no rule yet" if not text.strip() else "the text has a mistake"
                return Assessed(draft, words=words, condition=condition)
            try:
                found = preview(project, draft, name=name, now=now, cancelled=stop.is_set)
            except Refused as error:
                return Assessed(draft, words=str(error))
            return Assessed(draft, found)

        return await self._session.run(job)

    def _condition(
        self, project: Project, text: str, at: int, now: int, cancelled: Callable[[], bool]
    ) -> Counted | None:
        span = condition_at(text, at)
        rule = None if span is None else parse_rule(text[span.start : span.end]).rule
        if span is None or rule is None:
            return None
        try:
            count, of = count_of(project, rule, now=now, cancelled=cancelled)
        except Refused:
            return None
        return Counted(line_of(text, span), count, of)

    async def why(self, draft: Draft, external: str) -> Why:
        """Why the draft's rule holds for a profile, or not."""
        now = self._session.clock()
        return await self._session.run(
            lambda project: why_in_draft(project, draft, external, now=now)
        )


async def diagnostics_of(session: Session, text: str) -> tuple[Diagnostic, ...]:
    """What is to be said of a text, with what the data know."""
    return await session.run(lambda project: diagnosed(project, text))


def condition_words(assessed: Assessed, at: int) -> Counted | None:
    """The condition at the cursor, counted by itself, without evaluating anything."""
    if assessed.preview is None:
        return assessed.condition
    found = assessed.preview.condition_at(at)
    if found is None:
        return None
    span, count = found
    return Counted(line_of(assessed.draft.text, span), count, assessed.preview.of)


def needs_another_segment(assessed: Assessed, at: int) -> bool:
    """Whether the cursor has gone to another segment of a file."""
    segments = assessed.draft.segments
    if len(segments) < 2:
        return False
    before = [one for one in segments if one.span is not None and one.span.start <= at]
    return (before or list(segments))[-1 if before else 0] is not assessed.draft.segment
