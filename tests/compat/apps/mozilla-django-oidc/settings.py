"""Django with mozilla-django-oidc."""

import os
from pathlib import Path
from urllib.parse import urlencode

ISSUER = os.environ["ISSUER"]
BASE_URL = os.environ["BASE_URL"]

SECRET_KEY = "a long random text: `django-admin startproject` makes one"
DEBUG = True
ROOT_URLCONF = "urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": Path(os.environ.get("DATA", ".")) / "db.sqlite3"}}
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "mozilla_django_oidc",  # after django.contrib.auth
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "mozilla_django_oidc.middleware.SessionRefresh",  # signs in again silently every 15 minutes
]
AUTHENTICATION_BACKENDS = ["mozilla_django_oidc.auth.OIDCAuthenticationBackend"]

OIDC_RP_CLIENT_ID = os.environ["CLIENT_ID"]
OIDC_RP_CLIENT_SECRET = os.environ["CLIENT_SECRET"]
OIDC_RP_SIGN_ALGO = "RS256"
OIDC_RP_SCOPES = "openid profile email"
OIDC_USE_PKCE = True
OIDC_OP_AUTHORIZATION_ENDPOINT = ISSUER + "/oauth2/authorize"
OIDC_OP_TOKEN_ENDPOINT = ISSUER + "/oauth2/token"
OIDC_OP_USER_ENDPOINT = ISSUER + "/oauth2/userinfo"
OIDC_OP_JWKS_ENDPOINT = ISSUER + "/oauth2/jwks"
OIDC_STORE_ID_TOKEN = True  # signing out needs it
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
OIDC_OP_LOGOUT_URL_METHOD = "settings.sign_out_at_usher"


def sign_out_at_usher(request):
    """The address that signs people out of Usher as well."""
    query = {"id_token_hint": request.session["oidc_id_token"], "post_logout_redirect_uri": BASE_URL + "/"}
    return ISSUER + "/oauth2/logout?" + urlencode(query)
