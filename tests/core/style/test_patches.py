"""Patches are laid where they fit, agree where they overlap, and are not overused."""

import numpy as np
import pytest

from studio.core.events import Progress, finished
from studio.core.style.guides import guide
from studio.core.style.patches import Laying, Source, cut, fits, lay

TICK = Progress(0, 1, "Test")
LAYING = Laying(9, 3, 1.0, 0.5, 0.0)


def texture(h: int, w: int, seed: int = 0) -> np.ndarray:
    """Return smooth random colors float32 [h, w, 3]."""
    import cv2

    rough = np.random.default_rng(seed).uniform(0, 1, (h, w, 3)).astype(np.float32)
    smooth = cv2.GaussianBlur(rough, (0, 0), 2)
    return np.clip((smooth - 0.5) * 4 + 0.5, 0, 1)


def source(colors: np.ndarray, weight: float = 1.0, open_: np.ndarray | None = None) -> Source:
    whole = np.ones(colors.shape[:2], np.float32) if open_ is None else open_
    return Source(colors, guide(colors), weight, whole)


def laid(image: np.ndarray, sources: tuple[Source, ...], laying: Laying = LAYING) -> np.ndarray:
    rng = np.random.default_rng(3)
    keys = finished(cut(sources, laying, rng, TICK))
    return finished(lay(image, guide(image), keys, rng, TICK))


def test_a_part_of_the_style_is_found_again() -> None:
    style = texture(80, 90)
    part = np.ascontiguousarray(style[20:60, 10:70])
    made = laid(part, (source(style),))
    assert np.abs(made - part)[8:-8, 8:-8].mean() < 0.01


@pytest.mark.parametrize("size", [(9, 9), (31, 47), (64, 10), (5, 40)])
def test_the_size_stays(size: tuple[int, int]) -> None:
    image = texture(*size, seed=2)
    made = laid(image, (source(texture(50, 60)),))
    assert made.shape == image.shape and np.isfinite(made).all()


def test_only_colors_of_the_style_come_out() -> None:
    style = texture(60, 60) * np.array([1.0, 0.3, 0.0], np.float32)
    made = laid(texture(40, 40, seed=4), (source(style),))
    assert made[..., 2].max() < 1e-3 and made[..., 1].max() < 0.31


def test_balance_uses_more_of_the_style() -> None:
    style, image = texture(70, 70), 0.5 + 0.1 * (texture(60, 60, 9) - 0.5)
    wide = LAYING._replace(side=3, step=3)
    levels = [
        len(np.unique(laid(image, (source(style),), wide._replace(balance=balance)).round(3)))
        for balance in (0.0, 1.0)
    ]
    assert levels[1] > 1.2 * levels[0]


@pytest.mark.parametrize("weight", [0.25, 4.0])
def test_of_two_styles_each_gives_its_share(weight: float) -> None:
    red, blue = texture(60, 60, 1), texture(60, 60, 1)
    red[..., 2] = blue[..., 0] = 0
    image = texture(80, 80, 7)
    made = laid(image, (source(red, weight), source(blue)), LAYING._replace(balance=0.4))
    share = (made[..., 0] > made[..., 2]).mean()
    assert abs(share - weight / (1 + weight)) < 0.2


def test_nothing_comes_from_where_a_style_is_closed() -> None:
    style, open_ = texture(60, 60), np.ones((60, 60), np.float32)
    style[:, 30:] = np.array([0, 1, 0], np.float32)
    open_[:, 30:] = 0
    style[:, :30, 1] = 0
    made = laid(texture(40, 40, 5), (source(style, open_=open_),))
    assert made[..., 1].max() < 1e-3


def test_what_is_too_small_does_not_fit() -> None:
    open_ = np.zeros((40, 40), np.float32)
    open_[5:12, 5:12] = 1
    small = source(texture(40, 40), open_=open_)
    assert fits((small,), 7) and not fits((small,), 9) and not fits((source(texture(8, 40)),), 9)


def test_the_same_seed_lays_the_same() -> None:
    image, style = texture(40, 50, 1), texture(50, 50, 2)
    assert np.array_equal(laid(image, (source(style),)), laid(image, (source(style),)))
