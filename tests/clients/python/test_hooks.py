"""Webhooks and logout tokens, verified by third-party libraries: standardwebhooks and joserfc."""

import json
import os
import secrets
import threading
import time
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, parse_qsl, urlsplit

os.environ.setdefault("AUTHLIB_INSECURE_TRANSPORT", "1")  # the issuer under test is http on loopback

from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.jwk import KeySet
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from person import Person
from test_feed import PROGRAM, Instance

REDIRECT_URI = "http://localhost:9/callback"
EVENT = "http://schemas.openid.net/event/backchannel-logout"


class Receiver(BaseHTTPRequestHandler):
    """Records each request."""

    heard = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.heard.append((self.path, dict(self.headers.items()), body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def called(path):
    """The first call at a path."""
    for _ in range(200):
        for call in list(Receiver.heard):
            if call[0] == path:
                return call
        time.sleep(0.05)
    raise AssertionError(f"{path} was never called: {Receiver.heard}")


@unittest.skipUnless(PROGRAM, "needs its own instance (tests/clients/run.sh gives one on SQLite)")
class Outgoing(unittest.TestCase):
    """What Usher sends to receivers."""

    @classmethod
    def setUpClass(cls):
        cls.server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
        threading.Thread(target=cls.server.serve_forever, daemon=True).start()
        cls.instance = Instance()
        cls.project = cls.instance.usher("project", "create", "--name", "Hooks")
        cls.project_id = cls.project.get("id") or cls.project["project_id"]

    @classmethod
    def tearDownClass(cls):
        cls.instance.end()
        cls.server.shutdown()
        cls.server.server_close()

    def at(self, path):
        """The receiver's address for a path."""
        return f"http://127.0.0.1:{self.server.server_port}{path}"

    def api(self, path, body):
        """A POST about the project's webhooks."""
        url = f"{self.instance.issuer}/api/v1/projects/{self.project_id}/webhooks{path}"
        headers = {"Authorization": f"Bearer {self.project['token']}"}
        answer = self.instance.session.post(url, json=body, headers=headers, timeout=10)
        self.assertTrue(answer.ok, answer.text)
        return answer.json()

    def test_standardwebhooks_accepts_a_message_and_nothing_altered(self):
        made = self.api("", {"url": self.at("/hook"), "events": ["user.*"]})
        rotated = self.api(f"/{made['id']}/secrets", {"overlap_seconds": 3600})
        self.api(f"/{made['id']}/test", None)
        _, headers, body = called("/hook")
        headers = {name.lower(): value for name, value in headers.items()}
        for secret in (made["secret"], rotated["secret"]):
            self.assertEqual(Webhook(secret).verify(body, headers)["type"], "webhook.test")
        for altered, other in (
            (body.replace("webhook.test", "user.deleted"), headers),
            (body, {**headers, "webhook-id": "another"}),
            (body, {**headers, "webhook-timestamp": str(int(headers["webhook-timestamp"]) + 3600)}),
        ):
            with self.assertRaises(WebhookVerificationError):
                Webhook(rotated["secret"]).verify(altered, other)

    def test_a_logout_token_holds_and_names_the_session_of_the_id_token(self):
        file = os.path.join(self.instance.folder, "listens.json")
        with open(file, "w", encoding="utf-8") as written:
            json.dump(
                {
                    "client_name": "Listens",
                    "redirect_uris": [REDIRECT_URI],
                    "id_token_signed_response_alg": "ES256",
                    "backchannel_logout_uri": self.at("/logout"),
                    "first_party": True,
                },
                written,
            )
        arguments = ("--project", self.project_id, "--type", "web", "--name", "listens", "--from-json", file)
        client = self.instance.usher("client", "create", *arguments)
        metadata = self.instance.session.get(self.instance.issuer + "/.well-known/openid-configuration", timeout=10).json()
        self.assertTrue(metadata["backchannel_logout_supported"])
        session = OAuth2Session(
            client_id=client["client_id"],
            client_secret=client["client_secret"],
            scope="openid",
            redirect_uri=REDIRECT_URI,
            code_challenge_method="S256",
        )
        session.trust_env = False
        who, verifier = Person("ana@example.test", "usher-demo"), secrets.token_urlsafe(48)
        url, state = session.create_authorization_url(metadata["authorization_endpoint"], code_verifier=verifier)
        reached, _ = who.go(url, REDIRECT_URI)
        self.assertIn("code", dict(parse_qsl(urlsplit(reached).query)))
        token = session.fetch_token(
            metadata["token_endpoint"], authorization_response=reached, state=state, code_verifier=verifier
        )
        keys = KeySet.import_key_set(self.instance.session.get(metadata["jwks_uri"], timeout=10).json())
        identity = jwt.decode(token["id_token"], keys, algorithms=["ES256"]).claims
        who.browser.get(metadata["end_session_endpoint"], params={"id_token_hint": token["id_token"]}, timeout=10)
        _, _, body = called("/logout")
        decoded = jwt.decode(parse_qs(body)["logout_token"][0], keys, algorithms=["ES256"])
        self.assertEqual(decoded.header["typ"], "logout+jwt")
        registry = jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": self.instance.issuer},
            aud={"essential": True, "value": client["client_id"]},
            sub={"essential": True, "value": identity["sub"]},
            sid={"essential": True, "value": identity["sid"]},
            iat={"essential": True},
            exp={"essential": True},
            jti={"essential": True},
        )
        registry.validate(decoded.claims)
        self.assertEqual(decoded.claims["events"], {EVENT: {}})
        self.assertNotIn("nonce", decoded.claims)
        session.close()


if __name__ == "__main__":
    unittest.main()
