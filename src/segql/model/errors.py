"""`SegqlError` and the few kinds below it, sorted by what a caller can do about them."""

from __future__ import annotations


class SegqlError(Exception):
    """Any failure that SegQL reports on purpose.

    `code` is stable and made of words (`unknown-profile`), for programs; `str(error)` is one line
    for people. `hint` says how to mend it, where that is known.
    """

    default_code = "failed"

    def __init__(self, message: str, *, code: str | None = None, hint: str | None = None) -> None:
        """`code` and `hint` as the class says; the code of the kind where none is given."""
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.hint = hint


class Refused(SegqlError):
    """The input or the rule is at fault: change the request."""

    default_code = "refused"


class Busy(SegqlError):
    """Somebody else holds what is needed: the same request may succeed later."""

    default_code = "busy"


class Broken(SegqlError):
    """The store or the system failed: tell whoever runs it."""

    default_code = "broken"
