"""The import as a job: draft, report, accept, discard, sweep, Stop."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studio.core import durable, project
from studio.core.data import importing, pool
from studio.core.data.import_settings import ImportSettings
from studio.core.data.packed import open_packed, verified
from studio.core.events import Progress, Refused, finished
from studio.core.pictures import premultiply
from tests.core.data.made import encoded, folder, idx_pair, imported, noise, photo


@pytest.fixture
def source(tmp_path: Path) -> Path:
    files = {
        f"{kind}/{k}.png": encoded(photo(seed=k + 10 * len(kind)))
        for kind in ("cat", "horse")
        for k in range(5)
    }
    return folder(tmp_path / "pets", files)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "datasets"


def test_a_folder_becomes_a_set(source, home):
    draft = imported(source, home)
    assert draft.report.kept == draft.report.found == 10
    assert draft.report.classes == {"cat": 5, "horse": 5}
    assert draft.previews().shape == (10, 32, 32, 3)
    packed = importing.accept(draft)
    assert [f.name for f in home.iterdir()] == [packed.manifest.id]
    assert packed.manifest.id.startswith("pets-")
    assert packed.manifest.source == "pets"
    assert packed.labels is not None and packed.labels.tolist() == [0] * 5 + [1] * 5
    assert np.array_equal(packed.pictures[0], photo(seed=30))
    digest = hashlib.sha256((source / "cat/0.png").read_bytes()).hexdigest()
    assert packed.packings[0].sha256 == digest
    assert packed.manifest.settings == ImportSettings().model_dump()
    assert str(source.parent) not in (packed.folder / "manifest.json").read_text()
    json.dumps(draft.report.model_dump())


def test_a_project_folder_will_do(source, tmp_path):
    made = project.create(tmp_path / "p.atelier")
    packed = importing.accept(imported(source, made.folder))
    assert made.datasets() == [packed.folder]


def test_alpha_is_kept_if_any_picture_has_it(tmp_path, home):
    clear = noise(32, 32, 4, seed=1)
    files = {f"{k:02d}.png": encoded(photo(seed=k)) for k in range(40)}
    files["00.png"] = encoded(noise(32, 32, 1))
    files |= {"90.png": encoded(clear), "99.jpg": encoded(photo(), "JPEG")}
    packed = importing.accept(imported(folder(tmp_path / "mixed", files), home))
    assert packed.pictures.shape == (42, 32, 32, 4)
    assert np.array_equal(packed.pictures[0][..., 0], noise(32, 32, 1)[..., 0])
    assert np.array_equal(packed.pictures[5][..., :3], photo(seed=5))
    assert packed.pictures[5][..., 3].min() == 255
    assert np.array_equal(packed.pictures[40], premultiply(clear))


def test_all_grey_stays_grey(tmp_path, home):
    grey = np.repeat(noise(32, 32, 1), 3, -1)
    files = {"a.png": encoded(grey), "b.png": encoded(noise(32, 32, 1, seed=2))}
    assert imported(folder(tmp_path / "grey", files), home).report.channels == 1


def test_duplicates_are_counted_or_dropped(tmp_path, home):
    near = photo(seed=1).copy()
    near[3, 3] ^= 4
    files = {"a.png": photo(seed=1), "b.png": photo(seed=2), "c.png": photo(seed=1), "d.png": near}
    place = folder(tmp_path / "twins", {name: encoded(p) for name, p in files.items()})
    report = imported(place, home).report
    assert (report.kept, report.exact_duplicates, report.near_duplicates) == (4, 1, 1)
    assert report.near_pairs == (("d.png", "a.png"),)
    packed = importing.accept(draft := imported(place, home, duplicates="drop"))
    assert (draft.report.kept, draft.report.dropped, draft.report.exact_duplicates) == (3, 1, 1)
    assert [p.name for p in packed.packings] == ["a.png", "b.png", "d.png"]
    assert np.array_equal(packed.pictures[2], near)


def test_equal_sets_are_one(source, home):
    first = importing.accept(imported(source, home))
    again = importing.accept(imported(source, home))
    assert again.folder == first.folder
    other = importing.accept(imported(source, home, width=16))
    assert len(list(home.iterdir())) == 2 and other.folder != first.folder
    (first.folder / "manifest.json").write_text("{")
    healed = importing.accept(imported(source, home))
    assert open_packed(healed.folder).manifest.fingerprint == first.manifest.fingerprint


@pytest.mark.parametrize("name", ["pictures.npy", "pictures.json", "manifest.json"])
def test_imported_again_a_damaged_set_is_whole_and_keeps_what_is_said_of_it(source, home, name):
    first = importing.accept(imported(source, home))
    (first.folder / "rights.json").write_text("mine")
    flipped = bytearray((first.folder / name).read_bytes())
    flipped[-9] ^= 1
    (first.folder / name).write_bytes(flipped)
    healed = importing.accept(imported(source, home))
    finished(verified(healed))
    assert healed.folder == first.folder and len(healed.packings) == 10
    assert (first.folder / "rights.json").read_text() == "mine"
    assert [f.name for f in home.iterdir()] == [first.folder.name]


def test_discard_leaves_nothing_and_accept_says_so(source, home):
    draft = imported(source, home)
    importing.discard(draft)
    assert list(home.iterdir()) == []
    with pytest.raises(Refused, match="import them again"):
        importing.accept(draft)


def test_stop_anywhere_leaves_nothing(source, home):
    stops = 0
    while True:
        job = importing.draft(str(source), ImportSettings(), home)
        try:
            for _ in range(stops + 1):
                assert isinstance(next(job), Progress)
        except StopIteration as end:
            importing.discard(end.value)
            break
        job.close()
        assert list(home.iterdir()) == []
        stops += 1
    assert stops >= 4


def test_sweep_removes_what_dead_processes_left(home):
    home.mkdir()
    mine = home / durable.hidden()
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    dead = home / f".atelier-{child.pid}-12345-abcdef00.tmp"
    reused = home / f".atelier-{os.getpid()}-12345-abcdef00.tmp"
    for place in (mine, dead, reused, home / ".import-1-1-abc", home / "kept-0123"):
        place.mkdir()
    importing.sweep(home)
    assert {p.name for p in home.iterdir()} == {mine.name, "kept-0123"}
    importing.sweep(home / "nothing")


def test_idx_with_labels(tmp_path, home):
    pictures, labels = (
        noise(28, 28, 6)[..., :6].transpose(2, 0, 1).copy(),
        np.array([3, 1, 0, 2, 4, 4]),
    )
    for place in (idx_pair(tmp_path, pictures, labels), tmp_path):
        draft = imported(place, home, width=28, height=28)
        assert draft.report.classes == {"0": 1, "1": 1, "2": 1, "3": 1, "4": 2}
        packed = importing.accept(draft)
        assert np.array_equal(np.array(packed.pictures)[..., 0], pictures)
        assert packed.labels is not None and packed.labels.tolist() == labels.tolist()


@pytest.mark.parametrize(
    ("source", "count", "channels"), [("starter:sprites:50", 50, 4), ("starter:digits", 1797, 1)]
)
def test_starters(source, count, channels, home):
    packed = importing.accept(imported(source, home))
    assert packed.pictures.shape == (count, 32, 32, channels)
    assert len(packed.manifest.classes) == (12 if channels == 4 else 10)
    assert packed.manifest.id.startswith(source.split(":")[1])


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("starter:cats", "no starter set"),
        ("starter:sprites:many", "not a number"),
        ("starter:sprites:0", "not a number"),
        ("/nowhere/at/all", "nothing at"),
    ],
)
def test_no_such_source(source, words, home):
    with pytest.raises(Refused, match=words):
        imported(source, home)
    assert not home.exists() or list(home.iterdir()) == []


def test_workers_give_what_one_process_gives(tmp_path, home, monkeypatch):
    files = {f"{k % 3}/{k:03d}.jpg": encoded(photo(40, 32, seed=k), "JPEG") for k in range(60)}
    files["1/bad.jpg"] = b"no picture"
    files["2/clear.png"] = encoded(noise(32, 32, 4))
    place = folder(tmp_path / "many", files)
    alone = imported(place, home)
    monkeypatch.setattr(importing, "MANY", 10)
    monkeypatch.setattr(pool, "PICTURES", 7)
    monkeypatch.setattr(pool, "cores", lambda: 2)
    many = imported(place, home)
    assert many.report == alone.report
    assert many.manifest == alone.manifest
    assert np.array_equal(
        np.load(many.folder / "pictures.npy"), np.load(alone.folder / "pictures.npy")
    )
    assert many.report.skipped[0][0] == "1/bad.jpg"


def test_preview_of_a_transparent_set_is_straight(tmp_path, home):
    picture = np.zeros((32, 32, 4), np.uint8)
    picture[:] = 200, 100, 50, 128
    draft = imported(folder(tmp_path / "c", {"a.png": encoded(Image.fromarray(picture))}), home)
    assert np.abs(draft.previews()[0].astype(int) - picture).max() <= 1


def test_modules_do_not_load_torch():
    slow = "{'torch', 'cv2', 'sklearn'}"
    code = f"import studio.core.data.importing, sys; assert not {slow} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[3])
