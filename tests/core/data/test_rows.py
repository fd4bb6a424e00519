"""pictures.npy grows in place and is a plain .npy at the end."""

import numpy as np
import pytest

from studio.core.data import rows as rows_module
from studio.core.data.fit import widened
from studio.core.data.rows import Rows
from tests.core.data.made import noise


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    monkeypatch.setattr(rows_module, "BLOCK", 5000)


def stack(count: int, channels: int) -> np.ndarray:
    return np.stack([noise(16, 20, channels, seed=k) for k in range(count)])


@pytest.mark.parametrize("steps", [(1,), (3,), (4,), (1, 3), (3, 4), (1, 4), (1, 3, 4)])
def test_rows_widen_in_place(tmp_path, steps):
    rows, expected = Rows(tmp_path / "p.npy", 16, 20), []
    for channels in steps:
        list(rows.widen(channels))
        for count in (11, 2):
            rows.append(stack(count, channels))
            expected.append(stack(count, channels))
    rows.append(stack(3, 1))
    expected.append(stack(3, 1))
    rows.finish()
    loaded = np.load(tmp_path / "p.npy", mmap_mode="r", allow_pickle=False)
    assert np.array_equal(loaded, np.concatenate([widened(e, steps[-1]) for e in expected]))


def test_keep(tmp_path):
    rows = Rows(tmp_path / "p.npy", 16, 20)
    list(rows.widen(3))
    rows.append(stack(40, 3))
    assert np.array_equal(rows.view(), stack(40, 3))
    keep = [0, 3, 4, 17, 39]
    list(rows.keep(keep))
    rows.append(stack(1, 3))
    rows.finish()
    expected = np.concatenate([stack(40, 3)[keep], stack(1, 3)])
    assert np.array_equal(np.load(tmp_path / "p.npy"), expected)
