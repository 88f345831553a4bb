"""Every store keeps what it is given: memory, file, and real Redis and MongoDB servers."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import eventually
from server import Server

from usher_sdk import ConfigError, FileStore, MemoryStore, Refusal, Store, StoreError, Usher
from usher_sdk.core.logfile import Kept, LogWriter, store_key
from usher_sdk.stores.file import LARGEST
from usher_sdk.testing import create_test_usher

KINDS = ["memory", "file", "redis", "mongodb"]


@pytest.fixture(params=KINDS)
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Any]]:
    """Opens the same store, as often as it is called."""
    opened: list[Any] = []
    open_one = opener(request, tmp_path)

    def make_one() -> Any:
        opened.append(open_one())
        return opened[-1]

    yield make_one
    for store in opened:
        if hasattr(store, "close"):
            store.close()


def opener(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Any]:
    name = f"usher{time.monotonic_ns()}"
    if request.param == "memory":
        store = MemoryStore()
        return lambda: store
    if request.param == "file":
        return lambda: FileStore(tmp_path / "store")
    if request.param == "redis":
        pytest.importorskip("redis")
        from usher_sdk.stores.redis import RedisStore

        port = request.getfixturevalue("redis_port")
        return lambda: RedisStore(f"redis://127.0.0.1:{port}", prefix=name + ":")
    pytest.importorskip("pymongo")
    from usher_sdk.stores.mongodb import MongoStore

    port = request.getfixturevalue("mongodb_port")
    return lambda: MongoStore(f"mongodb://127.0.0.1:{port}/", collection=name)


def test_a_value_is_kept_until_its_time_is_over(make: Callable[[], Any]) -> None:
    store = make()
    assert isinstance(store, Store)
    value = bytes(range(256)) + b"\n\n"
    store.set("a", value, 100)
    store.set("b", b"gone", 0.05)
    store.set("c", b"", None)
    assert make().get("a") == value
    assert store.get("nobody") is None
    assert store.get("c") == b""
    store.set("a", b"new", 100)
    assert store.get("a") == b"new"
    store.delete("a")
    store.delete("a")
    assert store.get("a") is None
    eventually(lambda: store.get("b") is None, 2)


def test_a_snapshot_is_replaced_as_a_whole(make: Callable[[], Any]) -> None:
    store = make()
    if isinstance(store, MemoryStore):
        assert store.load_snapshot() is None
        return
    assert store.load_snapshot() is None
    store.save_snapshot(b"first\n" * 10)
    store.save_snapshot(b"second\n")
    appended = store.append_revocations(b"third\n")
    assert store.load_snapshot() == (b"second\nthird\n" if appended else b"second\n")


def test_a_module_goes_on_from_its_store(make: Callable[[], Any], usher_server: Server) -> None:
    if isinstance(make(), MemoryStore):
        pytest.skip("memory ends with the process")
    token, doomed = usher_server.machine_token(), usher_server.machine_token()
    store = make()
    with Usher(**usher_server.options(storage=store)) as usher:
        usher.authenticate(token)
        pair = (usher_server.machine["client_id"], usher_server.machine["client_secret"])
        usher_server.http.post(usher_server.issuer + "/oauth2/revoke", data={"token": doomed}, auth=pair)
        eventually(lambda: is_refused(usher, doomed))
        place = usher.status().place
    if hasattr(store, "close"):
        store.close()
    again = Usher(**usher_server.options(storage=make()))
    try:
        assert (again.status().ready, again.status().place) == (True, place)
        assert is_refused(again, doomed)
        assert not is_refused(again, token)
    finally:
        again.close()


def is_refused(usher: Usher, token: str) -> bool:
    """By memory alone."""
    try:
        usher.engine.check_in_memory(token)
    except Refusal as refusal:
        return refusal.reason == "token_revoked"
    return False


def test_one_process_writes_the_log(tmp_path: Path) -> None:
    first, second = FileStore(tmp_path), FileStore(tmp_path)
    assert first.is_writer
    assert not second.is_writer
    first.save_snapshot(b"first\n")
    second.save_snapshot(b"second\n")
    assert second.append_revocations(b"second\n")
    assert first.load_snapshot() == b"first\n"
    first.close()
    assert second.is_writer, "the next one takes over"
    second.close()


def test_a_forked_process_writes_nothing_of_its_parent_s(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    assert store.is_writer
    store.save_snapshot(b"parent\n")
    child = os.fork()
    if child == 0:
        store.append_revocations(b"child\n")
        os._exit(0)
    os.waitpid(child, 0)
    store.append_revocations(b"parent\n")
    assert store.load_snapshot() == b"parent\nparent\n"
    store.close()


def test_a_log_that_has_grown_is_written_anew(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    store.save_snapshot(b"x" * (LARGEST - 10))
    assert store.append_revocations(b"short\n")
    assert not store.append_revocations(b"too long\n")
    store.close()


def test_what_is_over_leaves_the_folder(tmp_path: Path) -> None:
    clock = [1000.0]
    store = FileStore(tmp_path, now=lambda: clock[0])
    for number in range(10):
        store.set(str(number), b"x", 10)
    clock[0] += 1000
    store.set("new", b"x", 10)
    assert len(list((tmp_path / "values").iterdir())) == 1
    store.close()


def test_a_store_that_cannot_be_written_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(StoreError, match="cannot be written"):
        FileStore(tmp_path / "file")
    with pytest.raises(StoreError, match="does not answer"):
        pytest.importorskip("redis")
        from usher_sdk.stores.redis import RedisStore

        RedisStore("redis://127.0.0.1:9")

    class Full(MemoryStore):
        def set(self, key: str, value: bytes, ttl: float | None = None) -> None:
            raise OSError("no space left")

    with pytest.raises(ConfigError, match="no space left"):
        create_test_usher(storage=Full())


def test_memory_is_bounded() -> None:
    store = MemoryStore(most=100)
    for number in range(1000):
        store.set(str(number), b"x", 100)
    assert store.get("999") == b"x"
    assert len(store._values) <= 100


def test_a_list_larger_than_one_document_is_kept_in_parts(mongodb_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pymongo")
    from usher_sdk.stores import mongodb

    monkeypatch.setattr(mongodb, "_LARGEST_PART", 1000)
    store = mongodb.MongoStore(f"mongodb://127.0.0.1:{mongodb_port}/", collection=f"c{time.monotonic_ns()}")
    entries = [{"t": "ev", "k": "sid", "v": f"s{number}", "exp": 1} for number in range(200)]
    whole = b"".join(LogWriter(store_key("secret")).lines(Kept(1, 2, 3, entries), "i", "c"))
    store.save_snapshot(whole)
    assert store.load_snapshot() == whole
    store.save_snapshot(whole[:500])
    assert store.load_snapshot() == whole[:500]
    store.close()
