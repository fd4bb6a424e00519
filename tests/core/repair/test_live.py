"""What the window asks of repair: opened, looked ahead, filled with proof, laid part by part."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from studio.core.events import Note, Progress, Refused, finished
from studio.core.painting.painting import Painting
from studio.core.repair import live
from studio.core.repair.hole import Candidate, Patch
from studio.core.repair.repairing import Offered
from studio.core.repair.request import RepairSettings


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep journals apart from the user's own."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


def textured(h: int = 48, w: int = 64, c: int = 3) -> np.ndarray:
    """Return noise, uint8 [h, w, c]."""
    return np.random.default_rng(1).integers(0, 256, (h, w, c), dtype=np.uint8)


def hole(h: int = 48, w: int = 64) -> np.ndarray:
    """Return a mask with a square of 12 pixels."""
    mask = np.zeros((h, w), np.uint8)
    mask[10:22, 20:32] = 255
    return mask


def test_bytes_pixels_and_files_open_alike(tmp_path: Path) -> None:
    pixels = textured()
    path = tmp_path / "a.png"
    cv2.imwrite(str(path), pixels[..., ::-1])
    for source in (path, path.read_bytes(), pixels.copy()):
        opened = finished(live.open_picture(source, "a"))
        assert np.array_equal(opened.painting.pixels, pixels)
        assert opened.path == (path if isinstance(source, Path) else None)
        assert opened.journal is not None
    with pytest.raises(Refused, match="Pasted can't be opened"):
        finished(live.open_picture(b"nothing", "Pasted"))


def test_looking_ahead_tells_thin_from_thick() -> None:
    mask = np.zeros((200, 300), np.uint8)
    assert finished(live.look_ahead(mask, False)) == live.Outlook(0)
    mask[50, 20:200] = 255
    thin = finished(live.look_ahead(mask, False))
    assert (thin.masked, thin.thick) == (180, 0) and thin.thin >= 1 and thin.across <= 3
    mask[100:150, 100:150] = 255
    thick = finished(live.look_ahead(mask, False))
    assert thick.thick == 1 and 46 <= thick.across <= 52
    most = np.full((40, 90), 255, np.uint8)
    most[:5, :5] = 0
    assert finished(live.look_ahead(most, False)).across == 40, "no thicker than the picture"
    everything = finished(live.look_ahead(np.full((9, 9), 255, np.uint8), False))
    assert everything == live.Outlook(81)


def test_every_candidate_is_proven_and_has_a_thumbnail() -> None:
    pixels, mask = textured(), hole()
    settings = RepairSettings(method="telea")
    events = list(live.fill(pixels, mask, settings, None))
    shown = [event for event in events if isinstance(event, live.Shown)]
    assert len(shown) == 1 and live.untouched(shown[0].candidate.patches, pixels, mask)
    repaired = shown[0].candidate.applied(pixels)
    assert np.array_equal(repaired[mask == 0], pixels[mask == 0])
    assert max(shown[0].thumbnail.shape[:2]) <= live.THUMBNAIL and shown[0].thumbnail.shape[2] == 3


def test_a_candidate_that_changes_too_much_is_thrown_away() -> None:
    pixels, mask = textured(), hole()
    wrong = pixels[5:25, 15:40].copy()
    wrong[0, 0] ^= 1  # outside the mask, by the smallest step
    candidate = Candidate("telea", "Telea", (Patch(5, 15, wrong),), 0.1)
    told = live._proven(Offered(1, 1, "Telea", candidate=candidate), pixels, mask)
    assert isinstance(told, Note) and told.level == "warning"


def test_progress_comes_at_a_pace_and_candidates_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = [Progress(k, 5000, "Patches") for k in range(5000)]
    candidate = Candidate("telea", "Telea", (Patch(12, 22, textured(2, 2)),), 0.1)
    offers = [Offered(k, 2, "Telea", candidate=candidate) for k in (1, 2)]
    said = [*ticks, *offers, Note("Remarkable.")]
    monkeypatch.setattr("studio.core.repair.repairing.repair", lambda *_: iter(said))
    told = list(live.fill(textured(), hole(), RepairSettings(), None))
    assert 1 <= sum(type(each) is Progress for each in told) < 500
    assert [type(each) for each in told[-3:]] == [live.Shown, live.Shown, Note]
    assert told[0] is ticks[0]


def test_opencv_leaves_a_core_to_the_window() -> None:
    before = cv2.getNumThreads()
    try:
        cv2.setNumThreads(8)
        next(live.fill(textured(), hole(), RepairSettings(method="telea"), None, alone=False))
        assert cv2.getNumThreads() == 1
    finally:
        cv2.setNumThreads(before)


@pytest.mark.parametrize("stop", [False, True])
def test_a_large_edit_is_one_step_or_none(stop: bool) -> None:
    pixels = textured(700, 1100, 1)
    painting = Painting(pixels.copy(), np.full((700, 1100), 255, np.uint8))
    patch = Patch(40, 100, 255 - pixels[40:690, 100:1090])
    job = live.laid(painting, (patch,), "Fill")
    if stop:
        next(job)
        job.close()
    else:
        parts = [event.box for event in job if isinstance(event, live.Laid)]
        assert len(parts) == 6 and max(box.height for box in parts) <= live.PART
        assert np.array_equal(painting.pixels[40:690, 100:1090], patch.pixels)
        assert not painting.mask[40:690, 100:1090].any() and painting.mask[0].all()
        assert len(painting.edits) == 1
        painting.undo()
    assert np.array_equal(painting.pixels, pixels) and painting.mask.all()


def test_an_export_copies_first(tmp_path: Path) -> None:
    opened = finished(live.open_picture(textured(), "a"))
    pixels = opened.painting.pixels
    wanted = pixels.copy()
    job = live.export(opened, pixels, tmp_path / "out.png", False)
    while not isinstance(next(job), live.Copied):
        pass
    pixels[:] = 0
    path, _ = finished(job)
    found = cv2.imread(str(path))
    assert found is not None and np.array_equal(found[..., ::-1], wanted)
