"""The issuer's published keys (RFC 7517), ready to verify with."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Set
from typing import Any, Final

from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, OKPKey, RSAKey, import_key
from joserfc.jws import JWSRegistry

ALGORITHMS: Final = ("ES256", "RS256", "PS256", "EdDSA")
"""The algorithms that Usher signs with. ``EdDSA`` is Ed25519; its newer name (RFC 9864) is taken as well."""

ASYMMETRIC: Final = frozenset(
    ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"]
)
"""What may be allowed at all: a symmetric algorithm would let every module sign."""

_CURVES = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}
_MOST_KEYS = 100
_LEAST_RSA_BITS = 2048


class PublicKey:
    """One published key and the algorithm that it is for."""

    def __init__(self, key: RSAKey | ECKey | OKPKey, algorithm: str | None) -> None:
        self._key = key
        self._algorithm = algorithm

    def fits(self, alg: str) -> bool:
        """May it verify that algorithm?"""
        if self._algorithm is not None and _one_name(self._algorithm) != _one_name(alg):
            return False
        if isinstance(self._key, RSAKey):
            return alg[:2] in ("RS", "PS") and self._key.public_key.key_size >= _LEAST_RSA_BITS
        if isinstance(self._key, ECKey):
            return _CURVES.get(alg) == self._key.curve_name
        return _one_name(alg) == "Ed25519" and self._key.curve_name == "Ed25519"

    @property
    def thumbprint(self) -> str:
        """The SHA-256 thumbprint (RFC 7638)."""
        return self._key.thumbprint()

    def verify(self, alg: str, signed: bytes, signature: bytes) -> bool:
        """Whether the signature holds."""
        # The registry's own lookup warns of the name `EdDSA` each time; which names are allowed is decided before.
        try:
            return bool(JWSRegistry.algorithms[alg].verify(signed, signature, self._key))
        except (JoseError, ValueError, TypeError):
            return False


class KeyRing:
    """A key set. Immutable: new keys are a new object."""

    def __init__(self, keys: Mapping[str, PublicKey]) -> None:
        self._keys = dict(keys)

    @staticmethod
    def read(jwks: object) -> KeyRing:
        """Read a key set, passing over what cannot verify: keys for encryption, symmetric keys, unknown kinds.

        Raises:
            ValueError: it is none.
        """
        keys = jwks.get("keys") if isinstance(jwks, Mapping) else None
        if not isinstance(keys, list) or len(keys) > _MOST_KEYS:
            raise ValueError("this is no key set")
        found = {}
        for jwk in keys:
            key = _read_key(jwk)
            if key is not None:
                found[str(jwk["kid"])] = key
        return KeyRing(found)

    def find(self, kid: str, alg: str) -> PublicKey | None:
        """The key of that name, if it is for that algorithm."""
        key = self._keys.get(kid)
        return key if key is not None and key.fits(alg) else None

    def without(self, kids: Set[str]) -> KeyRing:
        """The set without some of its keys."""
        return KeyRing({kid: key for kid, key in self._keys.items() if kid not in kids})

    @property
    def kids(self) -> frozenset[str]:
        """The names of its keys."""
        return frozenset(self._keys)


def _read_key(jwk: Any) -> PublicKey | None:
    if (
        not isinstance(jwk, Mapping)
        or not isinstance(jwk.get("kid"), str)
        or jwk.get("kty") not in ("RSA", "EC", "OKP")
    ):
        return None
    if jwk.get("use", "sig") != "sig" or "verify" not in jwk.get("key_ops", ["verify"]):
        return None
    return read_public_key(jwk)


def read_public_key(jwk: Mapping[str, Any]) -> PublicKey | None:
    """The public half of a key; ``None`` if it is none that can verify."""
    public = {name: jwk[name] for name in ("kty", "crv", "x", "y", "n", "e") if name in jwk}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SecurityWarning)
            key = import_key(public)
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    algorithm = jwk.get("alg")
    good = isinstance(key, (RSAKey, ECKey, OKPKey)) and (algorithm is None or isinstance(algorithm, str))
    return PublicKey(key, algorithm) if good and isinstance(key, (RSAKey, ECKey, OKPKey)) else None


def _one_name(alg: str) -> str:
    return "Ed25519" if alg == "EdDSA" else alg
