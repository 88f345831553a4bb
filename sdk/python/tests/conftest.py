"""What tests share: one real Usher, and applications on real sockets."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
import uvicorn
from server import PROGRAM, Server, free_port


@pytest.fixture(scope="session")
def usher_server() -> Iterator[Server]:
    """A real Usher."""
    if not PROGRAM:
        pytest.skip("USHER_BIN names no usher: set it to the program, as in USHER_BIN=target/debug/usher")
    server = Server()
    yield server
    server.end()


@contextmanager
def serving(app: Any, port: int | None = None) -> Iterator[httpx.Client]:
    """An ASGI application on a port of its own, and a client in front of it."""
    port = port or free_port()
    runner = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning", ws="websockets-sansio")
    )
    thread = threading.Thread(target=runner.run, daemon=True)
    thread.start()
    eventually(lambda: runner.started, 20)
    try:
        with httpx.Client(base_url=f"http://localhost:{port}", trust_env=False, timeout=20) as client:
            yield client
    finally:
        runner.should_exit = True
        thread.join(20)


def eventually(found: Callable[[], Any], within: float = 5.0) -> Any:
    """Wait until something holds, and return it."""
    until = time.monotonic() + within
    while True:
        value = found()
        if value:
            return value
        assert time.monotonic() < until, f"not within {within} s"
        time.sleep(0.02)


def bearer(token: str) -> dict[str, str]:
    """The header that shows a token."""
    return {"Authorization": f"Bearer {token}"}
