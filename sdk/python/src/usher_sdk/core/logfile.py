"""The form of the file in which a module keeps what it knows: every line is tagged over all lines before it.

A line is ``tag json\\n``; the tag is HMAC-SHA256 over the tag of the line before, a line feed, and the JSON. The key comes
from the client's secret, so that nobody else can write one. A tail that was cut is passed over; anything else that does
not fit makes the whole file worthless: the module asks Usher again.
"""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from .feed import epoch_number, is_count, is_entry
from .revocations import MARKS, NAMES

VERSION: Final = 1
_PURPOSE: Final = b"usher-store v1"


class LogRefused(Exception):
    """A log that is not taken: ``log_empty``, ``log_torn``, ``log_tampered``, ``log_foreign``, ``log_version`` or ``log_gap``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass
class Kept:
    """What a module knew when it stopped."""

    epoch: int
    cursor: int
    at: float
    """When it last knew that this was everything, in seconds since the epoch."""
    entries: list[Mapping[str, Any]] = field(default_factory=list)
    policy: str | None = None
    """The signed access rules."""
    policy_etag: str | None = None
    jwks: Mapping[str, Any] | None = None
    jwks_etag: str | None = None
    clients: list[str] = field(default_factory=list)
    """Clients that are known to belong to the project."""
    dropped: int = 0
    """Bytes at the end that were cut, and passed over."""


def store_key(secret: str, purpose: bytes = _PURPOSE) -> bytes:
    """The key of a store, from a secret (HKDF-SHA256, RFC 5869, without salt)."""
    extracted = hmac.digest(bytes(32), secret.encode(), "sha256")
    return hmac.digest(extracted, purpose + b"\x01", "sha256")


class LogWriter:
    """Writes the lines of a log, each tagged over the one before."""

    def __init__(self, key: bytes, tag: str = "") -> None:
        self._key = key
        self._tag = tag

    def line(self, record: Mapping[str, Any]) -> bytes:
        """The next line."""
        text = json.dumps(record, separators=(",", ":"), ensure_ascii=False)
        self._tag = _tag(self._key, self._tag, text.encode())
        return f"{self._tag} {text}\n".encode()

    def lines(self, kept: Kept, issuer: str, client: str) -> Iterable[bytes]:
        """A whole log that says this."""
        head = {"t": "head", "v": VERSION, "issuer": issuer, "client": client}
        yield self.line({**head, "epoch": f"e{kept.epoch}", "cursor": kept.cursor, "at": kept.at})
        if kept.jwks is not None:
            yield self.line({"t": "jwks", "etag": kept.jwks_etag, "jwks": kept.jwks})
        if kept.policy is not None:
            yield self.line({"t": "policy", "etag": kept.policy_etag, "jws": kept.policy})
        if kept.clients:
            yield self.line({"t": "clients", "ids": kept.clients})
        for entry in kept.entries:
            # Entries of the snapshot stand before the cursor of the head.
            yield self.line({"c": 0, **entry})
        yield self.line({"t": "end"})


def read_log(data: bytes, key: bytes, issuer: str, client: str) -> tuple[Kept, LogWriter]:
    """Read a log, and get the writer that goes on after its last whole line.

    Raises:
        LogRefused: it is not taken.
    """
    records, tag, dropped = _untagged(data, key)
    if not records:
        raise LogRefused("log_empty")
    kept = _begin(records[0], issuer, client)
    if not any(record.get("t") == "end" for record in records):
        # A lost line of the snapshot would be missed by nobody; beyond it, every line has its position.
        raise LogRefused("log_torn")
    for record in records[1:]:
        _take(kept, record)
    kept.dropped = dropped
    return kept, LogWriter(key, tag)


def _untagged(data: bytes, key: bytes) -> tuple[list[Mapping[str, Any]], str, int]:
    """The records of the lines that hold, the last tag, and how many bytes at the end do not."""
    records: list[Mapping[str, Any]] = []
    tag, at = "", 0
    while at < len(data):
        end = data.find(b"\n", at)
        if end < 0:
            return records, tag, len(data) - at
        found, _, text = data[at:end].partition(b" ")
        expected = _tag(key, tag, text)
        if not hmac.compare_digest(found, expected.encode()):
            if end + 1 == len(data) and records:
                return records, tag, len(data) - at
            raise LogRefused("log_tampered")
        records.append(json.loads(text))
        tag, at = expected, end + 1
    return records, tag, 0


def _tag(key: bytes, before: str, text: bytes) -> str:
    digest = hmac.digest(key, before.encode() + b"\n" + text, sha256)
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def _begin(head: Mapping[str, Any], issuer: str, client: str) -> Kept:
    epoch, cursor = epoch_number(head.get("epoch")), head.get("cursor")
    if head.get("t") != "head" or head.get("v") != VERSION or epoch is None or not is_count(cursor):
        raise LogRefused("log_version")
    if head.get("issuer") != issuer or head.get("client") != client:
        raise LogRefused("log_foreign")
    return Kept(epoch, cursor, float(head.get("at", 0)))


def _take(kept: Kept, record: Mapping[str, Any]) -> None:
    kind = record.get("t")
    if kind == "ev":
        if record.get("k") in (*NAMES, *MARKS) and is_entry(record):
            kept.entries.append(record)
        _advance(kept, record.get("c"))
    elif kind in ("policy_rev", "skip"):
        _advance(kept, record.get("c"))
    elif kind == "at":
        kept.at = max(kept.at, float(record.get("at", 0)))
    elif kind == "jwks":
        kept.jwks, kept.jwks_etag = record.get("jwks"), record.get("etag")
    elif kind == "policy":
        kept.policy, kept.policy_etag = record.get("jws"), record.get("etag")
    elif kind == "clients":
        kept.clients = [client for client in record.get("ids", []) if isinstance(client, str)]


def _advance(kept: Kept, position: object) -> None:
    if not isinstance(position, int) or position <= kept.cursor:
        return
    if position != kept.cursor + 1:
        raise LogRefused("log_gap")
    kept.cursor = position
