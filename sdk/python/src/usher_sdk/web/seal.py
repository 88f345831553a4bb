"""Sealed values: JSON that only this application can read or write (JWE, ``dir``, A256GCM)."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from ..core.logfile import store_key

_ALGORITHMS = ["dir", "A256GCM"]
_LONGEST = 64 * 1024
_REMEMBERED = 10_000


class Sealer:
    """Seals for one purpose: what was sealed for another one does not open. The first secret seals, all of them open."""

    def __init__(self, secrets: Sequence[str], purpose: str) -> None:
        self._purpose = purpose
        self._keys = [OctKey.import_key(store_key(secret, f"usher-web {purpose} v1".encode())) for secret in secrets]
        self._opened: OrderedDict[bytes, Mapping[str, Any]] = OrderedDict()

    def seal(self, value: Mapping[str, Any], place: str = "") -> str:
        """Seal a value, for one place of a store: at another it does not open."""
        header = {"alg": "dir", "enc": "A256GCM"}
        text = json.dumps({"place": place, "value": value})
        return jwe.encrypt_compact(header, text.encode(), self._keys[0], algorithms=_ALGORITHMS)

    def open(self, text: str, place: str = "") -> Mapping[str, Any] | None:
        """Open a sealed value; ``None`` for anything else. Opening the same again costs a hash."""
        if len(text) > _LONGEST or not text.isascii():
            return None
        opened = self._open_once(text)
        found = opened.get("value") if opened is not None and opened.get("place") == place else None
        return found if isinstance(found, dict) else None

    def _open_once(self, text: str) -> Mapping[str, Any] | None:
        key = sha256(text.encode()).digest()
        found = self._opened.get(key)
        if found is None:
            found = self._open(text)
            if found is not None:
                self._opened[key] = found
                if len(self._opened) > _REMEMBERED:
                    self._opened.popitem(last=False)
        return found

    def _open(self, text: str) -> Mapping[str, Any] | None:
        for key in self._keys:
            try:
                opened = jwe.decrypt_compact(text, key, algorithms=_ALGORITHMS).plaintext
                found = json.loads(opened or b"")
            except (JoseError, ValueError):
                continue
            return found if isinstance(found, dict) else None
        return None
