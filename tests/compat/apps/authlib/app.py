"""Signs people in with Authlib, in Flask."""

import os
from urllib.parse import urlencode

from authlib.integrations.flask_client import OAuth
from flask import Flask, jsonify, redirect, session

BASE_URL = os.environ["BASE_URL"]

tokens = {}  # by user; too long for a cookie, so an application stores them in its database


def keep(name, token, refresh_token=None, access_token=None):
    """Stores new tokens: Authlib refreshes an access token that is about to expire."""
    next(old for old in tokens.values() if old["refresh_token"] == refresh_token).update(token)


app = Flask(__name__)
app.secret_key = "a long random text"
usher = OAuth(app, update_token=keep).register(
    "usher",
    client_id=os.environ["CLIENT_ID"],
    client_secret=os.environ["CLIENT_SECRET"],
    server_metadata_url=os.environ["ISSUER"] + "/.well-known/openid-configuration",
    client_kwargs={"scope": "openid profile email offline_access", "code_challenge_method": "S256"},
)


@app.get("/login")
def login():
    return usher.authorize_redirect(BASE_URL + "/callback")


@app.get("/callback")
def callback():
    token = usher.authorize_access_token()  # checks state, nonce, signature and claims
    user = token.pop("userinfo")
    tokens[user["sub"]] = token
    session["user"] = user
    return redirect("/")


@app.get("/")
def home():
    return jsonify(user=session.get("user"))


@app.get("/userinfo")
def userinfo():
    return jsonify(usher.userinfo(token=tokens[session["user"]["sub"]]))


@app.get("/refresh")
def refresh():
    old = tokens[session["user"]["sub"]]
    new = usher.fetch_access_token(grant_type="refresh_token", refresh_token=old["refresh_token"])
    tokens[session["user"]["sub"]] = {**old, **new}
    return jsonify(refreshed=new["access_token"] != old["access_token"])


@app.get("/logout")
def logout():
    token = tokens.pop(session.pop("user")["sub"])
    query = urlencode({"id_token_hint": token["id_token"], "post_logout_redirect_uri": BASE_URL + "/"})
    return redirect(usher.load_server_metadata()["end_session_endpoint"] + "?" + query)


app.run("localhost", int(os.environ["PORT"]))
