"""A picture is followed to its model, its run, its set and its neighbors, or to what is gone."""

import shutil

import numpy as np
import pytest
from PIL import Image

from studio.core import training
from studio.core.events import Refused
from studio.core.explore import keeping
from studio.core.explore.explorer import open_explorer
from studio.core.photographs.photograph import Photograph
from studio.core.provenance.chain import SOURCES, trace
from studio.core.provenance.origins import of_run, record_of_repair, record_of_style
from studio.core.provenance.record import Record, Rights, made_from
from studio.core.provenance.rights import keep_rights
from studio.core.provenance.sheet import beside_neighbors
from studio.core.provenance.stamping import embedded, save_recorded, sidecar
from tests.core import toys


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """A project with a trained model, and a picture kept from it."""
    folder = tmp_path_factory.mktemp("chain")
    project = toys.project(folder)
    toys.finish(training.start(project, toys.request("vae", 4), toys.known(4)))
    explorer = toys.finish(open_explorer(project))[1]
    place = explorer.seed(3, 1)
    known = of_run(project, project.run())
    picture = explorer.pictures([place])[0]
    return project, keeping.keep(explorer, place, picture, folder / "kept.png", known=known)


def followed(path, project=None):
    return toys.finish(trace(path, project))[1]


def titles(chain) -> list[str]:
    return [step.title for step in chain.steps]


def test_a_kept_picture_leads_to_its_model_its_set_and_its_neighbors(drawn):
    project, path = drawn
    keep_rights(project.dataset("toy"), Rights(author="Ada", consent="own"))
    chain = followed(path, project)
    assert titles(chain)[0] == "Unchanged" and chain.place
    assert "is that very model" in chain.text() and "Picture set Toy" in titles(chain)
    assert chain.rights == (Rights(author="Ada", consent="own"),)
    assert len(chain.neighbors) == 6 and chain.verdict is not None
    assert chain.neighbors[0].picture.shape == (16, 16, 4)
    assert "class b" in chain.text().lower()
    assert beside_neighbors(chain).shape == (416, 1016, 3)


def test_without_its_project_it_says_what_to_open(drawn):
    chain = followed(drawn[1])
    assert "Open the project it was trained in" in chain.text()
    assert not chain.neighbors and chain.verdict is None


def test_a_checkpoint_that_is_gone_and_another_project_are_told(drawn, tmp_path):
    project, path = drawn
    moved = toys.projects.open(shutil.copytree(project.folder, tmp_path / "m.atelier"))
    shutil.rmtree(moved.run().checkpoints)
    assert "very checkpoint is gone" in followed(path, moved).text()
    other = toys.projects.create(tmp_path / "o.atelier", "O")
    told = followed(path, other).text()
    assert "No run of this project is it" in told and "not in this project any more" in told


def test_styles_and_repairs_are_followed_through(drawn, tmp_path):
    project, path = drawn
    source = embedded(path)
    assert source is not None
    repaired = record_of_repair(source.brief(), "patch", {"seed": 1})
    styled = record_of_style(repaired, [Record(pixels="c0ffee" * 9)], "oil", {"strength": 1.0})
    pixels = np.zeros((20, 20, 3), np.uint8)
    save_recorded(Photograph(pixels), tmp_path / "a.png", styled.of(pixels))
    chain = followed(tmp_path / "a.png", project)
    wanted = ["Unchanged", "Restyled", "Repaired", "Drawn in Explore"]
    assert [title for title in titles(chain) if title in wanted] == wanted
    assert "A picture without a record" in titles(chain) and chain.verdict is not None
    assert not chain.place


def test_tampering_is_noticed(drawn, tmp_path):
    project, path = drawn
    copy = tmp_path / "a.png"
    shutil.copy(path, copy)
    record = embedded(copy)
    assert record is not None
    with Image.open(copy) as image:
        pixels = np.array(image)
    pixels[0, 0] ^= 255
    save_recorded(Photograph(pixels), copy, record)
    assert "Changed since" in titles(followed(copy, project))
    sidecar(copy).write_text(record.model_copy(update={"model": "ff"}).text())
    assert "Two stories" in titles(followed(copy, project))
    sidecar(copy).write_text("[[")
    chain = followed(copy, project)
    assert "Damaged" in titles(chain) and "Picture set Toy" in titles(chain)


def test_what_says_nothing_and_what_is_no_picture(tmp_path):
    Image.new("RGB", (4, 4)).save(tmp_path / "a.png")
    assert titles(followed(tmp_path / "a.png")) == ["It says nothing"]
    (tmp_path / "film.mp4").write_bytes(b"x")
    sidecar(tmp_path / "film.mp4").write_text(Record(title="Film", model="ab").text())
    film = followed(tmp_path / "film.mp4")
    assert film.picture is None and "Film" in titles(film)
    with pytest.raises(Refused, match="not there"):
        followed(tmp_path / "missing.png")


def test_of_a_thousand_sources_some_are_followed(tmp_path):
    many = made_from([Record(title=f"p{k}") for k in range(1000)], workspace="export")
    pixels = np.zeros((4, 4, 3), np.uint8)
    save_recorded(Photograph(pixels), tmp_path / "a.png", many)
    chain = followed(tmp_path / "a.png")
    assert len(chain.steps) < SOURCES + 8 and "1,000 pictures went in" in chain.text()


def test_a_model_of_many_pictures_is_told_once(drawn, tmp_path):
    project, path = drawn
    source = embedded(path)
    assert source is not None
    pixels = np.zeros((4, 4, 3), np.uint8)
    save_recorded(Photograph(pixels), tmp_path / "a.png", made_from([source] * 5))
    chain = followed(tmp_path / "a.png", project)
    assert titles(chain).count("Picture set Toy") == 1
    assert chain.text().count("The same as above") == 4


def test_settings_are_told_as_people_write_them(tmp_path):
    pixels, path = np.zeros((4, 4, 3), np.uint8), tmp_path / "a.png"
    settings = {"keep_colors": False, "steps": ["Fill", "Heal"]}
    save_recorded(
        Photograph(pixels), path, Record(title="Styled", workspace="style", settings=settings)
    )
    (lines,) = (step.words for step in followed(path).steps if "Settings" in step.words)
    assert "keep_colors off, steps Fill, Heal" in lines
