"""Authlib against a running Usher: the main path of an application written in Python."""

import json
import os
import secrets
import unittest
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

os.environ.setdefault("AUTHLIB_INSECURE_TRANSPORT", "1")  # the issuer under test is http on loopback

import requests
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.jwk import KeySet

from person import Person

ISSUER = os.environ["USHER_TEST_ISSUER"]
with open(os.environ["USHER_TEST_CLIENTS"], encoding="utf-8") as told:
    TOLD = json.load(told)
REDIRECT_URI = TOLD["redirect_uri"]

#: client: how it authenticates, and what its ID tokens are signed with
CLIENTS = {
    "rs256": ("client_secret_basic", "RS256"),
    "es256": ("client_secret_post", "ES256"),
    "public": ("none", "ES256"),
    "machine": ("client_secret_basic", None),
}


def get_json(url):
    """The JSON at ``url``, without a proxy."""
    with requests.Session() as session:
        session.trust_env = False
        response = session.get(url, timeout=10)
        response.raise_for_status()
        return response.json()


METADATA = get_json(ISSUER + "/.well-known/openid-configuration")


def client(name):
    """A client of Authlib for one of the registered clients."""
    method, _ = CLIENTS[name]
    session = OAuth2Session(
        client_id=TOLD[name]["client_id"],
        client_secret=TOLD[name].get("client_secret"),
        token_endpoint_auth_method=method,
        revocation_endpoint_auth_method=method,
        scope="openid profile email offline_access",
        redirect_uri=REDIRECT_URI,
        code_challenge_method="S256",
    )
    session.trust_env = False
    return session


def person():
    """A new browser for the sample person."""
    return Person(TOLD["user"]["email"], TOLD["user"]["password"])


def sign_in(session, who, **extra):
    """One sign-in: the tokens, the nonce and the pages seen."""
    nonce, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
    url, state = session.create_authorization_url(
        METADATA["authorization_endpoint"], code_verifier=verifier, nonce=nonce, **extra
    )
    reached, visited = who.go(url, REDIRECT_URI)
    answer = dict(parse_qsl(urlsplit(reached).query))
    if answer["iss"] != ISSUER:
        raise AssertionError(f"the answer names another issuer: {answer['iss']}")
    # The application must read an error response itself.
    if "error" in answer:
        raise OAuthError(answer["error"], answer.get("error_description"))
    token = session.fetch_token(
        METADATA["token_endpoint"], authorization_response=reached, state=state, code_verifier=verifier
    )
    return token, nonce, visited


def id_claims(name, token, nonce):
    """The claims of the ID token, with signature and claims verified."""
    keys = KeySet.import_key_set(get_json(METADATA["jwks_uri"]))
    decoded = jwt.decode(token["id_token"], keys, algorithms=[CLIENTS[name][1]])
    claims = CodeIDToken(
        decoded.claims,
        decoded.header,
        options={"iss": {"value": ISSUER}, "aud": {"value": TOLD[name]["client_id"]}},
        params={"nonce": nonce, "client_id": TOLD[name]["client_id"], "access_token": token["access_token"]},
    )
    claims.validate(leeway=5)
    return claims


class AuthorizationCode(unittest.TestCase):
    """Authorization code with PKCE, from the first page to the revocation of the tokens."""

    def test_every_client_signs_a_person_in(self):
        for name in ("rs256", "es256", "public"):
            with self.subTest(client=name):
                session = client(name)
                token, nonce, _ = sign_in(session, person())
                claims = id_claims(name, token, nonce)
                info = session.get(METADATA["userinfo_endpoint"]).json()
                self.assertEqual(info["sub"], claims["sub"])
                self.assertEqual(info["email"], TOLD["user"]["email"])

    def test_the_second_application_signs_in_silently(self):
        who = person()
        sign_in(client("rs256"), who)
        # The second application has consent already.
        sign_in(client("es256"), who)
        _, _, visited = sign_in(client("es256"), who, prompt="none")
        self.assertEqual(visited, [])

    def test_prompt_none_without_a_session_is_an_error_at_the_application(self):
        with self.assertRaises(OAuthError) as caught:
            sign_in(client("rs256"), person(), prompt="none")
        self.assertEqual(caught.exception.error, "login_required")

    def test_a_refresh_token_changes_and_the_old_one_dies(self):
        session = client("rs256")
        first, _, _ = sign_in(session, person())
        second = session.refresh_token(METADATA["token_endpoint"], first["refresh_token"])
        self.assertNotEqual(second["refresh_token"], first["refresh_token"])
        third = session.refresh_token(METADATA["token_endpoint"], second["refresh_token"])
        for dead in (first, third):
            with self.assertRaises(OAuthError) as caught:
                session.refresh_token(METADATA["token_endpoint"], dead["refresh_token"])
            self.assertEqual(caught.exception.error, "invalid_grant")

    def test_revocation_is_seen_by_introspection(self):
        session = client("rs256")
        token, _, _ = sign_in(session, person())
        ask = {"url": METADATA["introspection_endpoint"], "token": token["access_token"]}
        self.assertTrue(session.introspect_token(**ask).json()["active"])
        session.revoke_token(METADATA["revocation_endpoint"], token=token["refresh_token"]).raise_for_status()
        self.assertFalse(session.introspect_token(**ask).json()["active"])
        self.assertEqual(session.get(METADATA["userinfo_endpoint"]).status_code, 401)

    def test_signing_out_leads_back_to_the_application(self):
        who, session = person(), client("rs256")
        token, _, _ = sign_in(session, who)
        back = TOLD["post_logout_redirect_uri"]
        query = {"id_token_hint": token["id_token"], "post_logout_redirect_uri": back, "state": "s 1"}
        reached, _ = who.go(METADATA["end_session_endpoint"] + "?" + urlencode(query), back)
        self.assertEqual(parse_qs(urlsplit(reached).query), {"state": ["s 1"]})
        with self.assertRaises(OAuthError):
            sign_in(session, who, prompt="none")


class ClientCredentials(unittest.TestCase):
    """Client credentials."""

    def test_a_machine_gets_a_token_for_itself(self):
        session = client("machine")
        session.scope = None
        token = session.fetch_token(METADATA["token_endpoint"], grant_type="client_credentials")
        self.assertNotIn("refresh_token", token)
        answer = session.introspect_token(METADATA["introspection_endpoint"], token=token["access_token"]).json()
        self.assertTrue(answer["active"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
