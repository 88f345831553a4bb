"""Webhooks by the Standard Webhooks specification: whether a message came from Usher."""

from __future__ import annotations

import binascii
import hmac
import json
import re
from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

TOLERANCE: Final = 300
"""Seconds that the time of a message may differ from ours."""

_TIME = re.compile(r"[0-9]{1,15}")


class WebhookRefused(Exception):
    """A message that is not believed: ``header_missing``, ``header_invalid``, ``timestamp_old``, ``timestamp_new``,
    ``signature_invalid`` or ``body_malformed``.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class WebhookMessage:
    """What happened. A message arrives at least once: do nothing for an ``id`` that you have seen."""

    id: str
    type: str
    version: int
    timestamp: str | None
    data: Mapping[str, Any]


def verify_webhook(
    body: bytes, headers: Mapping[str, str], secrets: str | Sequence[str], now: float, tolerance: int = TOLERANCE
) -> WebhookMessage:
    """Verify and read a message. ``body`` is the body as it arrived, ``secrets`` one ``whsec_…`` or several of them.

    Raises:
        WebhookRefused: it is not believed.
        ValueError: a secret is none.
    """
    found = {name.lower(): value for name, value in headers.items()}
    name, time, signatures = (found.get(f"webhook-{part}") for part in ("id", "timestamp", "signature"))
    if not name or not time or not signatures:
        raise WebhookRefused("header_missing")
    if not _TIME.fullmatch(time):
        raise WebhookRefused("header_invalid")
    if int(time) < now - tolerance:
        raise WebhookRefused("timestamp_old")
    if int(time) > now + tolerance:
        raise WebhookRefused("timestamp_new")
    signed = f"{name}.{time}.".encode() + body
    expected = [hmac.digest(_key(secret), signed, "sha256") for secret in _several(secrets)]
    given = [_signature(part) for part in signatures.split(" ") if part.startswith("v1,")]
    if not any(hmac.compare_digest(one, other) for one in expected for other in given):
        raise WebhookRefused("signature_invalid")
    return _read(name, body)


def _read(name: str, body: bytes) -> WebhookMessage:
    try:
        message = json.loads(body)
    except ValueError:
        message = None
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise WebhookRefused("body_malformed")
    data, version = message.get("data"), message.get("version")
    return WebhookMessage(
        id=name,
        type=message["type"],
        version=version if isinstance(version, int) else 1,
        timestamp=message.get("timestamp"),
        data=data if isinstance(data, dict) else {},
    )


def _several(secrets: str | Sequence[str]) -> Sequence[str]:
    several = [secrets] if isinstance(secrets, str) else secrets
    if not several:
        raise ValueError("there is no secret to verify webhooks with")
    return several


def _key(secret: str) -> bytes:
    try:
        key = b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        key = b""
    if len(key) < 16:
        raise ValueError("a webhook's secret looks like whsec_…, in base64")
    return key


def _signature(part: str) -> bytes:
    try:
        return b64decode(part[3:], validate=True)
    except binascii.Error:
        return b""
