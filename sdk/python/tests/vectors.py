"""The cases that every SDK answers alike: ``sdk/vectors``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[2] / "vectors"


def load(name: str) -> Any:
    """One file of cases."""
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))
