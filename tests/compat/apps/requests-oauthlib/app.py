"""Signs people in with requests-oauthlib, which knows OAuth 2 only: userinfo says who signed in."""

import os
import time

from flask import Flask, jsonify, redirect, request, session
from requests_oauthlib import OAuth2Session

ISSUER = os.environ["ISSUER"]
BASE_URL = os.environ["BASE_URL"]
CLIENT_ID = os.environ["CLIENT_ID"]
CLIENT_SECRET = os.environ["CLIENT_SECRET"]
TOKEN_URL = ISSUER + "/oauth2/token"
if ISSUER.startswith("http:"):
    os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"  # only while the issuer is http://localhost

app = Flask(__name__)
app.secret_key = "a long random text"
tokens = {}  # by user; an application stores them in its database


def usher(**more):
    """A session that adds tokens to requests."""
    scope = ["openid", "profile", "email", "offline_access"]
    return OAuth2Session(CLIENT_ID, redirect_uri=BASE_URL + "/callback", scope=scope, **more)


@app.get("/login")
def login():
    client = usher(pkce="S256")
    url, session["state"] = client.authorization_url(ISSUER + "/oauth2/authorize")
    session["verifier"] = client._code_verifier  # the library has no public name for it
    return redirect(url)


@app.get("/callback")
def callback():
    client = usher(state=session.pop("state"))
    verifier = session.pop("verifier")
    token = client.fetch_token(
        TOKEN_URL,
        authorization_response=BASE_URL + request.full_path,
        client_secret=CLIENT_SECRET,
        code_verifier=verifier,
    )
    user = client.get(ISSUER + "/oauth2/userinfo").json()
    tokens[user["sub"]] = token
    session["user"] = {"sub": user["sub"], "name": user["name"], "email": user["email"]}
    return redirect("/")


@app.get("/")
def home():
    return jsonify(user=session.get("user"))


def current(sub):
    """A session with this user's tokens, which it refreshes when they expire."""
    return usher(
        token=tokens[sub],
        auto_refresh_url=TOKEN_URL,
        auto_refresh_kwargs={"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET},
        token_updater=lambda token: tokens.update({sub: token}),
    )


@app.get("/userinfo")
def userinfo():
    return jsonify(current(session["user"]["sub"]).get(ISSUER + "/oauth2/userinfo").json())


@app.get("/refresh")
def refresh():
    sub = session["user"]["sub"]
    old = tokens[sub]
    tokens[sub] = {**old, "expires_at": time.time() - 1}  # as if it had expired
    current(sub).get(ISSUER + "/oauth2/userinfo").raise_for_status()
    return jsonify(refreshed=tokens[sub]["access_token"] != old["access_token"])


@app.get("/logout")
def logout():
    tokens.pop(session.pop("user")["sub"])
    return redirect(f"{ISSUER}/oauth2/logout?client_id={CLIENT_ID}&post_logout_redirect_uri={BASE_URL}/")


app.run("localhost", int(os.environ["PORT"]))
