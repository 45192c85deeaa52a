"""The process behind one page of a browser: it ends with the server, however that ended."""

from __future__ import annotations

from asyncio import AbstractEventLoop, get_running_loop
from contextlib import suppress

from textual.drivers.web_driver import WebDriver
from textual.messages import ExitApp


class PageDriver(WebDriver):
    """Textual's driver for pages, which by itself goes on for ever when nobody listens any more."""

    _loop: AbstractEventLoop

    def start_application_mode(self) -> None:
        """Begin to draw and to listen."""
        self._loop = get_running_loop()
        super().start_application_mode()

    def run_input_thread(self) -> None:
        """Listen until the app ends, or end it where the server is gone: its pipe is closed."""
        super().run_input_thread()
        if not self.exit_event.is_set():
            self._loop.call_soon_threadsafe(self._app.post_message, ExitApp())

    def write(self, data: str) -> None:
        """Draw; into nothing where the server is gone, which the input's end tells the app."""
        with suppress(BrokenPipeError):
            super().write(data)

    def write_meta(self, data: dict[str, object]) -> None:
        """Tell the server; nobody where it is gone."""
        with suppress(BrokenPipeError):
            super().write_meta(data)
