"""A site that looks after plants, by the access rules of the sample project of `usher dev`: people sign in here."""

import os
import sys
from typing import Any

from django.conf import settings
from django.core.management import execute_from_command_line
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils.html import format_html, format_html_join
from django.views.decorators.http import require_POST

from usher_sdk import Auth
from usher_sdk.django import require_auth, usher_required

PORT = os.environ.get("PORT", "8092")
PLANTS: dict[str, dict[str, Any]] = {
    "fern": {"id": "fern", "owner_id": "somebody", "greenhouse": "north", "poisonous": False, "watered": 0},
    "foxglove": {"id": "foxglove", "owner_id": "somebody", "greenhouse": "north", "poisonous": True, "watered": 0},
}


def greenhouses(auth: Auth) -> dict[str, list[str]]:
    """What the rules ask of a user beside id and roles; an application reads it from its database."""
    return {"greenhouses": ["north"]}


settings.configure(
    DEBUG=True,
    SECRET_KEY=os.environ["SECRET"],
    ALLOWED_HOSTS=["localhost"],
    ROOT_URLCONF=__name__,
    # It handles sign-in, callback, sign-out and back-channel logout under /auth, and refuses forms of other sites.
    MIDDLEWARE=["usher_sdk.django.UsherMiddleware"],
    USHER={
        "mode": "web",
        "issuer": os.environ["ISSUER"],
        "client_id": os.environ["CLIENT_ID"],
        "client_secret": os.environ["CLIENT_SECRET"],
        "project": os.environ["PROJECT"],
        "base_url": f"http://localhost:{PORT}",
        "secret": os.environ["SECRET"],
        "user_attributes": greenhouses,
        # The project's route rules speak of the services; this site has a home page beside.
        "policy": {"on_missing_route": "allow"},
    },
)


def home(request: HttpRequest) -> HttpResponse:
    """Who is signed in, if anybody is."""
    if request.auth is None:
        return HttpResponse('<h1>Plants</h1><p><a href="/auth/login?return_to=/plants">Sign in</a></p>')
    return HttpResponseRedirect("/plants")


@require_auth()
def plants(request: HttpRequest) -> HttpResponse:
    """The plants that the person may read; with a database: Plant.objects.filter(to_q(readable))."""
    auth: Auth = request.auth
    readable = auth.filter("Plant:read")
    rows = [
        (plant["id"], plant["watered"], plant["id"], "" if auth.can("Plant:water", plant) else "disabled")
        for plant in PLANTS.values()
        if readable.matches(plant)
    ]
    button = '<li>{} ({} times) <form method="post" action="/plants/{}/water"><button {}>Water</button></form></li>'
    sign_out = '<form method="post" action="/auth/logout"><button>Sign out</button></form>'
    page = format_html("<h1>{}</h1><ul>{}</ul>", auth.user.name or auth.user.id, format_html_join("", button, rows))
    return HttpResponse(page + sign_out)


@require_POST
@usher_required("Plant:water", load=lambda request, id: PLANTS.get(id))
def water(request: HttpRequest, id: str) -> HttpResponse:
    """Water a plant: a harmless one of one's greenhouses, or one's own."""
    request.resource["watered"] += 1
    return HttpResponseRedirect("/plants")


urlpatterns = [path("", home), path("plants", plants), path("plants/<id>/water", water)]

if __name__ == "__main__":
    execute_from_command_line([sys.argv[0], "runserver", "--noreload", f"localhost:{PORT}"])
