"""Every key of the terminal UI, by the id that `segql.toml` and F1 call it by.

Enter with Ctrl cannot be told from Enter in many terminals, and Ctrl+Space arrives as NUL in some:
neither is the only key for anything.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from textual.binding import Binding, Keymap

from segql.model.errors import Refused

_KEYS: Final = {
    "app.quit": ("ctrl+q", "quit", "Quit"),
    "app.help": ("f1", "help", "Help"),
    "app.go": ("colon", "go", "Go to"),
    "app.back": ("escape", "back", "Back"),
    "app.write": ("f2", "app.switch_mode('write')", "Write"),
    "app.segments": ("f3", "app.switch_mode('segments')", "Segments"),
    "app.feed": ("f4", "app.switch_mode('feed')", "Feed"),
    "app.reload": ("f5", "reload", "Reload"),
    "editor.complete": ("ctrl+@,ctrl+space,f12", "complete", "Complete"),
    "author.save": ("ctrl+s", "save", "Save"),
    "author.open": ("ctrl+o", "open", "Open"),
    "author.new": ("ctrl+n", "new", "New"),
    "author.file": ("ctrl+t", "save_file", "To a file"),
    "author.names": ("ctrl+b", "names", "Names"),
    "author.fix": ("f8", "fix", "Fix"),
    "author.format": ("f9", "format", "Format"),
    "author.members": ("ctrl+g", "members", "Members"),
    "save.cancel": ("escape", "cancel", "Cancel"),
    "save.save": ("ctrl+s", "save", "Save"),
    "dialog.copy": ("c", "copy", "Copy"),
    "dialog.yes": ("y", "yes", "Yes"),
    "dialog.no": ("n,escape", "no", "No"),
    "dialog.close": ("escape,enter", "close", "Close"),
}
"""By id: the keys, what they do, and the words for it."""


def binding(id: str, *, show: bool = True, priority: bool = False) -> Binding:
    """The binding called `id`, for a screen's or a widget's `BINDINGS`."""
    keys, action, words = _KEYS[id]
    return Binding(keys, action, words, show=show, priority=priority, id=id)


def keymap(chosen: Mapping[str, str]) -> Keymap:
    """The keys that a `segql.toml` has chosen; raises `Refused` (`unknown-key`) for a wrong id."""
    for id in chosen:
        if id not in _KEYS:
            raise unknown_key(id, _KEYS)
    return dict(chosen)


def unknown_key(id: str, known: Collection[str]) -> Refused:
    """The error for an id that no binding has."""
    from difflib import get_close_matches

    near = get_close_matches(id, known, n=1)
    hint = f"did you mean `{near[0]}`?" if near else f"they are {', '.join(known)}"
    return Refused(f"`{id}` in `tui.keys` is no binding", code="unknown-key", hint=hint)
