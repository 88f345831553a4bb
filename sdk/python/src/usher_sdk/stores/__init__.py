"""Where the module keeps what it knows: memory, a file, Redis, MongoDB, or anything with six methods."""

from __future__ import annotations

from .base import Store, StoreError
from .file import FileStore
from .memory import MemoryStore

__all__ = ["FileStore", "MemoryStore", "Store", "StoreError"]
