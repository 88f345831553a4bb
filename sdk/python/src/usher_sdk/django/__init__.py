"""Django: a middleware for WSGI and ASGI, decorators for views, filters for querysets.

Example::

    USHER = {"issuer": …, "client_id": …, "client_secret": …, "audience": …, "project": …}
    MIDDLEWARE = [..., "usher_sdk.django.UsherMiddleware"]

    @usher_required("Order:read", load=lambda request, id: Order.objects.filter(pk=id).first())
    def order(request, id): return JsonResponse({"total": request.resource.total})
"""

from __future__ import annotations

from ..auth import Auth, User
from ..core.refusal import Refusal
from .decorators import get_auth, require_auth, require_permission, require_role, require_scope, usher_required
from .filters import to_q
from .middleware import UsherMiddleware
from .module import get_usher, set_usher

__all__ = [
    "Auth",
    "Refusal",
    "User",
    "UsherMiddleware",
    "get_auth",
    "get_usher",
    "require_auth",
    "require_permission",
    "require_role",
    "require_scope",
    "set_usher",
    "to_q",
    "usher_required",
]
