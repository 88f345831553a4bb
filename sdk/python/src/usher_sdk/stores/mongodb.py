"""Keeps and shares everything in MongoDB: several processes of an application have the same sessions."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from typing import Any, Final

from pymongo import MongoClient
from pymongo.collection import Collection
from pymongo.errors import OperationFailure, PyMongoError

from .base import StoreError

_SNAPSHOT: Final = "snapshot"
_NOT_IMPLEMENTED: Final = 238
_LARGEST_PART: Final = 8 * 1024 * 1024
"""Bytes of a document at most: MongoDB takes 16 MB, and a live list may be larger."""


class MongoStore:
    """A store in one collection of MongoDB; an index of it forgets what is over.

    Give it an address (``mongodb://…``), or a collection of the application's own client.

    Raises:
        StoreError: MongoDB does not answer.
    """

    is_shared = True
    """Other machines have it too: what is saved there is saved beside the work."""

    def __init__(
        self, mongodb: str | Collection[dict[str, Any]], database: str = "usher", collection: str = "module"
    ) -> None:
        self._client: MongoClient[dict[str, Any]] | None = None
        if isinstance(mongodb, str):
            self._client = MongoClient(mongodb, serverSelectionTimeoutMS=5000, tz_aware=True)
            self._collection = self._client[database][collection]
        else:
            self._collection = mongodb
        self._tidies_at: float | None = None
        """When we have to delete what is over: where the database does not by itself."""
        try:
            self._collection.create_index("until", expireAfterSeconds=0)
        except OperationFailure as cause:
            if cause.code != _NOT_IMPLEMENTED:
                self.close()
                raise StoreError(f"the store in MongoDB cannot be written: {cause}") from cause
            self._tidies_at = 0.0
        except PyMongoError as cause:
            self.close()
            raise StoreError(f"the store in MongoDB does not answer: {cause}") from cause

    def get(self, key: str) -> bytes | None:
        """The value of a key."""
        found = self._collection.find_one({"_id": key})
        if found is None:
            return None
        until = found.get("until")
        if isinstance(until, datetime):
            # The index looks once a minute.
            until = until if until.tzinfo is not None else until.replace(tzinfo=timezone.utc)
            if until <= datetime.now(timezone.utc):
                return None
        return bytes(found["value"])

    def set(self, key: str, value: bytes, ttl: float | None = None) -> None:
        """Keep a value."""
        document: dict[str, Any] = {"value": value}
        if ttl is not None:
            document["until"] = datetime.now(timezone.utc) + timedelta(seconds=ttl)
        self._collection.replace_one({"_id": key}, document, upsert=True)
        self._tidy()

    def _tidy(self) -> None:
        now = time.monotonic()
        if self._tidies_at is not None and now >= self._tidies_at:
            self._tidies_at = now + 60
            self._collection.delete_many({"until": {"$lt": datetime.now(timezone.utc)}})

    def delete(self, key: str) -> None:
        """Forget a value."""
        self._collection.delete_one({"_id": key})

    def append_revocations(self, lines: bytes) -> bool:
        """Nothing is appended, for several processes would append to each other's lines: the whole is saved instead."""
        return lines == b""

    def load_snapshot(self) -> bytes | None:
        """What was saved last, by any process."""
        first = self.get(f"{_SNAPSHOT}:0")
        if first is None:
            return None
        count, _, data = first.partition(b"\n")
        for number in range(1, int(count)):
            data += self.get(f"{_SNAPSHOT}:{number}") or b""
        return data

    def save_snapshot(self, snapshot: bytes) -> None:
        """Replace what was saved, in parts; a reader in between finds what does not fit, and asks Usher."""
        parts = [snapshot[at : at + _LARGEST_PART] for at in range(0, len(snapshot), _LARGEST_PART)] or [b""]
        for number, part in reversed(list(enumerate(parts))):
            self.set(f"{_SNAPSHOT}:{number}", f"{len(parts)}\n".encode() + part if number == 0 else part)

    def close(self) -> None:
        """Close the connections of its own."""
        if self._client is not None:
            self._client.close()
