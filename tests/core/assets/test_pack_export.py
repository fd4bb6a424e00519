"""What leaves in a pack: equal runs give equal bytes, and nothing names this machine."""

import zipfile

import pytest

from studio.core.assets.pack import PARTS
from studio.core.assets.pack_export import export_pack
from studio.core.events import Refused, finished
from studio.core.provenance.record import Rights
from studio.core.provenance.rights import keep_rights
from studio.core.provenance.stamping import beside
from tests.core.assets.trained import trained


def test_a_pack_is_the_same_each_time_and_names_no_place(tmp_path):
    project = trained(tmp_path / "secret-home", "gan")
    paths = [finished(export_pack(project, 1, tmp_path / name)).paths[0] for name in "ab"]
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert paths[0].name == "a.atelierpack"
    with zipfile.ZipFile(paths[0]) as archive:
        assert tuple(archive.namelist()) == PARTS
        texts = [archive.read(name) for name in PARTS]
        assert all(entry.date_time[0] == 1980 for entry in archive.infolist())
        assert b"learner." not in archive.read("model.safetensors")
    assert not any(b"secret-home" in text for text in texts)
    said = beside(paths[0])
    assert said is not None and said.family == "gan"


def test_refused_consent_stays_here(tmp_path):
    project = trained(tmp_path, "gan")
    keep_rights(project.dataset("toy"), Rights(author="Ada", consent="refused"))
    with pytest.raises(Refused, match="Ada"):
        finished(export_pack(project, 1, tmp_path / "a"))


def test_nothing_is_overwritten(tmp_path):
    project = trained(tmp_path, "gan")
    (tmp_path / "a.atelierpack").write_text("mine")
    with pytest.raises(Refused, match="there already"):
        finished(export_pack(project, 1, tmp_path / "a"))
    assert (tmp_path / "a.atelierpack").read_text() == "mine"
    finished(export_pack(project, 1, tmp_path / "a", overwrite=True))
    with pytest.raises(Refused, match="Windows"):
        finished(export_pack(project, 1, tmp_path / "con"))
