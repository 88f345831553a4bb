"""/accounts/oidc/usher/login/ signs in, /accounts/logout/ signs out of this site."""

from django.http import JsonResponse
from django.urls import include, path


def home(request):
    """Who is signed in."""
    user = request.user
    told = {"email": user.email, "name": user.get_full_name()} if user.is_authenticated else None
    return JsonResponse({"user": told})


urlpatterns = [path("accounts/", include("allauth.urls")), path("", home)]
