"""Packs of strangers: what is no sound pack is refused with a sentence, and nothing is left."""

import hashlib
import io
import json
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest

from studio.core import project as projects
from studio.core.assets import framing
from studio.core.assets import pack as packs
from studio.core.assets.pack_export import export_pack
from studio.core.assets.pack_import import import_pack
from studio.core.events import Refused, finished
from studio.core.project import Project
from tests.core.assets.trained import trained


@pytest.fixture(scope="module")
def sound(tmp_path_factory) -> Path:
    """A pack as the program writes it."""
    folder = tmp_path_factory.mktemp("packs")
    exported = finished(export_pack(trained(folder, "gan"), None, folder / "toy"))
    return exported.paths[0]


@pytest.fixture
def parts(sound) -> dict[str, bytes]:
    with zipfile.ZipFile(sound) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def home(tmp_path) -> Project:
    """A project that is to stay empty, and a canary beside it."""
    (tmp_path / "canary").write_text("alive")
    return projects.create(tmp_path / "home.atelier")


def resealed(parts: dict[str, bytes], **changes) -> dict[str, bytes]:
    """Return parts whose manifest is right about them, with changes to what it says."""
    told = json.loads(parts["MANIFEST.json"]) | changes
    told["parts"] = {
        name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in parts.items()
        if name != "MANIFEST.json"
    }
    return parts | {"MANIFEST.json": json.dumps(told).encode()}


def zipped(parts: dict[str, bytes], path: Path, how: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", how) as archive:
        for name in sorted(parts, key=lambda n: packs.PARTS.index(n) if n in packs.PARTS else 9):
            entry = zipfile.ZipInfo(name, framing.DATE)
            entry.create_system, entry.external_attr = framing.UNIX, framing.RIGHTS
            archive.writestr(entry, parts[name], how)
    return path


def refusal(path: Path, home: Project) -> str:
    """Return the sentence a pack is refused with; nothing may be left of it."""
    before = sorted(home.folder.parent.rglob("*"))
    with pytest.raises(Refused) as refused:
        finished(import_pack(path, home))
    path.unlink(missing_ok=True)
    assert sorted(home.folder.parent.rglob("*")) == [p for p in before if p != path]
    assert (home.folder.parent / "canary").read_text() == "alive"
    sentence = str(refused.value)
    assert sentence.endswith(".") and "\n" not in sentence and len(sentence) < 300
    return sentence


def test_a_pack_says_what_it_is_without_torch(sound):
    found = packs.about(sound)
    assert (found["family"], found["width"], found["height"]) == ("gan", 16, 16)
    assert found["classes"] == ["a", "b", "c"] and found["bytes"] == sound.stat().st_size
    text = zipfile.ZipFile(sound).read("MANIFEST.json")
    assert found["hash"] == hashlib.sha256(text).hexdigest()
    assert packs.opened(sound).preview().shape == (4 * 17 - 1, 4 * 17 - 1, 4)


@pytest.mark.parametrize(
    "name", ["../canary", "/tmp/canary", "..\\canary", "C:canary", "x/../../y"]
)
def test_names_that_lead_out_are_no_parts(parts, home, tmp_path, name):
    path = zipped(parts | {name: b"dead"}, tmp_path / "bad.atelierpack")
    assert "no part of a pack" in refusal(path, home)


def test_a_part_twice(parts, home, tmp_path):
    path = zipped(parts, tmp_path / "bad.atelierpack")
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning):
        archive.writestr("run.json", b"{}")
    assert "run.json" in refusal(path, home)


def test_a_link_in_place_of_a_part(parts, home, tmp_path):
    path = tmp_path / "bad.atelierpack"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            entry = zipfile.ZipInfo(name)
            if name == "preview.png":
                entry.external_attr, data = 0o120777 << 16, b"../../canary"
            archive.writestr(entry, data)
    refusal(path, home)


@pytest.mark.parametrize("name", packs.PARTS)
def test_a_part_that_is_missing_changed_or_cut(parts, home, tmp_path, name):
    path = tmp_path / "bad.atelierpack"
    assert "lacks" in refusal(zipped({k: v for k, v in parts.items() if k != name}, path), home)
    refusal(zipped(parts | {name: parts[name][:-1]}, path), home)
    changed = bytes([parts[name][0] ^ 1]) + parts[name][1:]
    refusal(zipped(parts | {name: changed}, path), home)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
