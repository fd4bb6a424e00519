"""Large pictures strip by strip come out as whole ones do."""

import numpy as np
import pytest

from studio.core.colors.oklab import to_oklab
from studio.core.events import Progress, finished
from studio.core.style import strips
from studio.core.style.color import Palette
from studio.core.style.color import recolored as whole

TICK = Progress(0, 1, "Test")


def test_recolored_as_in_one_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    content, style = (rng.uniform(0, 1, (37, 20, 3)).astype(np.float32) ** k for k in (1, 3))
    palette = Palette.of(to_oklab(style))
    monkeypatch.setattr(strips, "PIXELS", 100)
    found = finished(strips.recolored(content, palette, TICK))
    assert np.abs(found - whole(content, palette)).max() < 1e-5
    assert np.abs(found.mean((0, 1)) - style.mean((0, 1))).max() < 0.05


@pytest.mark.parametrize("size", [(1, 1), (5, 1 << 20), (1000, 700), (3, 2)])
def test_strips_cover_every_row_once(size: tuple[int, int]) -> None:
    rows = [row for strip in strips.rows(*size) for row in range(size[0])[strip]]
    assert rows == list(range(size[0]))
