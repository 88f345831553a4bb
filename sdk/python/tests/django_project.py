"""A Django project of the tests, with one in-memory database."""

from __future__ import annotations

from typing import Any


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
            DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
            DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
            MIDDLEWARE=["usher_sdk.django.UsherMiddleware"],
            USE_TZ=True,
            **more,
        )
        django.setup()


urlpatterns: list[Any] = []
