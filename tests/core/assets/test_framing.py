"""Every bit of a pack beside its parts' own bytes is known."""

import zipfile
from pathlib import Path

import pytest

from studio.core.assets import framing
from studio.core.assets.pack import PARTS, packed

DATA = {name: name.encode() * 3 for name in PARTS}


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    path = tmp_path / "a.atelierpack"
    path.write_bytes(packed(DATA))
    return path


def sound(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return (
                framing.sound(path, archive.infolist())
                and {name: archive.read(name) for name in PARTS} == DATA
            )
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, OSError, EOFError):
        return False


def test_every_bit_counts(pack: Path):
    assert sound(pack)
    data = pack.read_bytes()
    for place in range(8 * len(data)):
        flipped = bytearray(data)
        flipped[place // 8] ^= 1 << place % 8
        pack.write_bytes(flipped)
        assert not sound(pack), place


@pytest.mark.parametrize("change", [lambda d: d + b"x", lambda d: b"x" + d])
def test_nothing_is_before_or_after(pack: Path, change):
    pack.write_bytes(change(pack.read_bytes()))
    assert not sound(pack)
