"""Content credentials: a reader takes them, a flipped bit breaks them, no connection is opened."""

import stat
import sys

import numpy as np
import pytest

from studio import paths
from studio.core.photographs.encoding import encoded
from studio.core.photographs.photograph import Photograph
from studio.core.provenance import credentials
from studio.core.provenance.record import Record

PIXELS = np.random.default_rng(0).integers(0, 256, (40, 30, 3), np.uint8)
SOCKETS: list[str] = []


def listen(event: str, _values: object) -> None:
    if event.startswith("socket."):
        SOCKETS.append(event)


sys.addaudithook(listen)


@pytest.fixture(autouse=True)
def own(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "settings", lambda: tmp_path / "settings")


@pytest.mark.parametrize("ending", [".png", ".jpg", ".webp", ".tif"])
def test_a_reader_takes_them_and_notices_a_flipped_bit(tmp_path, ending):
    path = tmp_path / f"a{ending}"
    mime = credentials.mime_of(path.name)
    plain = encoded(Photograph(PIXELS), ending)[0]
    path.write_bytes(plain)
    assert credentials.sealed(path).state == "none"
    SOCKETS.clear()
    path.write_bytes(credentials.signed(plain, mime or "", Record(model="ab", title="Drawn")))
    seal = credentials.sealed(path)
    assert seal.state == "valid" and "nobody vouches" in seal.text
    assert seal.source.endswith("trainedAlgorithmicMedia")
    assert not SOCKETS
    changed = bytearray(path.read_bytes())
    changed[changed.index(plain[-400:-300]) + 50] ^= 1
    path.write_bytes(bytes(changed))
    assert credentials.sealed(path).state == "invalid"


def test_the_key_is_the_owners_alone_and_stays_the_same(tmp_path):
    chain, key = credentials.certificate(tmp_path / "c")
    assert credentials.certificate(tmp_path / "c") == (chain, key)
    assert chain.count(b"BEGIN CERTIFICATE") == 2
    if sys.platform != "win32":
        assert stat.S_IMODE((tmp_path / "c" / credentials.KEY).stat().st_mode) == 0o600


def test_what_is_made_of_pictures_is_composite_and_names_them_by_hash_only():
    source = Record(model="ab", pixels="c0ffee", place={"latent": "AAAA"})
    made = str(credentials.manifest(Record(title="Sheet", sources=(source,)), "image/png"))
    assert "compositeSynthetic" in made and "c2pa.edited" in made and "c0ffee" in made
    assert "AAAA" not in made


def test_other_files_are_not_signed():
    assert credentials.mime_of("a.txt") is None and credentials.mime_of("a") is None
