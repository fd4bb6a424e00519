"""The method VGG19, with a narrow network in a file of the user's."""

import sys
from pathlib import Path
from subprocess import run

import numpy as np
import pytest
import torch

from studio.core.events import Note, Progress, Refused, finished
from studio.core.style.method import Style, Task
from studio.core.style.methods.vgg import METHOD, STEPS, VggSettings
from studio.core.style.vgg import reading
from tests.core.style.vgg.files import NARROW, narrow

QUICK = VggSettings(quality="quick", detail=128, device="cpu")


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a file of a narrow VGG19, and let it be read."""
    monkeypatch.setattr(reading, "WIDTHS", NARROW)
    monkeypatch.setitem(STEPS, "quick", 3)
    torch.save(narrow(), tmp_path / "mine.pth")
    return tmp_path / "mine.pth"


def task(file: Path, h: int = 40, w: int = 30) -> Task:
    rng = np.random.default_rng(0)
    return Task(
        rng.random((h, w, 3), np.float32), (Style(rng.random((40, 40, 3), np.float32)),), file
    )


def test_no_strength_changes_nothing(file: Path):
    given = task(file)
    same = finished(METHOD.stylize(given, QUICK.updated({"strength": 0.0})))
    assert np.array_equal(same, given.content)
    nearly = finished(METHOD.stylize(given, QUICK.updated({"strength": 0.002})))
    assert np.abs(nearly - given.content).max() <= 1 / 255


@pytest.mark.parametrize("way", ["gatys", "neighbors"])
def test_strength_leads_away_from_the_picture(file: Path, way: str):
    given = task(file)
    away = [
        np.abs(
            finished(METHOD.stylize(given, QUICK.updated({"way": way, "strength": s})))
            - given.content
        ).mean()
        for s in (0.1, 0.5, 1.0)
    ]
    assert 0 < away[0] < away[1] < away[2]


def test_a_picture_larger_than_its_detail_comes_back_at_its_size(file: Path):
    given = task(file, 300, 20)
    before = given.content.copy()
    painted = finished(METHOD.stylize(given, QUICK))
    assert painted.shape == (300, 20, 3) and painted.dtype == np.float32
    assert painted.min() >= 0 and painted.max() <= 1
    assert np.array_equal(given.content, before)


def test_noise_for_filters_is_told(file: Path):
    job = METHOD.stylize(task(file), QUICK)
    notes = [event.text for event in job if isinstance(event, Note)]
    assert len(notes) == 1 and notes[0].startswith("The filters in mine.pth look like noise")


def test_progress_never_goes_back(file: Path):
    job = METHOD.stylize(task(file, 300, 200), QUICK)
    shares = [
        event.done / event.total for event in job if isinstance(event, Progress) and event.total
    ]
    assert shares == sorted(shares) and shares[-1] == 1.0


def test_another_file_is_refused_before_anything_is_painted(file: Path, tmp_path: Path):
    (tmp_path / "mine.txt").write_text("words")
    with pytest.raises(Refused, match=r"mine\.txt is neither"):
        finished(METHOD.stylize(task(tmp_path / "mine.txt"), QUICK))


def test_presets_are_settings():
    for changes in METHOD.presets.values():
        VggSettings().updated(dict(changes))


def test_the_list_of_methods_waits_for_no_torch():
    code = "import sys, studio.core.style.methods.vgg; print('torch' in sys.modules)"
    found = run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"
