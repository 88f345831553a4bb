"""The test data of each caller: a project with one of everything, and new ones of whatever a request uses up."""

import copy
import time

import requests
from instance import PASSWORD, SINK, Caller

RULES = {
    "entities": {"Order": {"attributes": {"owner_id": "string"}, "actions": {"list": "collection", "update": "item"}}},
    "conditions": {"own": {"eq": ["resource.owner_id", "user.id"]}},
    "roles": {"editor": {"grants": {"Order:list": "allow", "Order:update": "own"}}},
    "routes": [{"methods": ["GET"], "path": "/orders", "need": "Order:list"}],
}
CALLBACK = "https://shop.example/cb"
# Nobody, a project's token, a machine of the project, its owner by token, an administrator by token and by cookie.
CALLERS = ["nobody", "project", "machine", "person", "administrator", "browser"]


class World:
    """The test data of one of the ``CALLERS``."""

    def __init__(self, instance, kind, known=None):
        """Creates it, or takes it from ``known``."""
        self.instance = instance
        self.kind = kind
        self.boss = instance.administrator
        if known:
            vars(self).update(known)
            self.me = instance.token_of(self.owner["email"])
            return
        self.owner = instance.person()
        self.me = instance.token_of(self.owner["email"])
        self.project = self.make_project("Books")
        self._seed()

    def known(self):
        """What another process needs to use the same test data."""
        names = ("owner", "project", "client", "guest", "member", "webhook", "delivery", "beginning", "api", "stranger", "attempt")
        return {name: getattr(self, name) for name in names}

    def caller(self):
        """A caller of this kind, newly signed in."""
        match self.kind:
            case "nobody":
                return self.instance.nobody
            case "project":
                return Caller(self.instance.issuer, self.project["token"])
            case "machine":
                return Caller(self.instance.issuer, self._machine_token())
            case "person":
                return self.instance.token_of(self.owner["email"])
            case "administrator":
                return self.instance.token_of(*self.instance.boss)
            case "browser":
                return self.instance.cookie_of(*self.instance.boss)

    def make_project(self, name):
        return self.me.post("projects", {"name": name})

    def at(self, path):
        return f"projects/{self.project['id']}/{path}"

    def make_client(self, kind, **metadata):
        return self.boss.post(self.at("clients"), {"type": kind, "metadata": {"client_name": "Shop", **metadata}})

    def _machine_token(self):
        machine = self.make_client("machine", scope="usher:project usher:sync")
        return self._tokens(machine, grant_type="client_credentials", scope="usher:project usher:sync")["access_token"]

    def _tokens(self, client, **form):
        answer = requests.post(
            f"{self.instance.issuer}/oauth2/token", data=form, auth=(client["client_id"], client["client_secret"]), timeout=30
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    def _seed(self):
        self.client = self.make_client("web", redirect_uris=[CALLBACK])["client_id"]
        self.guest = self.instance.person()
        self._visit(self.guest["email"])
        self.member = {"sub": self.make_member()}
        self.publish()
        self.publish()
        self.beginning = Caller(self.instance.issuer, self.project["token"]).get("sync/snapshot")["epoch"] + ".0"
        self.webhook = self.make_webhook()
        self.api = self.make_api()
        self.stranger = self.make_stranger()
        self.attempt = self.make_attempt()
        self.delivery = self.me.post(self.at(f"webhooks/{self.webhook}/test"))["id"]

    def _visit(self, email):
        """Signs a person in to a client of the project."""
        client = self.make_client(
            "web", redirect_uris=[CALLBACK], first_party=True, token_endpoint_auth_method="client_secret_basic"
        )
        asked = {
            "client_id": client["client_id"],
            "redirect_uri": CALLBACK,
            "response_type": "code",
            "scope": "openid email",
            "state": "s",
            "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
            "code_challenge_method": "S256",
        }
        cookie = self.instance.cookie_of(email).headers
        answer = requests.get(
            f"{self.instance.issuer}/oauth2/authorize", asked, headers=cookie, timeout=30, allow_redirects=False
        )
        code = answer.headers["Location"].split("code=")[1].split("&")[0]
        verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
        self._tokens(client, grant_type="authorization_code", code=code, redirect_uri=CALLBACK, code_verifier=verifier)

    def sign_in(self, email):
        """A person who signs in in the same way as the caller."""
        return self.instance.cookie_of(email) if self.kind == "browser" else self.instance.token_of(email)

    def make_member(self):
        """The ``sub`` of a new member."""
        person = self.instance.person()
        self.me.post(self.at("members"), {"email": person["email"], "role": "viewer"})
        return person["sub"]

    def make_invitation(self):
        """The id of an invitation that waits."""
        invited = {"email": f"{self.instance.name()}@example.test", "role": "viewer"}
        return self.me.post(self.at("invitations"), invited)["id"]

    def make_attempt(self):
        """The id of a recorded attempt of the client: a refused authorization request."""
        asked = {"client_id": self.client, "redirect_uri": f"{CALLBACK}/elsewhere", "response_type": "code"}
        requests.get(f"{self.instance.issuer}/oauth2/authorize", asked, timeout=30, allow_redirects=False)
        for _ in range(100):
            found = self.me.get(self.at(f"clients/{self.client}/attempts"))["data"]
            if found:
                return found[0]["id"]
            time.sleep(0.1)
        raise AssertionError("the attempt was not recorded")

    def make_initial_token(self):
        return self.me.post(self.at("initial-tokens"), {"name": "Agents"})["id"]

    def make_webhook(self):
        return self.me.post(self.at("webhooks"), {"url": SINK, "events": ["*"]})["id"]

    def make_api(self):
        """The id of a new API."""
        identifier = f"http://localhost:3000/{self.instance.name()}"
        return self.me.post(self.at("apis"), {"identifier": identifier, "name": "Orders"})["id"]

    def make_stranger(self):
        """A client of another project that may use the API."""
        other = self.make_project("Partner")["id"]
        metadata = {"client_name": "Partner"}
        client = self.boss.post(f"projects/{other}/clients", {"type": "machine", "metadata": metadata})["client_id"]
        allowed = self.me.ask("PUT", self.at(f"apis/{self.api}/clients/{client}"), {})
        assert allowed.status_code < 300, allowed.text
        return client

    def draft_tag(self):
        return self.me.ask("GET", self.at("policy/draft")).headers["ETag"]

    def draft(self):
        """Changes the draft; returns its ``ETag``."""
        rules = copy.deepcopy(RULES)
        rules["roles"]["editor"]["title"] = self.instance.name()
        put = self.me.ask("PUT", self.at("policy/draft"), rules, headers={"If-Match": self.draft_tag()})
        return put.headers["ETag"]

    def publish(self):
        return self.me.post(self.at("policy/publish"), {}, headers={"If-Match": self.draft()})["revision"]

    def make_assignment(self):
        who = {"type": "user", "id": self.instance.person()["sub"]}
        return self.me.post(self.at("assignments"), {"role": "editor", "subject": who})["id"]

    def registered(self):
        """Registers a person without verifying the address; returns what verifies it."""
        email = f"{self.instance.name()}@example.test"
        form = {"given_name": "Una", "family_name": "Noether", "email": email, "password": PASSWORD}
        waiting = self.instance.nobody.post("auth/register", form)["verification_id"]
        return {"verification_id": waiting, "code": self.instance.email_to(email, r"\b(\d{8})\b")}

    def forgetful(self):
        """Requests an email to reset a password; returns its token."""
        email = self.instance.person()["email"]
        self.instance.nobody.post("auth/forgot-password", {"email": email})
        return self.instance.email_to(email, r"token=([A-Za-z0-9_-]+)")
