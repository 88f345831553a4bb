"""The live feed with a third-party WebSocket client: a restart, a cut connection, and a cursor that is too old."""

import base64
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest

import requests
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

PROGRAM = None if os.environ.get("USHER_DATABASE_URL") else os.environ.get("USHER_TEST_BIN")


def free_ports(number):
    """This many different free ports: each is held until all are found."""
    with contextlib.ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in range(number)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


class Instance:
    """``usher dev`` in its own folder."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="usher-feed-")
        self.port, a, b = free_ports(3)
        self.issuer = f"http://localhost:{self.port}"
        self.env = {
            "PATH": os.environ["PATH"],
            "USHER_LISTEN": f"127.0.0.1:{self.port}",
            "USHER_ISSUER": self.issuer,
            "USHER_DEMO__LISTEN_A": f"127.0.0.1:{a}",
            "USHER_DEMO__LISTEN_B": f"127.0.0.1:{b}",
        }
        self.session = requests.Session()
        self.session.trust_env = False
        self.start()

    def start(self):
        """Starts it and waits until it is ready."""
        quiet = subprocess.DEVNULL
        self.child = subprocess.Popen([PROGRAM, "dev"], cwd=self.folder, env=self.env, stdout=quiet, stderr=quiet)
        for _ in range(600):
            try:
                if self.session.get(self.issuer + "/health/ready", timeout=5).ok:
                    return
            except requests.ConnectionError:
                pass
            time.sleep(0.1)
        raise AssertionError("Usher does not become ready")

    def stop(self, how=signal.SIGTERM):
        """Stops it."""
        self.child.send_signal(how)
        self.child.wait(60)

    def usher(self, *arguments):
        """Runs a command of ``usher`` and returns its JSON."""
        command = [PROGRAM, *arguments, "--json"]
        return json.loads(subprocess.check_output(command, cwd=self.folder, env=self.env))

    def end(self):
        """Stops it and removes its folder."""
        if self.child.poll() is None:
            self.stop()
        self.session.close()
        shutil.rmtree(self.folder)


class Line:
    """A connection to Usher that can be cut."""

    def __init__(self, port):
        self.port = port
        self.ends = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        """Forwards every connection to Usher."""
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self.port))
            self.ends += [near, far]
            for pair in ((near, far), (far, near)):
                threading.Thread(target=self.carry, args=pair, daemon=True).start()

    @staticmethod
    def carry(source, sink):
        """Forwards bytes in one direction until the connection is cut."""
        try:
            while data := source.recv(4096):
                sink.sendall(data)
        except OSError:
            pass

    def cut(self):
        """Cuts every connection."""
        for end in self.ends:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()
        self.ends = []


@unittest.skipUnless(PROGRAM, "needs its own instance (tests/clients/run.sh gives one on SQLite)")
class Feed(unittest.TestCase):
    """A module that follows the feed."""

    @classmethod
    def setUpClass(cls):
        cls.instance = Instance()
        project = cls.instance.usher("project", "create", "--name", "Feed")
        cls.token = project["token"]
        name = project.get("id") or project["project_id"]
        cls.machine = cls.instance.usher(
            "client", "create", "--project", name, "--type", "machine", "--name", "Doomed", "--scope", "orders"
        )

    @classmethod
    def tearDownClass(cls):
        cls.instance.end()

    def post(self, path, **form):
        """Sends a form with the credentials of the machine."""
        proof = (self.machine["client_id"], self.machine["client_secret"])
        return self.instance.session.post(self.instance.issuer + path, data=form, auth=proof, timeout=10)

    def revoke_one(self):
        """Issues an access token, revokes it, and returns its ``jti``."""
        doomed = self.post("/oauth2/token", grant_type="client_credentials").json()["access_token"]
        self.assertEqual(self.post("/oauth2/revoke", token=doomed).status_code, 200)
        payload = doomed.split(".")[1]
        return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["jti"]

    def follow(self, cursor=None, port=None):
        """Follows the feed from ``cursor``, and returns the socket with the first message."""
        url = f"ws://localhost:{self.instance.port}/api/v1/sync" + (f"?cursor={cursor}" if cursor else "")
        bearer = {"Authorization": f"Bearer {self.token}"}
        near = socket.create_connection(("127.0.0.1", port or self.instance.port))
        ws = connect(url, sock=near, subprotocols=["usher.sync.v1"], additional_headers=bearer, proxy=None)
        self.assertEqual(ws.subprotocol, "usher.sync.v1")
        hello = json.loads(ws.recv(20))
        self.assertEqual(hello["t"], "hello")
        return ws, hello

    def entry(self, ws):
        """The next entry."""
        while True:
            message = json.loads(ws.recv(20))
            if message["t"] != "jwks":
                return message

    def test_a_revocation_is_heard(self):
        ws, hello = self.follow()
        name = self.revoke_one()
        entry = self.entry(ws)
        self.assertEqual((entry["k"], entry["v"], entry["c"]), ("jti", name, hello["cursor"] + 1))
        ws.send(json.dumps({"t": "ack", "c": entry["c"]}))
        ws.close()

    def test_nothing_is_lost_over_a_restart(self):
        for how in (signal.SIGTERM, signal.SIGKILL):
            ws, hello = self.follow()
            self.revoke_one()
            seen = self.entry(ws)["c"]
            self.instance.stop(how)
            with self.assertRaises(ConnectionClosed):
                while True:
                    ws.recv(20)
            self.instance.start()
            names = [self.revoke_one(), self.revoke_one()]
            ws, _ = self.follow(f"{hello['epoch']}.{seen}")
            heard = [self.entry(ws), self.entry(ws)]
            self.assertEqual([entry["v"] for entry in heard], names)
            self.assertEqual([entry["c"] for entry in heard], [seen + 1, seen + 2])
            ws.close()

    def test_a_cut_line_loses_nothing(self):
        line = Line(self.instance.port)
        port = line.listener.getsockname()[1]
        ws, hello = self.follow(port=port)
        self.revoke_one()
        seen = self.entry(ws)["c"]
        line.cut()
        with self.assertRaises(ConnectionClosed):
            ws.recv(20)
        names = [self.revoke_one() for _ in range(3)]
        ws, _ = self.follow(f"{hello['epoch']}.{seen}", port)
        self.assertEqual([self.entry(ws)["v"] for _ in range(3)], names)
        ws.close()
        line.cut()
        line.listener.close()

    def test_a_place_that_is_gone(self):
        url = self.instance.issuer + "/api/v1/sync/events?cursor=e9.1"
        gone = self.instance.session.get(url, headers={"Authorization": f"Bearer {self.token}"}, timeout=10)
        self.assertEqual(gone.status_code, 410)
        ws, _ = self.follow("e9.1")
        self.assertEqual(self.entry(ws)["t"], "resync")
        name = self.revoke_one()
        while (heard := self.entry(ws))["v"] != name:
            pass
        self.assertEqual(heard["k"], "jti")
        ws.close()


if __name__ == "__main__":
    unittest.main()
