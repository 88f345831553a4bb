"""Keeps the live list in a log file, and the sessions of web mode in files beside it.

The log is appended to and flushed once a second; beyond 4 MB it is written anew (:mod:`usher_sdk.core.logfile` has its
form). One process writes; others on the same folder read it when they start and write nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Final

from .base import StoreError

try:
    import fcntl
except ImportError:  # Windows has no such lock
    fcntl = None  # type: ignore[assignment]

LARGEST: Final = 4 * 1024 * 1024
"""Bytes beyond which the log is written anew."""
TIDY: Final = 600.0
"""Seconds between two looks for values that are over."""
FLUSH: Final = 1.0
"""Seconds after which what was appended is safe from a power cut."""


class FileStore:
    """A folder with ``usher.log``, readable by its owner alone (0600).

    Raises:
        StoreError: the folder cannot be written.
    """

    def __init__(self, folder: str | os.PathLike[str], now: Callable[[], float] = time.time) -> None:
        if fcntl is None:
            raise StoreError("the file store needs a system with flock: use Redis or MongoDB here")
        self._folder = Path(folder)
        self._path = self._folder / "usher.log"
        self._values = self._folder / "values"
        self._now = now
        self._mutex = Lock()
        self._flushed = 0.0
        self._tidies_at = 0.0
        self._file: int | None = None
        self._process = os.getpid()
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = self._open_lock()
            descriptor, probe = tempfile.mkstemp(dir=self._folder, prefix=".usher-")
            os.close(descriptor)
            os.unlink(probe)
            if self._path.exists() and not os.access(self._path, os.R_OK | os.W_OK):
                raise PermissionError(f"{self._path} belongs to somebody else")
        except OSError as cause:
            raise StoreError(f"the store at {self._folder} cannot be written: {cause}") from cause

    def _open_lock(self) -> int:
        return os.open(self._folder / "usher.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    @property
    def is_writer(self) -> bool:
        """Whether this process writes the log. It becomes the writer when nobody else is."""
        if self._process != os.getpid():
            # A lock is inherited by a fork, so that both would write: the child asks for one of its own.
            self._process, self._lock, self._file = os.getpid(), self._open_lock(), None
        if self._lock < 0:
            return False
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def load_snapshot(self) -> bytes | None:
        """The whole log."""
        try:
            return self._path.read_bytes()
        except FileNotFoundError:
            return None

    def save_snapshot(self, snapshot: bytes) -> None:
        """Write the log anew: whole, or not at all."""
        with self._mutex:
            if not self.is_writer:
                return
            self._close()
            _replace(self._path, snapshot)
            self._file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
            self._flushed = self._now()

    def append_revocations(self, lines: bytes) -> bool:
        """Append to the log; ``False`` where it has grown too large, or was not begun."""
        with self._mutex:
            if not self.is_writer:
                return True
            if self._file is None or os.fstat(self._file).st_size + len(lines) > LARGEST:
                return False
            while lines:
                lines = lines[os.write(self._file, lines) :]
            if self._now() - self._flushed >= FLUSH:
                os.fsync(self._file)
                self._flushed = self._now()
            return True

    def get(self, key: str) -> bytes | None:
        """The value of a key."""
        try:
            data = self._place(key).read_bytes()
        except FileNotFoundError:
            return None
        end, _, value = data.partition(b"\n")
        if float(end) <= self._now():
            self.delete(key)
            return None
        return value

    def set(self, key: str, value: bytes, ttl: float | None = None) -> None:
        """Keep a value in a file of its own."""
        end = float("inf") if ttl is None else self._now() + ttl
        self._values.mkdir(mode=0o700, exist_ok=True)
        self._tidy()
        _replace(self._place(key), f"{end}\n".encode() + value)

    def _tidy(self) -> None:
        """Now and then, delete what is over."""
        now = self._now()
        if now < self._tidies_at:
            return
        self._tidies_at = now + TIDY
        for place in self._values.iterdir():
            with contextlib.suppress(OSError, ValueError):
                if not place.name.startswith(".") and float(place.read_bytes().partition(b"\n")[0]) <= now:
                    place.unlink()

    def delete(self, key: str) -> None:
        """Forget a value."""
        self._place(key).unlink(missing_ok=True)

    def close(self) -> None:
        """Close the log, and let others write it."""
        with self._mutex:
            self._close()
            if self._lock >= 0:
                os.close(self._lock)
            self._lock = -1

    def _close(self) -> None:
        if self._file is not None:
            os.fsync(self._file)
            os.close(self._file)
            self._file = None

    def _place(self, key: str) -> Path:
        return self._values / hashlib.sha256(key.encode()).hexdigest()


def _replace(path: Path, data: bytes) -> None:
    """Write a file (0600) so that a reader sees the old one or the new one."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".usher-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        raise