def test_a_file_cut_short(sound, home, tmp_path, share):
    path = tmp_path / "bad.atelierpack"
    data = sound.read_bytes()
    path.write_bytes(data[: int(share * len(data))])
    refusal(path, home)


def test_bombs_are_not_unpacked(parts, home, tmp_path):
    path = tmp_path / "bad.atelierpack"
    big = resealed(parts | {"model.safetensors": bytes(1 << 26)})
    assert "packed in a way" in refusal(zipped(big, path, zipfile.ZIP_DEFLATED), home)
    long = resealed(parts | {"run.json": b"[" * (packs.TEXT_AT_MOST + 1)})
    assert "too large" in refusal(zipped(long, path), home)
    deep = resealed(parts | {"run.json": b"[" * 1_000_000})
    refusal(zipped(deep, path), home)
    many = resealed(parts | {"record.json": b"[" + b"{}," * 1_300_000 + b"{}]"})
    refusal(zipped(many, path), home)


class Bomb:
    """What runs when it is unpickled."""

    def __init__(self, path: Path):
        self.path = path

    def __reduce__(self):
        return (Path.unlink, (self.path,))


def test_pickles_are_not_weights(parts, home, tmp_path):
    bomb = pickle.dumps(Bomb(tmp_path / "canary"))
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("archive/data.pkl", bomb)
    for data in (bomb, whole.getvalue()):
        path = zipped(resealed(parts | {"model.safetensors": data}), tmp_path / "bad.atelierpack")
        assert "model.safetensors" in refusal(path, home)


def test_weights_of_another_model(parts, home, tmp_path):
    from safetensors.numpy import load, save

    path = tmp_path / "bad.atelierpack"
    tensors = load(parts["model.safetensors"])
    name = max(tensors, key=lambda each: tensors[each].size)
    moved = save(tensors | {name: tensors[name] + np.float32(1)})
    sentence = refusal(zipped(resealed(parts | {"model.safetensors": moved}), path), home)
    assert "record" in sentence
    less = save({k: v for k, v in tensors.items() if k != name})
    refusal(zipped(resealed(parts | {"model.safetensors": less}), path), home)
    more = save(tensors | {"ema.more": tensors[name]})
    refusal(zipped(resealed(parts | {"model.safetensors": more}), path), home)


def test_what_a_manifest_may_not_say(parts, home, tmp_path):
    path = tmp_path / "bad.atelierpack"
    assert "newer" in refusal(zipped(resealed(parts, schema=2), path), home)
    assert "kind" in refusal(zipped(resealed(parts, family="oracle"), path), home)
    for changes in (
        {"size": [10**9, 10**9, 4, 3]},
        {"size": [16, 16, 2, 3]},
        {"size": [16, 16, 4, 5]},
        {"size": [1024, 1024, 4, 3]},
        {"classes": "abc"},
        {"step": -1},
        {"step": 10**30},
        {"schema": "x"},
        {"model": "0" * 16},
    ):
        refusal(zipped(resealed(parts, **changes), path), home)


def test_settings_that_ask_for_too_much(parts, home, tmp_path):
    run = json.loads(parts["run.json"])
    run["settings"]["width"] = 512  # within its bounds; weights of that size are not there
    changed = resealed(parts | {"run.json": json.dumps(run).encode()})
    refusal(zipped(changed, tmp_path / "bad.atelierpack"), home)
    run["dataset"] = "../../canary"
    run["settings"]["width"] = 10**12
    changed = resealed(parts | {"run.json": json.dumps(run).encode()})
    refusal(zipped(changed, tmp_path / "bad.atelierpack"), home)


def test_a_pack_that_was_packed_anew_may_be_damaged(parts, home, tmp_path):
    path = tmp_path / "bad.atelierpack"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    assert "fetch it anew" in refusal(path, home)


def test_a_file_of_something_else(home, tmp_path):
    path = tmp_path / "bad.atelierpack"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    assert "no pack" in refusal(path, home)
    with pytest.raises(Refused, match="can't be read"):
        packs.about(tmp_path / "nowhere.atelierpack")
