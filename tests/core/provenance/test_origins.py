"""Records of what is drawn, restyled and repaired name what went in, and nothing else."""

import numpy as np
import pytest

from studio.core import checkpoint, training
from studio.core.events import Progress, finished
from studio.core.photographs.photograph import Photograph
from studio.core.provenance.origins import (
    drawn_by,
    of_run,
    record_of_repair,
    record_of_style,
    source_of,
)
from studio.core.provenance.record import Record, Rights, pixel_hash
from studio.core.provenance.stamping import save_recorded, sidecar
from tests.core import toys

PIXELS = np.random.default_rng(0).integers(0, 256, (9, 7, 3), np.uint8)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    made = toys.project(tmp_path_factory.mktemp("origins"))
    toys.finish(training.start(made, toys.request("vae", 2), toys.known(2)))
    return made


def test_what_a_run_draws_names_its_very_weights(project):
    record = drawn_by(project, seed=5)
    _, tensors, _, _ = checkpoint.newest(project.run().checkpoints)
    assert record.model == checkpoint.digest(tensors) and record.step == 2
    assert (record.seed, record.family, record.version) == (5, "vae", "toy")
    (project.dataset("toy") / "manifest.json").rename(project.folder / "away")
    assert of_run(project, project.run()).version == ""
    (project.folder / "away").rename(project.dataset("toy") / "manifest.json")


def test_a_source_says_what_its_file_says_and_is_sealed(tmp_path):
    path = tmp_path / "a.png"
    said = Record(model="ab", place={"latent": "A"}, rights=(Rights(author="Ada"),))
    save_recorded(Photograph(PIXELS), path, said)
    found = finished(source_of(PIXELS, path))
    assert found.model == "ab" and found.place is None and found.pixels == pixel_hash(PIXELS)
    path.write_bytes(b"no picture")
    sidecar(path).write_text("[")
    assert finished(source_of(PIXELS, path)) == Record(pixels=pixel_hash(PIXELS))


def test_styles_and_repairs_carry_settings_sources_and_rights():
    ada, bob = (Record(rights=(Rights(author=name),)) for name in ("Ada", "Bob"))
    styled = record_of_style(ada, [bob, bob], "oil", {"strength": 0.5})
    assert [right.author for right in styled.rights] == ["Ada", "Bob"]
    assert styled.settings == {"strength": 0.5, "method": "oil"} and len(styled.sources) == 3
    repaired = record_of_repair(styled, "patch", {"seed": 4, "masked": 0.1})
    assert repaired.sources[0].sources == styled.sources and repaired.workspace == "repair"
    assert repaired.settings["method"] == "patch"


def test_pixels_of_another_page_say_what_they_were_told():
    def told():
        yield Progress(0, None, "")
        return Record(run=3, rights=(Rights(consent="refused"),), place={"latent": "A"})

    found = finished(source_of(PIXELS, None, told))
    assert (found.run, found.rights[0].consent) == (3, "refused")
    assert found.place is None and found.pixels == pixel_hash(PIXELS)
