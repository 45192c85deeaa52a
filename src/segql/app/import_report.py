"""What an import says of itself: while it runs, and at its end."""

from __future__ import annotations

from attrs import field, frozen

from segql.app.rejects import Reject
from segql.membership.affected import Affected


@frozen(kw_only=True)
class ImportReport:
    """What an import did; `added`, `changed`, `present` and `rejected` add up to `rows`.

    After an interruption `rows` are those of whole batches and the rejected ones among all that
    were read.
    """

    kind: str
    """`profiles`, `events` or `responses`."""
    name: str
    """What messages call the file."""
    rows: int
    added: int
    changed: int
    """Rows that changed a profile, or replaced a response."""
    present: int
    """Rows that were there already, or brought nothing new."""
    rejected: int
    rejects: tuple[Reject, ...]
    """The first of the rejected rows."""
    new_profiles: int
    profiles: int
    """Profiles that were added or changed, members of a changed account among them."""
    affected: Affected = field(factory=Affected)
    notes: tuple[str, ...] = ()
    """What people should know, a sentence each."""
    interrupted: bool = False
    """Whether Ctrl-C ended it; what was stored by then stays, in whole batches."""


@frozen
class Progress:
    """How far an import has come."""

    rows: int
    read_bytes: int | None
    size: int | None
    """Bytes of the file; None for a pipe."""

    @property
    def rows_in_all(self) -> int | None:
        """How many rows the file has, going by those read so far."""
        if not self.size or not self.read_bytes:
            return None
        return max(self.rows, round(self.rows * self.size / min(self.read_bytes, self.size)))
