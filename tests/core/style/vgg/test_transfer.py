"""From coarse to fine: styles and their weights tell, seeds repeat, any size is painted."""

import numpy as np
import pytest
import torch

from studio.core import device
from studio.core.events import Drawn, Progress, Refused, finished
from studio.core.style.method import Style
from studio.core.style.vgg import transfer
from studio.core.style.vgg.transfer import Plan, painted
from tests.core.style.vgg.jobs import network, picture


def colors(h: int, w: int, seed: int) -> np.ndarray:
    return picture(h, w, seed)[0].permute(1, 2, 0).numpy().copy()


def plan(way: str = "gatys", strength: float = 1.0, seed: int = 0) -> Plan:
    return Plan(way, 48, 3, 1.0, strength, seed)


@pytest.mark.parametrize("way", ["gatys", "neighbors"])
def test_the_same_seed_gives_the_same_pixels(way: str):
    styles = (Style(colors(50, 40, 2)),)
    first, again, other = (
        finished(painted(network(), colors(40, 60, 1), styles, plan(way, seed=seed)))
        for seed in (5, 5, 6)
    )
    assert first.shape == (32, 48, 3) and first.dtype == np.float32
    assert np.array_equal(first, again) and not np.array_equal(first, other)


@pytest.mark.parametrize("way", ["gatys", "neighbors"])
@pytest.mark.parametrize("size", [(1, 1), (1, 90), (70, 2)])
def test_any_size_is_painted(way: str, size: tuple[int, int]):
    content = colors(*size, 1)
    result = finished(painted(network(), content, (Style(colors(1, 3, 2)),), plan(way)))
    expected = transfer.fitted(content, min(48, max(size))).shape
    assert result.shape == expected and np.isfinite(result).all()


@pytest.mark.parametrize("way", ["gatys", "neighbors"])
def test_weights_of_styles_tell(way: str):
    red, blue = (
        np.full((40, 40, 3), rgb, np.float32) for rgb in ((0.8, 0.1, 0.1), (0.1, 0.1, 0.8))
    )
    found = []
    for weight in (9.0, 1.0, 1 / 9):
        styles = (Style(red, weight), Style(blue, 1.0))
        found.append(finished(painted(network(), colors(40, 40, 1), styles, plan(way))))
    redness = [float((p[..., 0] - p[..., 2]).mean()) for p in found]
    assert redness[0] > redness[1] + 0.05 and redness[1] > redness[2] + 0.05


def test_nothing_closed_is_taken_and_a_style_all_closed_is_refused():
    style = colors(64, 64, 2)
    open_ = np.zeros((64, 64), bool)
    open_[:, :32] = True
    other = style.copy()
    other[:, 40:] = 0
    kept, same = (
        finished(painted(network(), colors(48, 48, 1), (Style(s, open=open_),), plan()))
        for s in (style, other)
    )
    whole = finished(painted(network(), colors(48, 48, 1), (Style(other),), plan()))
    assert np.abs(kept - same).mean() < 0.3 * np.abs(whole - same).mean()
    with pytest.raises(Refused, match="transparent everywhere"):
        finished(painted(network(), colors(9, 9, 1), (Style(style, open=~open_ & open_),), plan()))


def test_strength_lets_go_of_the_photograph():
    content, styles = colors(48, 48, 1), (Style(colors(48, 48, 2)),)
    apart = [
        np.abs(finished(painted(network(), content, styles, plan(strength=s))) - content).mean()
        for s in (0.1, 0.5, 1.0)
    ]
    assert apart[0] < apart[1] < apart[2]


def test_it_shows_pictures_on_the_way_and_counts_to_the_end():
    events = list(
        painted(
            network(),
            colors(48, 48, 1),
            (Style(colors(40, 40, 2)),),
            Plan("gatys", 48, 12, 1.0, 1.0, 0),
        )
    )
    drawn = [e for e in events if isinstance(e, Drawn)]
    counts = [e.done for e in events if isinstance(e, Progress)]
    assert (
        drawn and drawn[0].pictures.shape == (1, 48, 48, 3) and drawn[0].pictures.dtype == np.uint8
    )
    assert counts == sorted(counts) and events[-1] == Progress(12, 12, "Painting at 48 pixels")


def test_no_more_detail_than_the_memory_is_enough_for(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(device, "free_memory", lambda _: 4000 * 300 * 300 * 2)
    assert transfer.afforded(2048, torch.device("cpu")) == 300
    assert transfer.afforded(256, torch.device("cpu")) == 256
