"""`segql tui --web`: who is let in, and over a real socket what they see."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from screens import NOW
from segql.cli.main import run

WAIT_S = 30
SEGQL = (sys.executable, "-m", "segql")
F2 = "\x1bOQ"
RULE = 'trait.plan = "pro"'


class Served:
    """A server of its own on a free port."""

    def __init__(self, database: Path) -> None:
        self.state = database.parent / "state"
        self.process = subprocess.Popen(
            [*SEGQL, "tui", "--web", "--port", "0", "--now", NOW, "--db", str(database)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=database.parent,
            env={**os.environ, "XDG_STATE_HOME": str(self.state)},
        )
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()
        found = re.fullmatch(r"(http://127\.0\.0\.1:\d+)/\?key=(\S+)", self.address)
        assert found is not None, self.process.communicate(timeout=WAIT_S)
        self.origin = found[1]

    @property
    def pages(self) -> list[int]:
        """The processes of its pages."""
        folder = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(number) for number in folder.read_text().split()]

    def end(self, number: int) -> int:
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(WAIT_S)
        for pipe in (self.process.stdout, self.process.stderr):
            assert pipe is not None
            pipe.close()
        return code


@pytest.fixture
def served(database: Path) -> Iterator[Served]:
    server = Served(database)
    yield server
    server.end(signal.SIGKILL)


@asynccontextmanager
async def let_in(served: Served) -> AsyncIterator[aiohttp.ClientSession]:
    jar = aiohttp.CookieJar(unsafe=True)  # keeps cookies of addresses that are numbers
    async with aiohttp.ClientSession(cookie_jar=jar) as browser:
        async with browser.get(served.address) as page:
            assert page.status == 200
            assert "key" not in str(page.url)
        yield browser


async def drawn(page: aiohttp.ClientWebSocketResponse, words: str) -> None:
    """Wait until words have been drawn on the page."""
    async with asyncio.timeout(WAIT_S):
        picture = ""
        async for message in page:
            if message.type is aiohttp.WSMsgType.BINARY:
                picture += re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", message.data.decode())
            if words in picture:
                return
    raise AssertionError(f"{words!r} was never drawn")


async def ended(number: int) -> None:
    async with asyncio.timeout(WAIT_S):
        while Path(f"/proc/{number}").exists():
            await asyncio.sleep(0.02)


@pytest.mark.slow
async def test_a_page_shows_the_segments_and_takes_keys(served: Served) -> None:
    async with let_in(served) as browser:
        async with browser.get(served.origin + "/") as page:
            text = await page.text()
        assert f'data-session-websocket-url="ws://{served.origin[7:]}/ws"' in text
        script = re.search(r'src="([^"]+\.js)"', text)
        assert script is not None
        async with browser.get(script[1]) as code:
            assert code.status == 200
        headers = {"Origin": served.origin}
        url = f"{served.origin}/ws?width=100&height=30"
        async with browser.ws_connect(url, headers=headers) as page_socket:
            await drawn(page_socket, "pro accounts")
            await page_socket.send_json(["stdin", F2])
            await drawn(page_socket, "untitled 1")
            await page_socket.send_json(["stdin", RULE])
            await drawn(page_socket, "10 of 40")
            (child,) = served.pages
            await page_socket.close()
            await ended(child)
        async with browser.ws_connect(url, headers=headers) as page_socket:
            await page_socket.send_json(["stdin", F2])
            await drawn(page_socket, RULE)  # what was not saved is there on the next page
            (child,) = served.pages
            assert await asyncio.to_thread(served.end, signal.SIGINT) == 0
            await ended(child)


@pytest.mark.slow
@pytest.mark.parametrize("keys", ["", F2], ids=["at rest", "while it draws"])
async def test_a_killed_server_leaves_no_page_behind(served: Served, keys: str) -> None:
    url = f"{served.origin}/ws?width=100&height=30"
    async with let_in(served) as browser, browser.ws_connect(url) as page:
        await drawn(page, "pro accounts")
        (child,) = served.pages
        if keys:
            await page.send_json(["stdin", keys])
        served.end(signal.SIGKILL)
        await ended(child)


@pytest.mark.slow
async def test_nobody_else_is_let_in(served: Served) -> None:
    socket_url = f"{served.origin}/ws"
    async with aiohttp.ClientSession() as stranger:
        for path in ("/", "/?key=guess", "/static/js/textual.js", "/download/1"):
            async with stranger.get(served.origin + path) as answer:
                assert answer.status == 403
        with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
            await stranger.ws_connect(socket_url)
    async with let_in(served) as browser:
        async with browser.get(served.origin, headers={"Host": "evil.example"}) as answer:
            assert answer.status == 403
        for origin in ("https://evil.example", "http://127.0.0.1:1", "null"):
            with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
                await browser.ws_connect(socket_url, headers={"Origin": origin})
    assert served.pages == []


def segql(*words: str) -> tuple[int, str]:
    done = subprocess.run([*SEGQL, *words], capture_output=True, text=True, timeout=WAIT_S)
    return done.returncode, done.stderr


def test_other_machines_are_let_in_only_when_that_is_asked_for(database: Path) -> None:
    code, words = segql("tui", "--web", "--host", "0.0.0.0", "--db", str(database))
    assert code == 1
    assert "`0.0.0.0` can be reached from other machines" in words
    assert "--allow-remote" in words


def test_what_is_not_installed_is_named(
    database: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "textual_serve", None)
    assert run(["tui", "--web", "--db", str(database)]) == 1
    assert "pip install 'segql[web]'" in capsys.readouterr().err


@pytest.mark.slow
def test_a_port_that_is_taken_is_said(served: Served, database: Path) -> None:
    port = served.origin.rpartition(":")[2]
    code, words = segql("tui", "--web", "--port", port, "--db", str(database))
    assert (code, f"port {port} is taken" in words) == (1, True)
