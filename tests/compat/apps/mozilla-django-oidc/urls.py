"""/oidc/authenticate/ signs in, a POST to /oidc/logout/ signs out."""

from django.http import JsonResponse
from django.urls import include, path


def home(request):
    """Who is signed in. Users are found by their address, and made at their first sign-in."""
    user = request.user
    return JsonResponse({"user": {"email": user.email} if user.is_authenticated else None})


urlpatterns = [path("oidc/", include("mozilla_django_oidc.urls")), path("", home)]
