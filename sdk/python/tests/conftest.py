"""What tests share: one real Usher, and applications on real sockets."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
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


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def started(command: list[str], port: int, folder: Path) -> Iterator[int]:
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        eventually(lambda: listens(port), 20)
        yield port
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="session")
def redis_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed")
    port = free_port()
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    yield from started(command, port, tmp_path_factory.mktemp("redis"))


@pytest.fixture(scope="session")
def mongodb_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """mongod, or FerretDB 1 on SQLite, which speaks its protocol."""
    port, folder = free_port(), tmp_path_factory.mktemp("mongodb")
    ferretdb = os.environ.get("FERRETDB_BIN") or shutil.which("ferretdb")
    if mongod := shutil.which("mongod"):
        command = [mongod, "--port", str(port), "--bind_ip", "127.0.0.1", "--dbpath", str(folder)]
    elif ferretdb:
        command = [
            ferretdb, "--handler=sqlite", f"--listen-addr=127.0.0.1:{port}", f"--sqlite-url=file:{folder}/",
            "--telemetry=disable", "--debug-addr=-", f"--state-dir={folder}",
        ]  # fmt: skip
    else:
        pytest.skip("neither mongod nor ferretdb is installed (FERRETDB_BIN)")
    yield from started(command, port, folder)
