"""Loaded by schemathesis: fills generated requests with what exists, so that not all are answered 404.

Whatever a request would use up (a session, a project, a user) is made for it beforehand. Every tenth request names what
there is not. What each operation answered is counted, and written down at the end.
"""

import atexit
import collections
import json
import os
from urllib.parse import parse_qsl, urlsplit

import schemathesis
from instance import PASSWORD, SINK, Caller, Instance, TooMany
from schemathesis.core.failures import AcceptedNegativeData
from world import CALLBACK, World

# One in this many requests names something that does not exist.
UNAIMED = 10
# The credentials of the run: a token, or the value of the cookie.
OWN = os.environ["TEST_CREDENTIAL"]
LOGO = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><circle cx="12" cy="12" r="10"/></svg>'
UNKNOWN = "01936d2e-3c00-7000-8000-00000000dead"

instance = Instance(os.environ["TEST_ISSUER"], os.environ["TEST_BOSS"], os.environ["TEST_BOSS_PASSWORD"])
with open(os.environ["TEST_WORLD"], encoding="utf-8") as file:
    world = World(instance, os.environ["TEST_CALLER"], json.load(file))
spares = {}
answers = collections.defaultdict(collections.Counter)
turns = collections.Counter()


def operation_id(case):
    return case.operation.definition.raw["operationId"]


