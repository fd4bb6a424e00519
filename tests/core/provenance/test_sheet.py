"""A picture beside its neighbors: pixel art in whole steps, anything else fitted."""

import numpy as np

from studio.core.provenance.chain import Chain, Neighbor
from studio.core.provenance.sheet import GAP, GROUND, LARGE, beside_neighbors


def chain(picture: np.ndarray, count: int) -> Chain:
    near = np.full((8, 8, 3), 200, np.uint8)
    found = tuple(Neighbor(f"{k}", k, near, float(k)) for k in range(count))
    return Chain("a", picture, None, (), (), found)


def test_the_picture_is_large_and_six_neighbors_lie_beside_it():
    sheet = beside_neighbors(chain(np.full((16, 16, 3), 90, np.uint8), 9))
    assert (sheet[GAP : GAP + LARGE, GAP : GAP + LARGE] == 90).all()
    cells = (sheet[:, 2 * GAP + LARGE :] == 200).all(-1)
    assert cells.sum() == 6 * 184 * 184


def test_deep_clear_and_long_pictures_fit():
    deep = np.full((900, 300, 4), 40_000, np.uint16)
    deep[..., 3] = 65535
    sheet = beside_neighbors(chain(deep, 1))
    inner = sheet[GAP : GAP + LARGE, GAP : GAP + LARGE]
    assert ((inner == 40_000 >> 8).all(-1)).sum() == LARGE * 128
    assert (inner[:, 0] == GROUND).all()
