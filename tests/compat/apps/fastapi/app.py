"""Signs people in with Authlib, in FastAPI, and protects an API whose access tokens joserfc checks."""

import os
from typing import Annotated
from urllib.parse import urlencode

import httpx
import uvicorn
from authlib.integrations.starlette_client import OAuth
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import RedirectResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from starlette.middleware.sessions import SessionMiddleware

ISSUER = os.environ["ISSUER"]
BASE_URL = os.environ["BASE_URL"]

tokens = {}  # by user; too long for a cookie, so an application stores them in its database


async def keep(name, token, refresh_token=None, access_token=None):
    """Stores new tokens: Authlib refreshes an access token that is about to expire."""
    next(old for old in tokens.values() if old["refresh_token"] == refresh_token).update(token)


app = FastAPI()
app.add_middleware(SessionMiddleware, secret_key="a long random text")
usher = OAuth(update_token=keep).register(
    "usher",
    client_id=os.environ["CLIENT_ID"],
    client_secret=os.environ["CLIENT_SECRET"],
    server_metadata_url=ISSUER + "/.well-known/openid-configuration",
    client_kwargs={"scope": "openid profile email offline_access", "code_challenge_method": "S256"},
)


@app.get("/login")
async def login(request: Request):
    return await usher.authorize_redirect(request, BASE_URL + "/callback")


@app.get("/callback")
async def callback(request: Request):
    token = await usher.authorize_access_token(request)  # checks state, nonce, signature and claims
    user = token.pop("userinfo")
    tokens[user["sub"]] = token
    request.session["user"] = user
    return RedirectResponse("/")


@app.get("/")
async def home(request: Request):
    return {"user": request.session.get("user")}


@app.get("/userinfo")
async def userinfo(request: Request):
    return await usher.userinfo(token=tokens[request.session["user"]["sub"]])


@app.get("/refresh")
async def refresh(request: Request):
    sub = request.session["user"]["sub"]
    old = tokens[sub]
    new = await usher.fetch_access_token(grant_type="refresh_token", refresh_token=old["refresh_token"])
    tokens[sub] = {**old, **new}
    return {"refreshed": new["access_token"] != old["access_token"]}


@app.get("/logout")
async def logout(request: Request):
    token = tokens.pop(request.session.pop("user")["sub"])
    query = urlencode({"id_token_hint": token["id_token"], "post_logout_redirect_uri": BASE_URL + "/"})
    metadata = await usher.load_server_metadata()
    return RedirectResponse(metadata["end_session_endpoint"] + "?" + query)


# The API. The keys are fetched once here; fetch them again if a token has a `kid` that is not among them.
keys = KeySet.import_key_set(httpx.get(ISSUER + "/oauth2/jwks").json())
registry = jwt.JWTClaimsRegistry(
    iss={"essential": True, "value": ISSUER},
    aud={"essential": True, "value": ISSUER},
    exp={"essential": True},
)


def caller(bearer: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]) -> dict:
    """The claims of the access token of the request (RFC 9068)."""
    try:
        token = jwt.decode(bearer.credentials, keys, algorithms=["ES256", "RS256"])
        registry.validate(token.claims)
    except (JoseError, ValueError) as error:
        raise HTTPException(401, str(error), {"WWW-Authenticate": 'Bearer error="invalid_token"'}) from error
    if token.header.get("typ") != "at+jwt":
        raise HTTPException(401, "not an access token", {"WWW-Authenticate": 'Bearer error="invalid_token"'})
    return token.claims


@app.get("/api/me")
def me(claims: Annotated[dict, Depends(caller)]):
    return {"sub": claims["sub"], "scope": claims["scope"]}


@app.get("/api")
async def call_the_api(request: Request):
    """Calls the API with the person's access token, as a front end of another origin does."""
    headers = {"Authorization": "Bearer " + tokens[request.session["user"]["sub"]]["access_token"]}
    async with httpx.AsyncClient(base_url=BASE_URL, headers=headers) as client:
        return (await client.get("/api/me")).raise_for_status().json()


if __name__ == "__main__":
    uvicorn.run(app, host="localhost", port=int(os.environ["PORT"]), log_level="warning")