class Aim:
    """Adjusts a request to an operation before it is sent."""

    def __init__(self, case):
        self.case = case
        self.path = {"id": world.project["id"], "client": world.client, "webhook": world.webhook}
        self.path |= {"api": world.api, "attempt": world.attempt}
        self.path |= {"delivery": world.delivery, "sub": world.guest["sub"], "revision": "1", "provider": "google"}

    def run(self, unaimed):
        prepare = getattr(self, operation_id(self.case), None)
        if prepare:
            prepare()
        elif unaimed:
            return
        for name in self.case.path_parameters or {}:
            # A generated id may exist by now; an operation that deletes would delete that.
            self.case.path_parameters[name] = UNKNOWN if unaimed else self.path.get(name, UNKNOWN)

    def call_as(self, caller):
        """Calls with other credentials, if the request uses those of the run."""
        if caller.token and (self.case.headers or {}).get("Authorization") == f"Bearer {OWN}":
            self.case.headers["Authorization"] = f"Bearer {caller.token}"
        if caller.cookie and (self.case.cookies or {}).get("usher") == OWN:
            self.case.cookies["usher"] = caller.cookie.removeprefix("usher=")

    def body(self, **members):
        """Sets these members of the body, if it has them."""
        if isinstance(self.case.body, dict):
            self.case.body.update({name: value for name, value in members.items() if name in self.case.body})

    def header(self, name, value):
        if name in (self.case.headers or {}):
            self.case.headers[name] = value

    def spare(self, make):
        """What ``make`` created, until a request has used it; nothing if no more can be created now."""
        name = operation_id(self.case)
        if name not in spares:
            try:
                spares[name] = make()
            except TooMany:
                spares[name] = None
        return spares[name]

    # Sessions: ended by sign-out, by ending them, by a new password.

    def logout(self):
        self.call_as(self.spare(lambda: world.sign_in(world.guest["email"])))

    def change_password(self):
        self.call_as(self.spare(lambda: world.sign_in(instance.person()["email"])))

    def end_session(self):
        email = instance.boss if world.kind in ("administrator", "browser") else (world.owner["email"], PASSWORD)
        self.path["id"] = self.spare(lambda: instance.sign_in(*email)["session_id"])

    def login(self):
        self.body(email=world.owner["email"])

    def refresh_session(self):
        self.body(refresh_token=self.spare(lambda: instance.sign_in(world.owner["email"])["refresh_token"]))

    def verify_email(self):
        self.body(**(self.spare(world.registered) or {}))

    def reset_password(self):
        token = self.spare(world.forgetful)
        self.body(**({"token": token} if token else {}))

    def register(self):
        self.body(email=f"{instance.name()}@example.test")

    forgot_password = login

    # Projects.

    def _new_project(self):
        project = self.spare(lambda: world.make_project("Shop"))
        self.path["id"] = project["id"]
        if world.kind == "project":
            self.call_as(Caller(instance.issuer, project["token"]))
        return project

    def delete_project(self):
        self._new_project()

    def rotate_project_token(self):
        self.body(current_token=self._new_project()["token"])

    def delete_client(self):
        self.path["client"] = self.spare(lambda: world.make_client("web", redirect_uris=[CALLBACK])["client_id"])

    def add_member(self):
        self.body(email=self.spare(lambda: instance.person()["email"]))

    def change_member(self):
        self.path["sub"] = world.member["sub"]

    def invite_member(self):
        self.body(email=f"{instance.name()}@example.test", locale=None)

    def resend_invitation(self):
        self.path["invitation"] = self.spare(world.make_invitation)

    def withdraw_invitation(self):
        self.path["invitation"] = self.spare(world.make_invitation)

    def replace_project_sign_in(self):
        self.body(sign_up="domains", domains=["example.com"], providers=None)
        self.header("If-Match", world.me.ask("GET", world.at("sign-in")).headers["ETag"])

    def remove_member(self):
        self.path["sub"] = self.spare(world.make_member)

    # APIs.

    def _good_settings(self):
        self.body(roles=["*"], permissions=[], scopes=[], signing_alg="ES256", access_token_seconds=300)

    def create_api(self):
        self._new_project()
        self.body(identifier=f"http://localhost:3000/{instance.name()}")
        self._good_settings()

    def replace_api(self):
        self._good_settings()
        self.header("If-Match", world.me.ask("GET", world.at(f"apis/{world.api}")).headers["ETag"])

    def delete_api(self):
        self.path["api"] = self.spare(world.make_api)

    def allow_api_client(self):
        self.path["client"] = world.stranger
        self.body(scope=None)

    def disallow_api_client(self):
        self.path["client"] = self.spare(world.make_stranger)

    # Access rules.

    def replace_policy_draft(self):
        self.header("If-Match", world.draft_tag())

    def publish_policy(self):
        self.header("If-Match", self.spare(world.draft))

    def roll_back_policy(self):
        self.body(revision=self.spare(lambda: world.publish() - 1))

    def create_assignment(self):
        self.body(subject={"type": "user", "id": self.spare(instance.person)["sub"]}, role="editor")

    def delete_assignment(self):
        self.path["assignment"] = self.spare(world.make_assignment)

    def authorize(self):
        self.body(project=world.project["id"])

    # The feed, from its beginning: there are always entries.

    def list_sync_events(self):
        if "cursor" in (self.case.query or {}):
            self.case.query["cursor"] = world.beginning

    def delete_initial_token(self):
        self.path["initial_token"] = self.spare(world.make_initial_token)

    # Webhooks: no server receives what is sent.

    def create_webhook(self):
        self._new_project()
        self.body(url=SINK)

    def change_webhook(self):
        self.body(url=SINK)

    def delete_webhook(self):
        self.path["webhook"] = self.spare(world.make_webhook)

    def _enabled(self):
        world.me.ask("PATCH", world.at(f"webhooks/{world.webhook}"), {"disabled": False})

    redeliver = redeliver_failed = test_webhook = _enabled

    # Administration.

    def _a_user(self):
        self.path["sub"] = self.spare(instance.person)["sub"]

    admin_delete_user = admin_disable_user = admin_enable_user = admin_revoke_user = admin_change_user = _a_user

    def admin_revoke_key(self):
        # A key of an algorithm that this run does not use.
        keys = instance.administrator.get("admin/keys")["data"]
        self.path["kid"] = next(key["kid"] for key in keys if key["alg"] == "PS256" and key["state"] == "active")

    # Of all texts, only pictures are logos.

    def replace_logo(self):
        self.send_logo()

    def admin_replace_logo(self):
        self.send_logo()

    def send_logo(self):
        # A request that has to be refused keeps its own body: with a picture it would be a good request.
        if isinstance(self.case.body, str) and self.case.meta.generation.mode.is_positive:
            self.case.body = LOGO

    def admin_create_user(self):
        self.body(email=f"{instance.name()}@example.test")


@schemathesis.hook
def before_call(context, case, kwargs):
    name = operation_id(case)
    turns[name] += 1
    # With a fixed key every request would get the stored response of the first.
    if "Idempotency-Key" in (case.headers or {}) and turns[name] % 2:
        del case.headers["Idempotency-Key"]
    Aim(case).run(turns[name] % UNAIMED == 0)


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Keeps a failure unless the request was good, which schemathesis cannot tell in two cases.

    A parameter without a value counts as absent, which a schema cannot express. A body of bytes, which is sent as it is,
    is no string to schemathesis.
    """
    sent = parse_qsl(urlsplit(response.request.url).query, keep_blank_values=True)
    good = any(value == "" for _, value in sent) or response.request.body == LOGO
    return not (isinstance(failure, AcceptedNegativeData) and good)


@schemathesis.hook
def after_call(context, case, response):
    name = operation_id(case)
    answers[name][response.status_code] += 1
    if 200 <= response.status_code < 300:
        spares.pop(name, None)


@atexit.register
def write_down():
    with open(os.environ["TEST_ANSWERS"], "w", encoding="utf-8") as file:
        json.dump(answers, file)
