"""A relying party on idpyoidc, which verifies the logout tokens: signs people in, and out when it is notified.

`python relying_party.py ISSUER CLIENT_ID CLIENT_SECRET PORT` serves until its standard input is closed. `/login` begins a
sign-in, `/me` tells who is signed in (401 for nobody), and `POST /backchannel-logout` hears logout tokens.
"""

import json
import logging
import secrets
import sys
import threading
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from idpyoidc.client.oauth2.stand_alone_client import backchannel_logout
from idpyoidc.client.rp_handler import RPHandler

ISSUER, CLIENT_ID, CLIENT_SECRET, PORT = sys.argv[1:5]
BASE = f"http://localhost:{PORT}"

CONFIG = {
    "issuer": ISSUER,
    "client_type": "oidc",
    "client_id": CLIENT_ID,
    "client_secret": CLIENT_SECRET,
    "redirect_uris": [f"{BASE}/callback"],
    "preference": {
        "response_types_supported": ["code"],
        "scopes_supported": ["openid"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        "id_token_signing_alg_values_supported": ["RS256"],
    },
    "add_ons": {
        "pkce": {
            "function": "idpyoidc.client.oauth2.add_on.pkce.add_support",
            "kwargs": {"code_challenge_length": 64, "code_challenge_method": "S256"},
        }
    },
}

library = RPHandler(base_url=BASE, client_configs={ISSUER: CONFIG}, httpc_params={"verify": True, "timeout": 10})
# It logs a warning for each response whose media type it did not expect.
logging.getLogger("idpyoidc").setLevel(logging.CRITICAL)
# Who is signed in, by the cookie of the browser: the library's session id, and the `sub`.
signed_in = {}
alone = threading.Lock()


class Door(BaseHTTPRequestHandler):
    """The addresses of the relying party."""

    def answer(self, status, body=None, **headers):
        """Sends a response; an underscore in the name of a header becomes a hyphen."""
        content = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def cookie(self):
        """The session cookie of the browser."""
        found = SimpleCookie(self.headers.get("Cookie", "")).get("python_party")
        return found.value if found else None

    def do_GET(self):
        place = urlsplit(self.path)
        with alone:
            if place.path == "/login":
                self.answer(302, Location=library.begin(ISSUER))
            elif place.path == "/callback":
                done = library.finalize(ISSUER, dict(parse_qsl(place.query)))
                if "error" in done:
                    self.answer(400, {"error": str(done)})
                    return
                name = secrets.token_urlsafe()
                signed_in[name] = (done["state"], done["userinfo"]["sub"])
                self.answer(302, Location=f"{BASE}/me", Set_Cookie=f"python_party={name}; HttpOnly; Path=/")
            elif place.path == "/me":
                known = signed_in.get(self.cookie())
                self.answer(200 if known else 401, {"sub": known[1]} if known else {"error": "nobody"})
            else:
                self.answer(404)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        if self.path != "/backchannel-logout":
            self.answer(404)
            return
        with alone:
            try:
                state = backchannel_logout(library.issuer2rp[ISSUER], request=body)
            except Exception as error:  # whatever the library raises, the token is invalid
                print(f"refused: {error!r}", file=sys.stderr)
                self.answer(400, {"error": "invalid_request"})
                return
            for name in [name for name, (known, _) in signed_in.items() if known == state]:
                del signed_in[name]
        self.answer(204)

    def log_message(self, *_):
        """Logs nothing: errors are reported above."""


server = ThreadingHTTPServer(("127.0.0.1", int(PORT)), Door)
threading.Thread(target=server.serve_forever, daemon=True).start()
print("ready", flush=True)
sys.stdin.read()
server.shutdown()
