"""A Django project of the tests, with an in-memory database and, where there is one, PostgreSQL."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import urlsplit


def _postgres() -> dict[str, Any]:
    """PostgreSQL as the database `postgres`, where a test may use one."""
    url = os.environ.get("USHER_TEST_POSTGRES_URL")
    if not url:
        return {}
    at = urlsplit(url)
    where = {"HOST": at.hostname, "PORT": at.port, "USER": at.username, "PASSWORD": at.password}
    return {"postgres": {"ENGINE": "django.db.backends.postgresql", "NAME": at.path.lstrip("/"), **where}}


def setup(**more: Any) -> None:
    """Set Django up, once."""
    import django
    from django.conf import settings

    if not settings.configured:
        settings.configure(
            DEBUG=False,
            SECRET_KEY="for tests alone",
            ALLOWED_HOSTS=["*"],
            ROOT_URLCONF="django_project",
            DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}, **_postgres()},
            DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
            MIDDLEWARE=["usher_sdk.django.UsherMiddleware"],
            USE_TZ=True,
            **more,
        )
        django.setup()


urlpatterns: list[Any] = []
