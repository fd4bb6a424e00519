"""Jobs of the Style workspace: opened, shrunk once, proven small, made whole, written."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from repair_scene import picture, written

from studio.core import device
from studio.core.events import Drawn, Note, Progress, Refused, finished
from studio.core.photographs.photograph import Photograph, open_photograph
from studio.core.style.look import Look, StylePicture
from studio.core.style.methods import methods
from studio.gui import restyling
from studio.gui.desks.wish import Masks, Setup, Wish
from studio.gui.restyling import LAYERS, Proof, Shrunk, Source, source_of


def wish(method: str = "colors", *sources: Source) -> Wish:
    """Return a wish for a method as it is at first."""
    setup = Setup(method, methods()[method].settings())
    return Wish(setup, tuple((source, 1.0) for source in sources), Masks({}))


def style(h: int = 40, w: int = 50) -> Source:
    return source_of(Photograph(picture(h, w)), "style")


def test_a_content_has_a_layer_for_every_style() -> None:
    content = finished(restyling.open_content(picture(), "Picture"))
    assert set(LAYERS) < set(content.painting.layers) and content.path is None
    assert not content.painting.layers["style 1"].any()


def test_sources_that_break_are_left_out_with_a_word(tmp_path: Path) -> None:
    good, bad = written(tmp_path), tmp_path / "bad.png"
    bad.write_text("no picture")
    job = restyling.open_sources([(bad, "bad.png"), (good, "photo.png")], 2)
    told = []
    while True:
        try:
            told.append(next(job))
        except StopIteration as ended:
            place, found = ended.value
            break
    assert place == 2 and [source.name for source in found] == ["photo.png"]
    assert any(isinstance(event, Note) and "bad.png" in event.text for event in told)
    with pytest.raises(Refused):
        finished(restyling.open_sources([(bad, "bad.png")], 0))


def test_a_picture_is_shrunk_once_for_many_previews() -> None:
    small, content, source = Shrunk(), picture(300, 400), picture(500, 200)
    mask = np.full((300, 400), 255, np.uint8)
    look = Look("colors", methods()["colors"].settings(), (StylePicture(source),), mask)
    first, seen = small.look(content, look, 100)
    again, seen_again = small.look(content, look, 100)
    assert first.shape == (75, 100, 3) and again is first
    assert seen.styles[0].pixels is seen_again.styles[0].pixels
    assert seen.styles[0].pixels.shape == (125, 50, 3), "by the content's factor"
    assert seen.mask is not None and seen.mask.shape == (75, 100)
    other, _ = small.look(picture(200, 100), replace(look, mask=None), 100)
    assert other.shape == (100, 50, 3)
    strip = replace(look, styles=(StylePicture(picture(20, 1000)),), mask=None)
    _, seen = small.look(content, strip, 100)
    assert seen.styles[0].pixels.shape == (16, 800, 3), "a narrow one keeps whole patches"


def test_a_proof_carries_its_wish_and_coarse_looks_come_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def preview(pixels: np.ndarray, _look: Look, _side: int):  # type: ignore[no-untyped-def]  # a job
        yield Progress(1, 2, "Half")
        yield Drawn(pixels[None])
        return pixels

    monkeypatch.setattr(restyling, "preview_style", preview)
    content, wanted = finished(restyling.open_content(picture(), "Picture")), wish("ink")
    job = restyling.proof(content, wanted, Shrunk())
    told = [next(job), next(job)]
    assert not isinstance(told[0], Proof)
    assert isinstance(told[1], Proof) and told[1].wish is wanted and not told[1].final
    with pytest.raises(StopIteration) as ended:
        next(job)
    assert ended.value.value.final and ended.value.value.picture.shape == (60, 90, 3)


def test_a_proof_tells_what_it_covers() -> None:
    content = finished(restyling.open_content(picture(), "Picture"))
    where, goes = np.zeros((60, 90), np.uint8), np.zeros((60, 90), np.uint8)
    where[:30], goes[:, :45] = 255, 255
    asked = wish("colors", style())
    for layers, covered in (
        ({}, None),
        ({"mask": where}, where),
        ({"style 1": goes}, goes),
        ({"mask": where, "style 1": goes}, np.minimum(where, goes)),
    ):
        masked = replace(asked, masks=Masks(layers))
        found = finished(restyling.proof(content, masked, Shrunk()))
        if covered is None or found.covered is None:
            assert found.covered is covered
        else:
            assert np.array_equal(found.covered, covered)


def test_small_pictures_take_one_core_and_large_ones_leave_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    taken: list[int] = []
    monkeypatch.setattr(device, "cores", lambda: 6)
    monkeypatch.setattr(device, "use_threads", taken.append)
    content, asked = finished(restyling.open_content(picture(), "Picture")), wish("colors", style())
    finished(restyling.proof(content, asked, Shrunk()))
    finished(restyling.restyled(content, asked))
    finished(restyling.restyled(content, asked, alone=False))
    assert taken == [1, 5, 1]


def test_a_result_is_ready_to_be_shown() -> None:
    content = finished(restyling.open_content(picture(300, 400), "Picture"))
    found = finished(restyling.restyled(content, wish("colors", style())))
    assert found.pixels.shape == (300, 400, 3) and found.preview.levels[0].shape[:2] == (300, 400)
    assert max(found.thumbnail.shape) == restyling.THUMBNAIL and found.seconds >= 0


def test_a_style_is_read_in_the_colors_of_the_content_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []

    def in_colors_of(style: Photograph, content: Photograph) -> np.ndarray:
        asked.append(content.profile)
        return style.pixels // 2

    monkeypatch.setattr(restyling, "in_colors_of", in_colors_of)
    source, plain = style(), Photograph(picture())
    wide = replace(plain, profile=b"wide")
    assert source.seen_in(wide) is source.seen_in(wide)
    assert np.array_equal(wish("colors", source).look(wide).styles[0].pixels, source.seen_in(wide))
    assert source.seen_in(None) is source.photograph.pixels
    source.seen_in(plain)
    assert asked == [b"wide", None]


def test_what_the_file_held_is_written_and_what_is_lost_is_told(tmp_path: Path) -> None:
    content = finished(restyling.open_content(picture(channels=1), "Grey"))
    photograph = replace(content.photograph, profile=b"x" * 16 + b"GRAY", dpi=(72.0, 72.0))
    content = replace(content, photograph=photograph)
    path, told = finished(restyling.write_styled(content, picture(), tmp_path / "out.png"))
    assert any("color profile was left out" in sentence for sentence in told)
    back = open_photograph(path)
    assert back.profile is None and np.array_equal(back.pixels, picture())
    assert back.dpi is not None and abs(back.dpi[0] - 72) < 0.1


def test_thumbnails_leave_out_what_is_no_picture(tmp_path: Path) -> None:
    Image.new("RGB", (400, 100)).save(tmp_path / "a.png")
    (tmp_path / "b.png").write_text("no")
    job = restyling.thumbnails([tmp_path / "a.png", tmp_path / "b.png"])
    seen = [event for event in job if isinstance(event, restyling.Thumbnail)]
    assert [event.path.name for event in seen] == ["a.png"]
    assert seen[0].picture.shape == (48, 192, 3)
