"""The live list: by every transport, over restarts of either side, and while Usher is away."""

from __future__ import annotations

import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from conftest import eventually
from server import Server

from usher_sdk import ConfigError, Event, FileStore, Refusal, Usher


@pytest.fixture(scope="module")
def server(usher_server: Server) -> Iterator[Server]:
    """An Usher that may be stopped."""
    server = Server()
    yield server
    server.end()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tries again at once, and may be set to ask more often than applications may."""
    monkeypatch.setattr("usher_sdk.net.follower.LONGEST_PAUSE", 0.5)
    monkeypatch.setattr("usher_sdk.net.follower._LONGEST_RETRY", 0.5)
    monkeypatch.setattr("usher_sdk.options.SHORTEST_POLL", 0)


def reason_of(action: Callable[[], object]) -> str:
    """Why something is refused; empty if it is not."""
    try:
        action()
    except Refusal as refusal:
        return refusal.reason
    return ""


def revoke(server: Server, token: str) -> None:
    pair = (server.machine["client_id"], server.machine["client_secret"])
    answer = server.http.post(server.issuer + "/oauth2/revoke", data={"token": token}, auth=pair)
    assert answer.status_code == 200


@pytest.mark.parametrize("transport", ["ws", "longpoll", "poll"])
def test_every_transport_hears_of_a_revocation(transport: Any, usher_server: Server) -> None:
    sync: Any = {"transport": transport, "poll_interval": 0.2}
    with Usher(**usher_server.options(sync=sync)) as usher:
        heard: list[Event] = []
        usher.on("revoked", heard.append)
        token = usher_server.machine_token()
        assert usher.authenticate(token).is_machine
        revoke(usher_server, token)
        eventually(lambda: reason_of(lambda: usher.authenticate(token)) == "token_revoked", 2)
        # Listeners are called once the list has changed.
        eventually(lambda: [event.kind for event in heard] == ["jti"], 2)
        assert not usher.status().stale


def test_without_a_list_usher_can_still_be_asked(usher_server: Server) -> None:
    sync: Any = {"transport": "off"}
    with Usher(**usher_server.options(sync=sync)) as usher:
        token = usher_server.machine_token()
        revoke(usher_server, token)
        assert usher.authenticate(token).is_machine
        assert reason_of(lambda: usher.authenticate(token, fresh=True)) == "token_revoked"


def test_a_wrong_secret_is_told_at_the_start(usher_server: Server) -> None:
    usher = Usher(**usher_server.options(client_secret="wrong"))
    with pytest.raises(ConfigError, match="is not known"):
        usher.start()


def test_a_client_that_may_not_follow_is_told_at_the_start(usher_server: Server) -> None:
    web = usher_server.web
    usher = Usher(**usher_server.options(client_id=web["client_id"], client_secret=web["client_secret"]))
    with pytest.raises(ConfigError, match="client_credentials"):
        usher.start()


def test_no_usher_at_all_lets_nobody_in(usher_server: Server) -> None:
    usher = Usher(**usher_server.options(issuer="http://localhost:9"))
    usher.start(1)
    try:
        assert reason_of(lambda: usher.authenticate(usher_server.machine_token())) == "keys_missing"
        assert usher.status().failure
    finally:
        usher.close()


def test_while_usher_is_away_each_module_does_what_it_was_told(server: Server) -> None:
    expected = {"allow": "", "deny": "list_stale", "introspect": "introspection_failed"}
    with ExitStack() as stack:
        modules = {}
        for on_stale in expected:
            sync: Any = {"on_stale": on_stale, "max_staleness": 0.5}
            modules[on_stale] = stack.enter_context(Usher(**server.options(sync=sync)))
        gone: list[Event] = []
        modules["deny"].on("stale", gone.append)
        token, doomed = server.machine_token(), server.machine_token()
        for usher in modules.values():
            usher.authenticate(token)
            usher.authenticate(doomed)
        revoke(server, doomed)
        eventually(lambda: reason_of(lambda: modules["allow"].authenticate(doomed)) == "token_revoked")
        server.stop(signal.SIGKILL)
        eventually(lambda: all(usher.status().stale for usher in modules.values()))
        for on_stale, usher in modules.items():
            assert reason_of(lambda usher=usher: usher.authenticate(token)) == expected[on_stale], on_stale  # type: ignore[misc]
            assert reason_of(lambda usher=usher: usher.authenticate(doomed)) == "token_revoked"  # type: ignore[misc]
        eventually(lambda: gone)
        server.start()
        for usher in modules.values():
            eventually(lambda usher=usher: not usher.status().stale, 40)  # type: ignore[misc]
            assert reason_of(lambda usher=usher: usher.authenticate(token)) == ""  # type: ignore[misc]


def test_nothing_is_lost_over_a_restart_of_usher(server: Server) -> None:
    with Usher(**server.options()) as usher:
        token, missed = server.machine_token(), server.machine_token()
        usher.authenticate(token)
        usher.authenticate(missed)
        server.stop(signal.SIGKILL)
        server.start()
        revoke(server, missed)
        eventually(lambda: reason_of(lambda: usher.authenticate(missed)) == "token_revoked", 40)
        assert reason_of(lambda: usher.authenticate(token)) == ""


def test_a_database_that_was_set_back_begins_a_new_epoch(server: Server, tmp_path: Path) -> None:
    with Usher(**server.options()) as usher:
        resynced: list[Event] = []
        usher.on("resynced", resynced.append)
        token, later = server.machine_token(), server.machine_token()
        data = Path(server.folder) / ".usher"
        server.stop(signal.SIGKILL)
        shutil.copytree(data, tmp_path / "backup")
        server.start()
        revoke(server, token)
        eventually(lambda: reason_of(lambda: usher.authenticate(token)) == "token_revoked", 20)
        before = usher.status().place
        server.stop(signal.SIGKILL)
        shutil.rmtree(data)
        shutil.copytree(tmp_path / "backup", data)
        server.start()
        eventually(lambda: resynced and usher.status().connected, 40)
        assert before is not None
        assert int(str(usher.status().place)[1:].split(".")[0]) == int(before[1:].split(".")[0]) + 1
        revoke(server, later)
        eventually(lambda: reason_of(lambda: usher.authenticate(later)) == "token_revoked", 5)


def test_the_application_starts_from_its_file_while_usher_is_away(server: Server, tmp_path: Path) -> None:
    path = tmp_path / "store"
    token, doomed = server.machine_token(), server.machine_token()
    store = FileStore(path)
    with Usher(**server.options(storage=store)) as usher:
        usher.authenticate(token)
        revoke(server, doomed)
        eventually(lambda: reason_of(lambda: usher.authenticate(doomed)) == "token_revoked")
        revision = usher.status().policy_revision
    store.close()
    log = path / "usher.log"
    assert log.stat().st_mode & 0o777 == 0o600
    server.stop(signal.SIGKILL)
    try:
        again = Usher(**server.options(storage=FileStore(path)))
        try:
            assert again.status().ready
            assert again.status().policy_revision == revision
            assert reason_of(lambda: again.authenticate(token)) == ""
            assert reason_of(lambda: again.authenticate(doomed)) == "token_revoked"
        finally:
            again.close()
        log.write_bytes(log.read_bytes().replace(b'"ids":["client_', b'"ids":["client-', 1))
        forged = Usher(**server.options(storage=FileStore(path)))
        try:
            assert not forged.status().ready
            assert reason_of(lambda: forged.authenticate(token)) == "keys_missing"
        finally:
            forged.close()
    finally:
        server.start()


def test_a_key_that_others_know_ends_what_it_signed(server: Server) -> None:
    with Usher(**server.options()) as usher:
        token = server.machine_token()
        kid = usher.authenticate(token)
        assert kid.is_machine
        administrator = server.person("--admin")
        administrator.sign_in()
        keys = administrator.api("GET", "admin/keys").json()
        active = [key["kid"] for key in keys.get("data", keys) if key["alg"] == "ES256" and key["state"] == "active"]
        answer = administrator.api("POST", f"admin/keys/{active[0]}/revoke", {})
        assert answer.is_success, answer.text
        began = time.monotonic()
        eventually(lambda: reason_of(lambda: usher.authenticate(token)) in ("token_revoked", "key_unknown"), 5)
        assert time.monotonic() - began < 2
        eventually(lambda: reason_of(lambda: usher.authenticate(server.machine_token())) == "", 10)
