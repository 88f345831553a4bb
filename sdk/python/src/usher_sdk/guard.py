"""What a view asks of whoever calls it, for frameworks whose views are guarded by decorators."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .auth import Auth
from .core.refusal import Refusal

Load = Callable[..., Any]


@dataclass(frozen=True)
class Guard:
    """One requirement, or several."""

    scopes: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    permission: str | None = None
    load: Load | None = None
    """Gives the resource that the permission depends on; ``None`` is answered 404."""
    acr: str | None = None
    max_age: int | None = None
    fresh: bool = False
    """Usher is asked whether the token still stands."""

    def check(self, auth: Auth) -> None:
        """Check everything that needs no resource.

        Raises:
            Refusal: something is not there.
        """
        auth.require_scope(*self.scopes)
        auth.require_sign_in(self.acr, self.max_age)
        if self.roles:
            auth.require_role(*self.roles)
        if self.permission is not None:
            auth.require(self.permission)

    def check_resource(self, auth: Auth, resource: object | None) -> None:
        """Check the permission again, with the resource.

        Raises:
            Refusal: 404 where there is none, 403 where it is not theirs.
        """
        if resource is None:
            raise Refusal("resource_missing")
        if self.permission is not None:
            auth.require(self.permission, resource)
