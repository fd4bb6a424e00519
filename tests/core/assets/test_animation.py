"""Animations put together from parts: colors, delays and pixels as they were."""

from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from studio.core.assets import animation


@given(st.integers(1, 400), st.floats(1, 120), st.sampled_from([100, 1000]))
def test_delays_are_whole_and_add_up(count, fps, unit):
    found = animation.delays(count, fps, unit)
    assert len(found) == count and sum(found) == round(unit * count / fps)
    assert max(found) - min(found) <= 1


@pytest.mark.parametrize("most", [1, 2, 3, 255, 256, 257])
def test_a_gif_keeps_all_colors_that_fit(most):
    colors = [(k % 256, 100 * (k // 256), 7) for k in range(most)]
    frame = np.resize(np.array(colors, np.uint8), (20, 20, 3))
    data = b"".join(animation.gif(frame[None], 10, 1, True))
    found = np.asarray(Image.open(BytesIO(data)).convert("RGB"))
    assert np.array_equal(found, frame) == (most <= 256)
    assert animation.merges(frame) == (most > 256)
    assert np.abs(found.astype(int) - frame).max() <= 2


def test_clear_pixels_take_one_of_the_colors():
    frame = np.zeros((16, 17, 4), np.uint8)
    frame[..., :2] = np.stack(np.mgrid[:16, :17], -1)
    frame[..., 3] = 255
    frame[0, 0, 3] = 100
    assert animation.merges(frame)
    codes, colors, clear = animation.reduced(frame)
    assert len(colors) == 256 and clear == codes[0, 0] == 255
    assert (codes == clear).sum() == 1
    frame[..., 3] = 0
    codes, colors, clear = animation.reduced(frame)
    assert (len(colors), clear) == (1, 0) and not codes.any()


@pytest.mark.parametrize("make", [animation.gif, animation.webp, animation.apng])
@pytest.mark.parametrize("shape", [(1, 1, 1, 4), (3, 5, 3, 4), (2, 9, 300, 3), (3, 64, 64, 1)])
def test_frames_come_back_whatever_their_shape(make, shape):
    rng = np.random.default_rng(1)
    frames = rng.choice(np.array([3, 120, 255], np.uint8), shape)
    frames[..., 3:] = np.where(frames[..., 3:] > 5, 255, 0)
    data = b"".join(make(frames, 10, 2, True))
    if make is animation.webp:
        at, size = animation.webp_size(len(data))
        data = data[:at] + size + data[at + 4 :]
    film = Image.open(BytesIO(data))
    assert getattr(film, "n_frames", 1) == shape[0]
    wanted = animation.enlarged(np.repeat(frames, 3, 3) if shape[3] == 1 else frames, 2)
    for k, frame in enumerate(wanted):
        film.seek(k)
        found = np.asarray(film.convert("RGBA" if shape[3] == 4 else "RGB"))
        seen = frame[..., 3:] > 0 if shape[3] == 4 else np.True_
        assert np.array_equal(found * seen, frame * seen)
