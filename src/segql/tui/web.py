"""The terminal UI in a browser: textual-serve with a lock on its door.

textual-serve starts a process for whoever opens its WebSocket and asks nobody who they are, so any
page that is open in the same browser, and any user of the same machine, could write segments. Here
every request needs the key of the printed address (then a cookie), a WebSocket must come from
the page itself, and names of other machines are refused (a page whose name is made to lead here).
"""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Awaitable, Callable, Sequence
from hmac import compare_digest
from ipaddress import ip_address
from secrets import token_urlsafe
from shlex import join
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web
from textual_serve.server import Server

from segql.model.errors import Broken, Refused

END_S: Final = 3.0
"""So long pages may take to keep their texts when the server ends."""
_HERE: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_EVERYWHERE: Final = frozenset({"0.0.0.0", "::"})
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches `host`."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens there; port 0 is any that is free.

    Raises `Refused` for a port that is taken or a host that is not this one's, `Broken` else.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Refused(
                f"port {port} is taken",
                code="port-taken",
                hint="name another with --port; 0 is any that is free",
            ) from error
        if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
            raise Refused(
                f"`{host}` is no address of this machine",
                code="unknown-host",
                hint="leave --host out: then only this machine reaches it",
            ) from error
        raise Broken(
            f"nothing can listen at {host}:{port}: {error.strerror}", code="cannot-listen"
        ) from error


class WebServer(Server):
    """Serves the app at a socket until it is interrupted: one process for each page."""

    def __init__(
        self, command: Sequence[str], door: socket.socket, *, host: str, title: str
    ) -> None:
        """Take the command that a page runs, and a socket that `host` is reached at."""
        self.door: Final = door
        self.key: Final = token_urlsafe(16)
        self.hosts: Final = _HERE | {host} if is_loopback(host) else None
        port: int = door.getsockname()[1]
        self.cookie: Final = f"segql-{port}"
        # Without a shell between, signals and the end of the pipe reach the process itself.
        super().__init__(f"exec {join(command)}", host, port, title)
        name = socket.gethostname() if host in _EVERYWHERE else host
        self.public_url = f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"
        self._pages: set[asyncio.Task[object]] = set()

    @property
    def address(self) -> str:
        """What a browser opens."""
        return f"{self.public_url}/?key={self.key}"

    def run(self) -> None:
        """Serve until Ctrl+C or a signal; then no page's process is left."""
        web.run_app(
            self._make_app(),
            sock=self.door,
            access_log=None,
            print=_to_nobody,
            shutdown_timeout=1,  # after `on_shutdown`, for browsers that do not answer
        )

    async def _make_app(self) -> web.Application:
        app = await super()._make_app()
        app.middlewares.append(self._locked)
        return app

    async def on_startup(self, app: web.Application) -> None:
        """Say nothing: whoever started it knows the address."""

    async def on_shutdown(self, app: web.Application) -> None:
        """End the processes of all pages, which keep their texts."""
        for page in self._pages:
            page.cancel()
        if self._pages:
            await asyncio.wait(self._pages, timeout=END_S)

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """The app of one page, until it is closed."""
        task = asyncio.current_task()
        assert task is not None, "handlers run in tasks"
        self._pages.add(task)
        try:
            return await super().handle_websocket(request)
        finally:
            self._pages.discard(task)

    @web.middleware
    async def _locked(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        here = urlsplit(f"//{request.host}")
        if self.hosts is not None and here.hostname not in self.hosts:
            raise web.HTTPForbidden(text=f"{request.host} is not the name of this server")
        origin = request.headers.get("Origin")
        if origin is not None and urlsplit(origin).netloc != request.host:
            raise web.HTTPForbidden(text="this comes from a page of another server")
        given = request.query.get("key")
        if given is not None and self._fits(given):
            query = {name: value for name, value in request.query.items() if name != "key"}
            seen = web.HTTPFound(request.rel_url.with_query(query))
            seen.set_cookie(self.cookie, self.key, httponly=True, samesite="Lax")
            raise seen
        if not self._fits(request.cookies.get(self.cookie, "")):
            raise web.HTTPForbidden(text="open the whole address that `segql tui --web` printed")
        self.public_url = f"http://{request.host}"  # the name that this browser knows it by
        response = await handler(request)
        if not response.prepared:
            response.headers.update(_headers(request.host))
        return response

    def _fits(self, key: str) -> bool:
        return compare_digest(key.encode(), self.key.encode())


def _headers(host: str) -> dict[str, str]:
    """Nothing from elsewhere is loaded (textual-serve asks Google for a font), nobody frames it."""
    own = "'self' 'unsafe-inline'"
    policy = (
        f"default-src 'none'; script-src {own}; style-src {own}; font-src 'self'; "
        f"img-src 'self' data:; connect-src 'self' ws://{host}; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }


def _to_nobody(*_words: object) -> None:
    """The command says what there is to say."""
