"""Files of tensors: of torch before and after 1.6, and safetensors; damaged ones say so."""

import contextlib
import pickle
import zipfile
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file

from studio.core.foreign.archives import Damaged, Foreign, entries
from tests.core.style.vgg.files import narrow, save_as_2017

WRITERS = {
    "zip": lambda path, state: torch.save(state, path),
    "legacy": lambda path, state: torch.save(state, path, _use_new_zipfile_serialization=False),
    "2017": save_as_2017,
    "safetensors": lambda path, state: save_file(dict(state), path),
}


@pytest.fixture(params=WRITERS)
def file(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """Return a sound file of one kind."""
    WRITERS[request.param](tmp_path / "net", narrow())
    return tmp_path / "net"


def test_every_kind_gives_the_tensors_back(file: Path):
    found = entries(file)
    assert found is not None and set(found) == set(narrow())
    for name, tensor in narrow().items():
        assert found[name].shape == tuple(tensor.shape)
        assert torch.equal(found[name].read(), tensor)


def test_nothing_is_unpickled(file: Path, monkeypatch: pytest.MonkeyPatch):
    def caught(*_: object, **__: object) -> None:
        raise AssertionError("it was unpickled")

    for target in ("pickle.load", "pickle.loads", "pickle.Unpickler", "torch.load"):
        monkeypatch.setattr(target, caught)
    found = entries(file)
    assert found is not None and found["features.0.bias"].read().shape == (4,)


def test_a_file_cut_anywhere_is_damaged_or_foreign(file: Path):
    whole = file.read_bytes()
    for part in range(1, 20):
        file.write_bytes(whole[: len(whole) * part // 20])
        try:
            found = entries(file) or {}
            _ = [entry.read() for entry in found.values()]
        except (Damaged, Foreign):
            continue
        assert not found


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(place=st.integers(0, 100_000), byte=st.integers(0, 255))
@example(place=13766, byte=64)  # a name that is no UTF-8
def test_one_changed_byte_raises_nothing_else(file: Path, place: int, byte: int):
    data = bytearray(file.read_bytes())
    data[place % len(data)] ^= byte
    other = file.with_name("changed")
    other.write_bytes(data)
    with contextlib.suppress(Damaged, Foreign):
        _ = [entry.read() for entry in (entries(other) or {}).values()]


def test_kinds_of_numbers_views_and_parameters(tmp_path: Path):
    row = torch.arange(12.0)
    state = {
        "half": row.half(),
        "double": row.double(),
        "brain": row.bfloat16(),
        "view": row[4:10].view(2, 3),
        "parameter": torch.nn.Parameter(row),
        "whole": torch.arange(3),
        "turned": row.view(3, 4).T,
        "step": 7,
    }
    torch.save({"state_dict": state, "epoch": 3}, tmp_path / "net.pth")
    found = entries(tmp_path / "net.pth")
    assert found is not None and "step" not in found
    for name in ("half", "double", "brain", "view", "parameter"):
        assert torch.equal(found[name].read().float(), state[name].float()), name
    for name in ("whole", "turned"):
        with pytest.raises(Foreign):
            found[name].read()


def test_what_is_no_such_file_is_none(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("readme.txt", "hello")
    (tmp_path / "text").write_text("just words, and more of them")
    (tmp_path / "empty").write_bytes(b"")
    for name in ("other.zip", "text", "empty"):
        assert entries(tmp_path / name) is None


def test_a_packed_archive_is_not_unpacked(tmp_path: Path):
    """A zip bomb needs packing; torch packs nothing."""
    with zipfile.ZipFile(tmp_path / "bomb.pth", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", b"\x80\x02" + b"N" * 50_000_000 + b".")
    with pytest.raises(Foreign, match="packed"):
        entries(tmp_path / "bomb.pth")


def test_a_whole_model_is_foreign(tmp_path: Path):
    torch.save(torch.nn.Linear(2, 2), tmp_path / "model.pth")
    with pytest.raises(Foreign, match=r"torch\.nn\.modules\.linear\.Linear"):
        entries(tmp_path / "model.pth")
    (tmp_path / "plain.pkl").write_bytes(pickle.dumps({"a": 1}, 2))
    assert entries(tmp_path / "plain.pkl") is None


def test_a_legacy_storage_that_claims_too_much_is_damaged(tmp_path: Path):
    path = tmp_path / "net.pth"
    save_as_2017(path, {"a": torch.ones(5)})
    data = path.read_bytes()
    for claimed in (2**62, 6, -1):
        path.write_bytes(
            data.replace((5).to_bytes(8, "little"), claimed.to_bytes(8, "little", signed=True))
        )
        with pytest.raises(Damaged):
            entries(path)
