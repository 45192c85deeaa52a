"""The save dialog: what would change in text and members, then saved, with progress."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Event
from typing import ClassVar, Final, Literal

from attrs import frozen
from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Button, Input, ProgressBar, Static, TextArea

from segql.app.proposals import Proposal, Proposed, propose
from segql.app.segments import apply
from segql.app.writing import is_file, with_head
from segql.model.display import visible
from segql.model.errors import SegqlError
from segql.tui.effects import effects
from segql.tui.keys import binding
from segql.tui.session import Asking, Session, SessionApp

_PAUSE_S: Final = 0.25
_SAVES: Final = {"changed": "Save over it", "taken": "Save over it", "gone": "Save anew"}
"""What the button says where somebody else did something."""


@frozen
class Outcome:
    """How the dialog ended: what is saved now, or whose text to look at instead."""

    how: Literal["saved", "theirs"]
    text: str
    words: str = ""
    name: str = ""


class SaveDialog(Asking, ModalScreen[Outcome | None]):
    """Asks a lone rule for its name, shows what saving does, and does it."""

    DEFAULT_CSS = """
    SaveDialog {
        align: center middle;
        & > Vertical { width: 90; max-width: 96%; height: auto; max-height: 96%; padding: 1 2;
                       border: round $border; background: $surface; }
        & .title { text-style: bold; margin-bottom: 1; }
        & Input { border: none; height: 1; padding: 0 1; background: $panel; margin-bottom: 1; }
        & Input:focus { border: none; }
        & TextArea { border: none; height: 3; padding: 0 1; background: $panel; margin-bottom: 1;
                     &:focus { border: none; } }
        & .label { color: $text-muted; }
        & #effects { height: auto; max-height: 14; }
        & #effects Static { width: 100%; height: auto; }
        & #failure { color: $text-error; height: auto; }
        & ProgressBar { display: none; margin-top: 1; }
        & #buttons { height: auto; margin-top: 1; }
        & Button { margin-right: 2; }
        &.-saving ProgressBar { display: block; }
        &.-file #head { display: none; }
        & #theirs { display: none; }
        &.-meanwhile #theirs { display: block; }
        & #head { height: auto; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [binding("save.cancel"), binding("save.save")]

    app: SessionApp

    def __init__(self, text: str, revisions: Mapping[str, int], *, name: str = "") -> None:
        """`revisions` are those that were opened; `name` is what to propose for a lone rule."""
        super().__init__()
        self._text, self._revisions, self._name = text, revisions, name
        self._proposal: Proposal | None = None
        self._whole = text
        self._stop = Event()
        self._timer: Timer | None = None
        self._session: Session | None = None
        self._done = (0, 0, "")
        """Segments computed, of how many, and the one at hand."""

    def compose(self) -> ComposeResult:
        """The head of a lone rule, the effects, and the buttons."""
        with Vertical():
            yield Static("Save", classes="title")
            with Vertical(id="head"):
                yield Input(self._name, placeholder="name", id="name")
                yield Input(placeholder="description (may be empty)", id="description")
                yield Static('notify, such as: on enter notify "crm"', classes="label")
                yield TextArea(id="notify", tab_behavior="focus")
            with VerticalScroll(id="effects", can_focus=False):
                yield Static(id="effect")
            yield Static(id="failure")
            yield ProgressBar(show_eta=False)
            with Horizontal(id="buttons"):
                yield Button("Save", id="save", variant="primary", disabled=True)
                yield Button("Open theirs", id="theirs")
                yield Button("Cancel", id="cancel")

    def on_mount(self) -> None:
        """Look at once at what a file would change; a lone rule wants its name first."""
        self._session = self.app.session.another()
        self.set_class(is_file(self._text), "-file")
        if is_file(self._text):
            self.query_one("#save").focus()
        self._propose()

    def on_unmount(self) -> None:
        """Stop what is under way."""
        self._stop.set()
        if self._session is not None:
            self._session.close()

    def on_input_changed(self) -> None:
        """Look again, after a pause."""
        self._later()

    def on_text_area_changed(self) -> None:
        """Look again, after a pause."""
        self._later()

    def on_input_submitted(self) -> None:
        """Enter saves, once it is known what that does."""
        self.action_save()

    def _later(self) -> None:
        self.query_one("#save", Button).disabled = True
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(_PAUSE_S, self._propose)

    def _composed(self) -> str | None:
        """The text of the segment; None without a name."""
        if is_file(self._text):
            return self._text
        name = self.query_one("#name", Input).value.strip()
        if not name:
            return None
        notify = self.query_one("#notify", TextArea).text
        return with_head(self._text, name, self.query_one("#description", Input).value, notify)

    @work(exclusive=True, group="propose", exit_on_error=False)
    async def _propose(self) -> None:
        whole = self._composed()
        if whole is None:
            self._tell("a segment needs a name")
            return
        assert self._session is not None, "the dialog is open"
        now = self._session.clock()
        try:
            proposal = await self._session.run(
                lambda project: propose(project, whole, opened=self._revisions, now=now)
            )
        except SegqlError as error:
            self._tell(_said(error))
            return
        self._whole, self._proposal = whole, proposal
        self._tell("")
        clashes = {one.clash for one in proposal.proposed}
        self.set_class("changed" in clashes, "-meanwhile")
        self.query_one("#effect", Static).update(effects(proposal))
        save = self.query_one("#save", Button)
        save.disabled = proposal.is_nothing
        save.label = next((_SAVES[one] for one in _SAVES if one in clashes), "Save")
        save.variant = "error" if str(save.label) != "Save" else "primary"
        if is_file(self._text) and not save.disabled:
            self.query_one("#theirs" if self.has_class("-meanwhile") else "#save").focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Do what the button says."""
        event.stop()
        match event.button.id:
            case "save":
                self._begin()
            case "theirs":
                changed = next(one for one in self._proposed() if one.clash == "changed")
                self.dismiss(Outcome("theirs", self._text, name=changed.change.name))
            case _:
                self.action_cancel()

    def _proposed(self) -> tuple[Proposed, ...]:
        return () if self._proposal is None else self._proposal.proposed

    def action_save(self) -> None:
        """Save; over what somebody else did only by the button that says so."""
        if self.query_one("#save", Button).variant == "error":
            self.notify("somebody else changed it: choose below", severity="warning")
        else:
            self._begin()

    def _begin(self) -> None:
        if not self.query_one("#save", Button).disabled and not self.has_class("-saving"):
            self._save()

    def action_cancel(self) -> None:
        """Save nothing; while it is saved, stop at the next step."""
        self._stop.set()
        if self.has_class("-saving"):
            self._entitle("Stopping…")
        else:
            self.dismiss(None)

    @work(exclusive=True, group="save", exit_on_error=False)
    async def _save(self) -> None:
        assert self._session is not None, "the dialog is open"
        assert self._proposal is not None, "the button is off without a proposal"
        changes = self._proposal.changes
        self._stop.clear()
        self._done = (0, 0, "")
        self.query_one(ProgressBar).update(total=None)
        self.add_class("-saving")
        self._entitle(self.app.keys.filled("Saving… {save.cancel} stops it"))
        self._tell("everybody is brought up to now first")
        self.query_one("#save", Button).disabled = True
        now, whole = self._session.clock(), self._whole
        try:
            applied = await self._session.run(
                lambda project: apply(
                    project,
                    changes,
                    now=now,
                    on_progress=self._progress,
                    cancelled=self._stop.is_set,
                )
            )
        except SegqlError as error:
            self.remove_class("-saving")
            self._entitle("Save")
            if error.code == "cancelled":
                done, total, _ = self._done
                words = f"saved; members of {done} of {total} segments are computed, the others"
                words += " stay as they were until they are (`segql recompute`)"
                self.dismiss(Outcome("saved", whole, words))
                return
            self._tell(f"stopped: {error}" if self._stop.is_set() else _said(error))
            self.query_one("#save", Button).disabled = False
            if error.code == "changed-meanwhile":
                self._propose()
            return
        saved = {change.name for change in applied.changes}
        words = ", ".join(
            f"{visible(one.name)}: {one.members:,} members, +{one.entered:,} -{one.left:,}"
            for one in applied.recomputed
            if one.name in saved or one.entered or one.left
        )
        self.dismiss(Outcome("saved", whole, words))

    def _progress(self, done: int, total: int, name: str) -> None:
        """Show how far it is; called on the session's thread."""
        self._done = (done, total, name)
        if not self._stop.is_set():
            self.app.call_from_thread(self._show_progress)

    def _show_progress(self) -> None:
        done, total, name = self._done
        self.query_one(ProgressBar).update(total=total, progress=done)
        if name:
            self._tell(f"computing the members of `{name}`, {done + 1} of {total}")

    def _entitle(self, words: str) -> None:
        self.query_one(".title", Static).update(words)

    def _tell(self, words: str) -> None:
        self.query_one("#failure", Static).update(Content(visible(words, breaks=True)))


def _said(error: SegqlError) -> str:
    return str(error) if error.hint is None else f"{error}: {error.hint}"
