"""A kept picture opens at its place again, and anything else is refused in a sentence."""

import json
import shutil

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from studio.core import pictures
from studio.core.events import Note, Refused
from studio.core.explore import keeping
from studio.core.explore import kept as kept_pictures
from studio.core.explore.place import Place
from studio.core.provenance.origins import of_run
from studio.core.provenance.record import SCHEMA, pixel_hash
from studio.core.provenance.stamping import KEY, embedded
from tests.core import toys


@pytest.fixture
def explored(explorers):
    return explorers("vae")


def test_a_kept_picture_draws_itself_again(explored, tmp_path):
    explorer, project = explored
    vector = np.random.default_rng(0).standard_normal(explorer.shape).astype(np.float32)
    knowing = explorer.with_directions({"abc": vector})
    place = explorer.seed(4, label=1).with_slider("abc", 1.5)
    picture = knowing.pictures([place])[0]
    path = keeping.keep(knowing, place, picture, tmp_path / "kept", {"abc": "Size"})
    assert path.name == "kept.png" and np.array_equal(pictures.load(path), picture)
    kept = kept_pictures.read(path)
    assert kept.names == {"abc": "Size"} and kept.place.sliders == {"abc": 1.5}
    found, again = toys.finish(keeping.reopen(project, kept))[1]
    assert found.digest == explorer.digest
    assert np.array_equal(found.pictures([again])[0], picture)


def test_a_run_that_went_on_is_told(explored, tmp_path):
    explorer, project = explored
    moved = toys.projects.open(shutil.copytree(project.folder, tmp_path / "moved.atelier"))
    path = keeping.keep(
        explorer, explorer.seed(0), explorer.pictures([explorer.seed(0)])[0], tmp_path / "a.png"
    )
    kept = kept_pictures.read(path)
    shutil.rmtree(moved.run().checkpoints / f"step-{explorer.step:08d}")
    events, (found, _) = toys.finish(keeping.reopen(moved, kept))
    assert found.step < explorer.step
    assert any("differs" in event.text for event in events if isinstance(event, Note))


def test_another_projects_picture_is_refused(explored, explorers, tmp_path):
    explorer, _ = explored
    _, other = explorers("gan")
    path = keeping.keep(
        explorer, explorer.seed(0), explorer.pictures([explorer.seed(0)])[0], tmp_path / "a.png"
    )
    with pytest.raises(Refused, match="open the project it was kept from"):
        toys.finish(keeping.reopen(other, kept_pictures.read(path)))


def test_other_files_are_refused(tmp_path):
    plain = tmp_path / "plain.png"
    Image.new("RGB", (4, 4)).save(plain)
    broken = tmp_path / "broken.png"
    broken.write_bytes(plain.read_bytes()[:40])
    text = tmp_path / "text.png"
    text.write_text("hello")
    assert not kept_pictures.holds_place(plain) and not kept_pictures.holds_place(broken)
    with pytest.raises(Refused, match="holds no place"):
        kept_pictures.read(plain)
    for path in (broken, text, tmp_path / "missing.png"):
        with pytest.raises(Refused, match="no PNG, or a damaged one"):
            kept_pictures.read(path)


@pytest.mark.parametrize("text", ["", "{", "7", "[]", "{}", '{"schema": "x"}', "[" * 9999])
def test_tampered_words_are_refused(tmp_path, text):
    info = PngImagePlugin.PngInfo()
    info.add_itxt(KEY, text)
    Image.new("RGB", (4, 4)).save(tmp_path / "a.png", pnginfo=info)
    with pytest.raises(Refused, match="damaged"):
        kept_pictures.read(tmp_path / "a.png")


def test_a_newer_programs_picture_is_refused(tmp_path):
    info = PngImagePlugin.PngInfo()
    info.add_itxt(KEY, json.dumps({"schema": SCHEMA + 1}))
    Image.new("RGB", (4, 4)).save(tmp_path / "a.png", pnginfo=info)
    with pytest.raises(Refused, match="newer Atelier"):
        kept_pictures.read(tmp_path / "a.png")


def test_a_kept_picture_says_which_run_and_pictures_it_comes_from(explored, tmp_path):
    explorer, project = explored
    place = explorer.seed(0, label=1)
    known = of_run(project, project.run(explorer.run))
    picture = explorer.pictures([place])[0]
    path = keeping.keep(explorer, place, picture, tmp_path / "a.png", known=known)
    record = embedded(path)
    assert record is not None
    assert (record.model, record.step, record.label) == (explorer.digest, explorer.step, "b")
    assert (record.workspace, record.family, record.version) == ("explore", "vae", "toy")
    assert record.pixels == pixel_hash(picture)
    assert str(tmp_path) not in record.text()


def test_a_picture_of_the_first_version_still_opens(explored, tmp_path):
    explorer, _ = explored
    place = explorer.seed(4)
    values = {"schema": 1, "run": 1, "step": 3, "model": "ab", "family": "vae"}
    info = PngImagePlugin.PngInfo()
    words = {**values, "place": place.to_json(), "directions": {}}
    info.add_itxt(KEY, json.dumps(words), zip=True)
    Image.new("RGB", (4, 4)).save(tmp_path / "a.png", pnginfo=info)
    assert kept_pictures.holds_place(tmp_path / "a.png")
    assert kept_pictures.read(tmp_path / "a.png").place.same(place)


def test_a_latent_of_megabytes_is_read_back(explored, tmp_path):
    explorer, _ = explored
    large = Place(np.random.default_rng(0).standard_normal((4, 300, 300)).astype(np.float32))
    picture = np.zeros((4, 4, 3), np.uint8)
    path = keeping.keep(explorer, large, picture, tmp_path / "a.png")
    assert kept_pictures.holds_place(path) and kept_pictures.read(path).place.same(large)


def test_an_unwritable_place_is_a_sentence_and_leaves_nothing(explored, tmp_path):
    explorer, _ = explored
    place = explorer.seed(0)
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Refused, match="can't be written"):
        keeping.keep(explorer, place, explorer.pictures([place])[0], tmp_path / "file" / "kept.png")
    assert [p.name for p in tmp_path.iterdir()] == ["file"]
