"""/oidc/authenticate/ signs in, a POST to /oidc/logout/ signs out."""

from django.http import JsonResponse
from django.urls import include, path


def home(request):
    """Who is signed in. A user is created at the first sign-in, and found by email address later."""
    user = request.user
    return JsonResponse({"user": {"email": user.email} if user.is_authenticated else None})


urlpatterns = [path("oidc/", include("mozilla_django_oidc.urls")), path("", home)]
