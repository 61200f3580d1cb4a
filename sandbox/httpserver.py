"""Running an ASGI app in a background thread, on a port that the system chose."""

import asyncio
import socket
from threading import Event, Thread

import uvicorn
from fastapi import FastAPI

HOST = "127.0.0.1"


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = Event()
        self.loop: asyncio.AbstractEventLoop | None = None
        self._leaving = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self.loop = asyncio.get_running_loop()
        await super().startup(sockets)
        self.ready.set()

    async def main_loop(self) -> None:
        # uvicorn looks every 100 ms whether it should go; tests start and stop many servers.
        await self.on_tick(0)
        await self._leaving.wait()

    def leave(self) -> None:
        self.should_exit = True
        if self.loop is not None and not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self._leaving.set)


class BackgroundServer:
    """A web server in a thread of its own, on 127.0.0.1; raises OSError for a port in use."""

    def __init__(self, app: FastAPI, *, port: int = 0) -> None:
        config = uvicorn.Config(
            app, log_level="error", access_log=False, timeout_graceful_shutdown=1
        )
        self._server = _Server(config)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((HOST, port))
        # Who only binds shares the port with whoever does so too, until one of them listens.
        self._socket.listen()
        # Kept, since a closed socket has forgotten it.
        self._port = int(self._socket.getsockname()[1])
        self._thread = Thread(target=self._run, name="sandbox-server", daemon=True)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self._port

    @property
    def url(self) -> str:
        """The address without a slash at the end."""
        return f"http://{HOST}:{self.port}"

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The event loop of the server's thread; raises RuntimeError before the start."""
        if self._server.loop is None:
            raise RuntimeError("the server has not started")
        return self._server.loop

    def start(self, *, timeout: float = 10.0) -> None:
        """Start serving; raises RuntimeError when it takes more than ``timeout`` seconds."""
        self._thread.start()
        if not self._server.ready.wait(timeout):
            raise RuntimeError("the sandbox's server did not start")

    def stop(self) -> None:
        """Stop serving and free the port."""
        self._server.leave()
        self._thread.join(timeout=10.0)
        self._socket.close()

    def _run(self) -> None:
        self._server.run(sockets=[self._socket])


def free_port(*, rather: int = 0) -> int:
    """Return a port of this machine that nobody listens on now, this one if it is free."""
    with socket.socket() as probe:
        try:
            probe.bind((HOST, rather))
        except OSError:
            probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
