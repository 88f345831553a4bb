"""Keeps what the module knows in a store, and finds it there after a restart."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from typing import Any, Final

from .core.logfile import Kept, LogRefused, LogWriter, read_log
from .stores.base import Store

_BETWEEN_SAVES: Final = 5.0
"""Seconds between two whole snapshots at least."""
_SHARE: Final = 50
"""A whole snapshot takes a fiftieth of the time at most, however large the list is."""


class Keeper:
    """One module's part of a store. Used by one thread at a time. A store that fails is logged, and stops nothing."""

    def __init__(self, store: Store, key: bytes, issuer: str, client: str, logger: logging.Logger) -> None:
        self._store = store
        self._key = key
        self._issuer = issuer
        self._client = client
        self._logger = logger
        self._writer: LogWriter | None = None
        self._saved_at = 0.0
        self._saving = threading.Lock()
        self._between = _BETWEEN_SAVES
        self.wants_save = False
        """Whether something was not appended, and everything is to be saved anew."""
        self.wants_flush = False
        """Whether something was appended that may not be on the disk yet."""

    def load(self) -> Kept | None:
        """What was kept; ``None`` if there is nothing that can be believed."""
        try:
            data = self._store.load_snapshot()
        except Exception:
            self._logger.exception("the store cannot be read; the module asks Usher instead")
            return None
        if not data:
            return None
        try:
            kept, writer = read_log(data, self._key, self._issuer, self._client)
        except LogRefused as refused:
            self._logger.warning("what the store holds is not believed (%s); the module asks Usher instead", refused)
            return None
        # After a tail that was cut nothing can be appended: the next record begins a new file.
        self._writer = writer if kept.dropped == 0 else None
        return kept

    def append(self, record: Mapping[str, Any]) -> None:
        """Append a record, or remember that everything has to be saved."""
        if self._writer is None or self.wants_save:
            self.wants_save = True
            return
        try:
            appended = self._store.append_revocations(self._writer.line(record))
        except Exception:
            self._logger.exception("the store cannot be written")
            appended = False
        self.wants_save = not appended
        self.wants_flush = appended

    def flush(self) -> None:
        """Let the store put on the disk what it has."""
        if self.wants_flush:
            self.wants_flush = False
            try:
                self._store.append_revocations(b"")
            except Exception:
                self._logger.exception("the store cannot be written")

    def may_save(self, now: float, last: bool) -> bool:
        """Whether it is time for a whole snapshot; the last one does not wait."""
        return self.wants_save and (last or now - self._saved_at >= self._between)

    def save(self, kept: Kept, now: float) -> None:
        """Save everything anew. A store that is shared may be far away: it is written by a thread of its own."""
        began = time.monotonic()
        writer = LogWriter(self._key)
        snapshot = b"".join(writer.lines(kept, self._issuer, self._client))
        self._between = max(_BETWEEN_SAVES, _SHARE * (time.monotonic() - began))
        self._writer, self._saved_at, self.wants_save = writer, now, False
        if not getattr(self._store, "is_shared", False):
            self._save(snapshot)
        elif not self._saving.acquire(blocking=False):
            self.wants_save = True
        else:
            threading.Thread(target=self._save_and_release, args=(snapshot,), name="usher-store", daemon=True).start()

    def wait(self, timeout: float) -> None:
        """Wait for what is being saved."""
        if self._saving.acquire(timeout=timeout):
            self._saving.release()

    def _save_and_release(self, snapshot: bytes) -> None:
        try:
            self._save(snapshot)
        finally:
            self._saving.release()

    def _save(self, snapshot: bytes) -> None:
        try:
            self._store.save_snapshot(snapshot)
        except Exception:
            self._logger.exception("the store cannot be written")
            # What is there has other lines than we would go on from.
            self._writer, self.wants_save = None, True
