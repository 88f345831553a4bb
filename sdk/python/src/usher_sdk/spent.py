"""Proofs that were used: each is accepted once (RFC 9449 §11.1)."""

from __future__ import annotations

import threading
from base64 import urlsafe_b64encode
from collections import OrderedDict
from hashlib import sha256
from math import ceil

from .core.proof import SpentProof
from .core.refusal import Refusal
from .stores.base import Store


class SpentProofs:
    """In memory, and in the store, which keeps them over a restart and shares them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._spent: OrderedDict[str, float] = OrderedDict()
        """When each may be forgotten, in about that order."""

    def spend(self, proof: SpentProof, jkt: str, now: float) -> None:
        """Spend a proof. Blocks for as long as the store takes.

        Raises:
            Refusal: it was spent before, or the store does not say.
        """
        key = "proof:" + urlsafe_b64encode(sha256(f"{jkt} {proof.jti}".encode()).digest()).decode()
        with self._lock:
            while self._spent and next(iter(self._spent.values())) < now:
                self._spent.popitem(last=False)
            if key in self._spent:
                raise Refusal("proof_replayed")
            self._spent[key] = proof.until
        try:
            known = self._store.get(key) is not None
            if not known:
                self._store.set(key, b"1", ceil(proof.until - now) + 1)
        except Exception as cause:
            raise Refusal("store_unavailable") from cause
        if known:
            raise Refusal("proof_replayed")
