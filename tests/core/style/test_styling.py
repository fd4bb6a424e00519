"""Around every method: depth, alpha, masks, several styles, and what is refused."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from studio.core.events import Drawn, Job, Progress, Refused, finished
from studio.core.style import styling
from studio.core.style.look import Look, StylePicture
from studio.core.style.method import Method, StyleSettings, Task
from studio.core.style.methods import colors
from studio.core.style.styling import restyled, stylize
from tests.core.style.conftest import scene


def inverted(task: Task, settings: StyleSettings) -> Job[np.ndarray]:
    """A method that changes every pixel, whatever its neighbors are."""
    yield Progress(0, 2, "Inverted")
    yield Drawn(np.rint(255 * (1 - task.content[None, ::2, ::2])).astype(np.uint8))
    yield Progress(1, 2, "Inverted")
    return task.content + np.float32(settings.strength) * (1 - 2 * task.content)


INVERTED = replace(colors.METHOD, name="inverted", styled=False, stylize=inverted)


@pytest.fixture(autouse=True)
def offered(monkeypatch: pytest.MonkeyPatch) -> dict[str, Method]:
    """The method that inverts, and one that takes styles."""
    found = {"inverted": INVERTED, "colors": colors.METHOD}
    monkeypatch.setattr(styling, "methods", lambda: found)
    return found


def run(pixels: np.ndarray, mask: np.ndarray | None = None, **settings: Any) -> np.ndarray:
    """The picture inverted."""
    asked = StyleSettings().updated(settings)
    return finished(stylize(pixels, "inverted", asked, (), mask))


@st.composite
def tasks(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """A picture of any kind, with a mask."""
    h, w = draw(st.integers(1, 9)), draw(st.integers(1, 9))
    depth = draw(st.sampled_from([np.uint8, np.uint16]))
    pixels = draw(arrays(depth, (h, w, draw(st.sampled_from([1, 3, 4])))))
    if pixels.shape[2] == 4 and draw(st.booleans()):
        pixels[..., 3] = np.where(pixels[..., 3] % 3 == 0, 0, pixels[..., 3])
    return pixels, draw(arrays(np.uint8, (h, w), elements=st.sampled_from([0, 1, 128, 255])))


@given(tasks())
def test_what_is_not_masked_or_not_seen_stays_to_the_bit(task):
    pixels, mask = task
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(styling, "methods", lambda: {"inverted": INVERTED})
        found = run(pixels, mask)
    own = np.repeat(pixels, 3, axis=2) if pixels.shape[2] == 1 else pixels
    assert found.dtype == own.dtype and found.shape == own.shape
    assert np.array_equal(found[mask == 0], own[mask == 0])
    seen = mask == 255
    if own.shape[2] == 4:
        assert np.array_equal(found[..., 3], own[..., 3])
        assert np.array_equal(found[own[..., 3] == 0], own[own[..., 3] == 0])
        seen &= own[..., 3] > np.iinfo(pixels.dtype).max // 255
    assert np.array_equal(found[seen][:, :3], np.iinfo(pixels.dtype).max - own[seen][:, :3])


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_no_strength_is_equal_to_the_bit_with_kept_colors_too(depth):
    pixels = np.random.default_rng(0).integers(0, np.iinfo(depth).max, (9, 9, 4), depth)
    assert np.array_equal(run(pixels, strength=0.0, keep_colors=True), pixels)


def test_a_mask_of_half_mixes_half():
    pixels = np.full((4, 4, 3), 55, np.uint8)
    assert (run(pixels, np.full((4, 4), 128, np.uint8)) == 128).all()


def test_large_pictures_are_finished_part_by_part(monkeypatch):
    monkeypatch.setattr(styling, "STRIP", 100)
    pixels = np.random.default_rng(0).integers(0, 255, (33, 40, 4), np.uint8)
    pixels[..., 3] |= 1
    mask = np.random.default_rng(1).integers(0, 255, (33, 40), np.uint8)
    job = stylize(pixels, "inverted", StyleSettings(keep_colors=True), (), mask)
    parts = list(job)
    assert len([event for event in parts if type(event) is Progress]) > 20
    found = run(pixels, mask, keep_colors=True)
    monkeypatch.undo()
    monkeypatch.setattr(styling, "methods", lambda: {"inverted": INVERTED})
    assert np.array_equal(run(pixels, mask, keep_colors=True), found)


def test_what_shines_through_takes_no_part_in_the_colors_beside_it():
    pixels = np.zeros((5, 9, 4), np.uint8)
    pixels[:, :4] = (200, 100, 50, 255)
    seen = []

    def spied(task: Task, settings: StyleSettings) -> Job[np.ndarray]:
        seen.append(task.content)
        yield Progress(0, 1, "")
        return task.content

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(styling, "methods", lambda: {"inverted": replace(INVERTED, stylize=spied)})
        run(pixels)
    assert np.allclose(seen[0] * 255, (200, 100, 50))


def test_progress_of_several_styles_is_one():
    mask = np.zeros((48, 64), np.uint8)
    mask[:, 30:] = 255
    style = StylePicture(scene(20, 20, 1))
    styles = (style, replace(style, mask=mask), replace(style, mask=255 - mask))
    events = list(stylize(scene(48, 64, 0), "colors", StyleSettings(), styles))
    shares = [e.done / e.total for e in events if isinstance(e, Progress) and e.total]
    assert shares == sorted(shares) and shares[-1] <= 1 and len(shares) >= 6


def test_styles_go_where_their_masks_say():
    red, blue = (
        StylePicture(np.full((9, 9, 3), color, np.uint8)) for color in ((250, 0, 0), (0, 0, 250))
    )
    mask = np.zeros((48, 64), np.uint8)
    mask[:, :20] = 255
    mask[:, 20:40] = 128
    styles = (red, replace(blue, mask=mask))
    found = finished(stylize(scene(48, 64, 0), "colors", StyleSettings(), styles)).astype(int)
    more = (found[..., 2] - found[..., 0]).mean(0)
    assert more[:20].max() < 0 or more[:20].mean() > 100
    assert more[:20].mean() > 100 and more[40:].mean() < -100
    assert abs(more[20:40].mean()) < 60


def coarse(pixels: np.ndarray, **asked: Any) -> np.ndarray:
    """The picture on the way, [h, w, c]."""
    look = Look("inverted", StyleSettings().updated(asked.pop("settings", {})), **asked)
    for event in stylize(pixels, look.method, look.settings, look.styles, look.mask):
        if isinstance(event, Drawn):
            return event.pictures[0]
    raise AssertionError("nothing was drawn")


def test_a_coarse_look_keeps_what_the_whole_picture_keeps():
    pixels = np.full((8, 12, 4), (10, 20, 30, 255), np.uint8)
    pixels[:, 8:, 3] = 0
    mask = np.full((8, 12), 255, np.uint8)
    mask[:4] = 0
    found = coarse(pixels, mask=mask)
    assert found.shape == (4, 6, 4)
    assert (found[:2, :4] == (10, 20, 30, 255)).all() and (found[:, 4:, 3] == 0).all()
    assert (found[2:, :4] == (245, 235, 225, 255)).all()
    plain = coarse(pixels[..., :3].copy())
    assert (plain == (245, 235, 225)).all()
    hued = coarse(np.full((8, 12, 3), (200, 20, 20), np.uint8), settings={"keep_colors": True})
    assert (hued[..., 0] > hued[..., 1]).all()


def test_python_restyles_in_one_call():
    pixels, style = scene(20, 30, 0), scene(20, 30, 1)[..., ::-1].copy()
    found = restyled(pixels, "colors", [style], strength=0.5)
    asked = StyleSettings(strength=0.5)
    assert np.array_equal(found, finished(stylize(pixels, "colors", asked, (StylePicture(style),))))
    with pytest.raises(Refused, match="'brush'"):
        restyled(pixels, "colors", [style], brush=3)
    with pytest.raises(Refused, match="'magic'"):
        restyled(pixels, "magic")


BAD: list[tuple[Any, Any, dict[str, Any], str]] = [
    (np.zeros((4, 4), np.uint8), (), {}, "channels"),
    (np.zeros((4, 4, 2), np.uint8), (), {}, "channels"),
    (np.zeros((4, 4, 3), np.float32), (), {}, "bits"),
    (np.zeros((0, 4, 3), np.uint8), (), {}, "picture"),
    (np.zeros((4, 4, 3), np.uint8), (np.zeros((4, 4), np.uint8),), {}, "channels"),
    (np.zeros((4, 4, 3), np.uint8), (), {"mask": np.zeros((4, 5), np.uint8)}, "5×4"),
    (np.zeros((4, 4, 3), np.uint8), (), {"mask": np.zeros((4, 4, 1), np.uint8)}, "mask"),
]


@pytest.mark.parametrize(("pixels", "styles", "more", "told"), BAD)
def test_what_does_not_fit_is_one_sentence(pixels, styles, more, told):
    method = "colors" if styles else "inverted"
    given = tuple(StylePicture(style) for style in styles)
    with pytest.raises(Refused, match=told) as refused:
        finished(stylize(pixels, method, StyleSettings(), given, **more))
    assert str(refused.value).endswith(".")


def test_settings_of_another_method_are_refused():
    class Others(StyleSettings):
        """Settings of no method here."""

    pixels, style = scene(9, 9, 0), StylePicture(scene(9, 9, 1))
    finished(stylize(pixels, "colors", Others(), (style,)))  # they say all that is asked
    narrow = replace(colors.METHOD, settings=Others)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(styling, "methods", lambda: {"colors": narrow})
        with pytest.raises(Refused, match="not settings of"):
            finished(stylize(pixels, "colors", StyleSettings(), (style,)))


def test_a_method_that_returns_another_size_is_an_error():
    def halved(task: Task, settings: StyleSettings) -> Job[np.ndarray]:
        yield Progress(0, 1, "")
        return task.content[::2]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(styling, "methods", lambda: {"inverted": replace(INVERTED, stylize=halved)})
        with pytest.raises(ValueError, match="a method returned"):
            run(scene(8, 8, 0))


@pytest.mark.parametrize("error", [RuntimeError("out of memory"), MemoryError()])
def test_memory_that_ran_out_is_told_and_other_errors_pass(error):
    def failing() -> Job[None]:
        yield Progress(0, 1, "")
        raise error

    def broken() -> Job[None]:
        yield Progress(0, 1, "")
        raise RuntimeError("a bug")

    with pytest.raises(Refused, match="memory"):
        finished(styling.guarded(failing()))
    with pytest.raises(RuntimeError, match="a bug"):
        finished(styling.guarded(broken()))
