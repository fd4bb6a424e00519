"""Galleries of a few made-up pictures, far from the user's own folders."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from studio import paths
from studio.core.gallery import index
from studio.core.gallery.keeping import keep
from studio.core.provenance.record import Record

COLORS = ((220, 30, 30), (30, 200, 40), (40, 60, 230), (230, 220, 40))


@pytest.fixture(autouse=True)
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program's settings, and with them the key of its indexes, lie elsewhere."""
    monkeypatch.setattr(paths, "settings", lambda: tmp_path / "settings")
    index.number_of_this_machine.cache_clear()


def sprite(number: int, side: int = 24) -> np.ndarray:
    """Return a picture uint8 [side, side, 4]: a blot of one of four colors."""
    rng = np.random.default_rng(number)
    found = np.zeros((side, side, 4), np.uint8)
    found[4:-4, 6:-2] = (*COLORS[number % 4], 255)
    found[8:12, 8:16, :3] = rng.integers(0, 256, 3)
    return found


def record(number: int, **more: Any) -> Record:
    """Return what the picture of that number says of itself."""
    said: dict[str, Any] = {
        "workspace": "explore" if number % 2 else "style",
        "title": f"moss {number}",
        "family": ("gan", "vae")[number % 2],
        "run": number % 3,
        "step": 100 * number,
        "seed": number,
        "model": f"{number % 2}abc",
        "created": 1_767_225_600.0 + 86400 * number,
        "settings": {"method": "ink", "amount": 0.5},
    }
    return Record(**(said | more))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A gallery of eight pictures, hero-0001.png and so on."""
    found = tmp_path / "gallery"
    for number in range(1, 9):
        keep(found, sprite(number), record(number), "Hero")
    return found
