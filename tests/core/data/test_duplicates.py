"""Copies are found, lookalikes are not, and 60,000 pictures take seconds."""

import time

import numpy as np

from studio.core.data import duplicates
from tests.core.data.made import photo


def found(rows: np.ndarray) -> duplicates.Duplicates:
    job = duplicates.find(rows, duplicates.dhash(rows))
    try:
        while True:
            next(job)
    except StopIteration as end:
        return end.value


def test_exact_and_near():
    rows = np.stack([photo(seed=k) for k in range(50)])
    near = np.clip(
        rows[7].astype(int) + np.random.default_rng(0).integers(-3, 4, rows[7].shape), 0, 255
    )
    rows = np.concatenate([rows, rows[[3]], near[None].astype(np.uint8), rows[[3]]])
    copies = found(rows)
    assert {k: int(v) for k, v in enumerate(copies.exact) if v >= 0} == {50: 3, 52: 3}
    assert {k: int(v) for k, v in enumerate(copies.near) if v >= 0} == {51: 7}


def test_recolored_is_not_near():
    grey = photo()[..., :1].astype(np.float32)
    red = (grey * (1.0, 0.4, 0.4)).astype(np.uint8)
    weight = duplicates.LUMA
    level = (red.astype(np.float32) @ weight)[..., None]
    blue = np.clip(level * (0.7, 0.9, 2.0), 0, 255).astype(np.uint8)
    assert (found(np.stack([red, blue])).near == -1).all()


def test_flat_pictures_of_other_colors_are_different():
    rows = np.zeros((300, 16, 16, 3), np.uint8) + np.arange(300)[:, None, None, None].astype(
        np.uint8
    )
    copies = found(rows)
    assert (copies.exact >= 0).sum() == 300 - 256


def test_few_pictures():
    assert found(np.zeros((1, 16, 16, 1), np.uint8)).exact.tolist() == [-1]
    assert found(np.zeros((2, 16, 16, 4), np.uint8)).exact.tolist() == [-1, 0]


def test_sixty_thousand_take_seconds():
    rows = np.random.default_rng(1).integers(0, 256, (60_000, 8, 8, 1), np.uint8)
    rows[30_000:] = rows[:30_000]
    start = time.process_time()
    assert (found(rows).exact >= 0).sum() == 30_000
    assert time.process_time() - start < 10
