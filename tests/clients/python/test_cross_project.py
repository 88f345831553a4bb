"""Clients of another project attack an API: none of their tokens is one for joserfc, as its resource server."""

import unittest

import test_authlib as usual
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

API = usual.TOLD["api"]
SCOPE = "orders:read"


def accepts(token):
    """What the resource server does with a token: signature, algorithm, type, issuer, audience, and a scope."""
    keys = KeySet.import_key_set(usual.get_json(usual.METADATA["jwks_uri"]))
    claims = jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": usual.ISSUER}, aud={"essential": True, "value": API}, exp={"essential": True}
    )
    try:
        decoded = jwt.decode(token, keys, algorithms=["ES256"])
        claims.validate(decoded.claims)
    except (JoseError, ValueError):
        return False
    return decoded.header.get("typ") == "at+jwt" and SCOPE in decoded.claims.get("scope", "").split()


def session(name, **options):
    """A client of Authlib with its secret in the header."""
    registered = usual.TOLD[name]
    made = OAuth2Session(registered["client_id"], registered["client_secret"], **options)
    made.trust_env = False
    return made


def machine_token(name):
    with session(name) as machine:
        return machine.fetch_token(usual.METADATA["token_endpoint"], grant_type="client_credentials")["access_token"]


class CrossProject(unittest.TestCase):
    """The API of one project, and the tokens of another."""

    def test_the_token_of_its_own_project_is_accepted(self):
        self.assertTrue(accepts(machine_token("shop")))

    def test_no_token_of_another_project_is_accepted(self):
        tokens = {name: machine_token(name) for name in ("mallory", "mallory_plain")}
        scope = f"openid profile email offline_access {SCOPE} orders:admin"
        with session("mallory_web", scope=scope, redirect_uri=usual.REDIRECT_URI, code_challenge_method="S256") as web:
            signed_in, _, _ = usual.sign_in(web, usual.person())
            tokens.update({kind: signed_in[kind] for kind in ("access_token", "id_token", "refresh_token")})
        for name, token in tokens.items():
            with self.subTest(name):
                self.assertFalse(accepts(token))


if __name__ == "__main__":
    unittest.main(verbosity=2)
