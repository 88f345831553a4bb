"""One world of its own for each caller: a project with one of everything, and a fresh one of whatever is used up."""

import copy

import requests
from house import PASSWORD, SINK, Caller

RULES = {
    "entities": {"Order": {"attributes": {"owner_id": "string"}, "actions": {"list": "collection", "update": "item"}}},
    "conditions": {"own": {"eq": ["resource.owner_id", "user.id"]}},
    "roles": {"editor": {"grants": {"Order:list": "allow", "Order:update": "own"}}},
    "routes": [{"methods": ["GET"], "path": "/orders", "need": "Order:list"}],
}
CALLBACK = "https://shop.example/cb"
# Who calls: nobody, a project's token, a machine of the project, its owner by token, an administrator by token and by cookie.
CALLERS = ["nobody", "project", "machine", "person", "administrator", "browser"]


class World:
    """What there is to be called, for one of the ``CALLERS``."""

    def __init__(self, house, kind, known=None):
        """A new one, or the one that ``known`` tells of."""
        self.house = house
        self.kind = kind
        self.boss = house.administrator
        if known:
            vars(self).update(known)
            self.me = house.token_of(self.owner["email"])
            return
        self.owner = house.person()
        self.me = house.token_of(self.owner["email"])
        self.project = self.make_project("Books")
        self._seed()

    def known(self):
        """What another process makes the same world of."""
        names = ("owner", "project", "client", "guest", "member", "webhook", "delivery", "beginning")
        return {name: getattr(self, name) for name in names}

    def caller(self):
        """Somebody of this kind, newly signed in."""
        match self.kind:
            case "nobody":
                return self.house.nobody
            case "project":
                return Caller(self.house.issuer, self.project["token"])
            case "machine":
                return Caller(self.house.issuer, self._machine_token())
            case "person":
                return self.house.token_of(self.owner["email"])
            case "administrator":
                return self.house.token_of(*self.house.boss)
            case "browser":
                return self.house.cookie_of(*self.house.boss)

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
            f"{self.house.issuer}/oauth2/token", data=form, auth=(client["client_id"], client["client_secret"]), timeout=30
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    def _seed(self):
        self.client = self.make_client("web", redirect_uris=[CALLBACK])["client_id"]
        self.guest = self.house.person()
        self._visit(self.guest["email"])
        self.member = {"sub": self.make_member()}
        self.publish()
        self.publish()
        self.beginning = Caller(self.house.issuer, self.project["token"]).get("sync/snapshot")["epoch"] + ".0"
        self.webhook = self.make_webhook()
        self.delivery = self.me.post(self.at(f"webhooks/{self.webhook}/test"))["id"]

    def _visit(self, email):
        """Somebody uses a client of the project, as anybody would."""
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
        cookie = self.house.cookie_of(email).headers
        answer = requests.get(
            f"{self.house.issuer}/oauth2/authorize", asked, headers=cookie, timeout=30, allow_redirects=False
        )
        code = answer.headers["Location"].split("code=")[1].split("&")[0]
        verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
        self._tokens(client, grant_type="authorization_code", code=code, redirect_uri=CALLBACK, code_verifier=verifier)

    def sign_in(self, email):
        """Somebody, in the way of whoever calls here."""
        return self.house.cookie_of(email) if self.kind == "browser" else self.house.token_of(email)

    def make_member(self):
        """The ``sub`` of a new member."""
        person = self.house.person()
        self.me.post(self.at("members"), {"email": person["email"], "role": "viewer"})
        return person["sub"]

    def make_webhook(self):
        return self.me.post(self.at("webhooks"), {"url": SINK, "events": ["*"]})["id"]

    def draft_tag(self):
        return self.me.ask("GET", self.at("policy/draft")).headers["ETag"]

    def draft(self):
        """A draft that says something new; its tag."""
        rules = copy.deepcopy(RULES)
        rules["roles"]["editor"]["title"] = self.house.name()
        put = self.me.ask("PUT", self.at("policy/draft"), rules, headers={"If-Match": self.draft_tag()})
        return put.headers["ETag"]

    def publish(self):
        return self.me.post(self.at("policy/publish"), {}, headers={"If-Match": self.draft()})["revision"]

    def make_assignment(self):
        who = {"type": "user", "id": self.house.person()["sub"]}
        return self.me.post(self.at("assignments"), {"role": "editor", "subject": who})["id"]

    def registered(self):
        """Somebody who has registered and not proven their address: what proves it."""
        email = f"{self.house.name()}@example.test"
        form = {"given_name": "Una", "family_name": "Noether", "email": email, "password": PASSWORD}
        waiting = self.house.nobody.post("auth/register", form)["verification_id"]
        return {"verification_id": waiting, "code": self.house.letter(email, r"\b(\d{8})\b")}

    def forgetful(self):
        """Somebody who has asked for a letter: its token."""
        email = self.house.person()["email"]
        self.house.nobody.post("auth/forgot-password", {"email": email})
        return self.house.letter(email, r"token=([A-Za-z0-9_-]+)")
