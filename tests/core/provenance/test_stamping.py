"""Records in pictures of every format and beside them; the user's own words stay."""

import hashlib
from dataclasses import replace

import numpy as np
import pytest

from studio.core.events import Refused
from studio.core.photographs.encoding import encoded
from studio.core.photographs.photograph import Photograph, open_photograph
from studio.core.provenance.record import Record, Rights, pixel_hash
from studio.core.provenance.stamping import (
    beside,
    embedded,
    record_film,
    record_of,
    save_recorded,
    sidecar,
    sidecar_bytes,
    stamped,
    unlike,
)
from tests.core.provenance.test_xmp import OWN

PIXELS = np.random.default_rng(0).integers(0, 256, (12, 17, 3), np.uint8)


@pytest.mark.parametrize("ending", [".png", ".tif", ".webp", ".jpg"])
def test_every_format_holds_it_beside_the_users_own_words(tmp_path, ending):
    path = tmp_path / f"a{ending}"
    record = Record(model="ab", title="x").of(PIXELS)
    save_recorded(Photograph(PIXELS, xmp=OWN), path, record)
    assert embedded(path) == beside(path) == record
    opened = open_photograph(path)
    assert opened.xmp is not None and b"Grace" in opened.xmp
    if ending != ".jpg":
        assert pixel_hash(opened.pixels) == record.pixels


@pytest.mark.parametrize("ending", [".png", ".tif"])
def test_saved_without_a_record_nothing_of_an_earlier_one_is_left(tmp_path, ending):
    first, second = tmp_path / f"a{ending}", tmp_path / f"b{ending}"
    save_recorded(Photograph(PIXELS, xmp=OWN), first, Record(model="ab"))
    save_recorded(open_photograph(first), second, None)
    assert record_of(second) is None and not sidecar(second).exists()
    assert open_photograph(second).xmp == OWN


def test_the_same_record_gives_the_same_bytes_and_a_second_replaces_the_first():
    plain = encoded(Photograph(PIXELS, xmp=OWN), ".png")[0]
    one, other = Record(model="ab"), Record(model="cd")
    assert stamped(plain, one) == stamped(plain, one)
    assert stamped(stamped(plain, one), other) == stamped(plain, other)


def test_a_file_of_the_users_beside_a_picture_is_left_alone(tmp_path):
    path = tmp_path / "a.png"
    sidecar(path).write_text('{"frames": []}')
    told = save_recorded(Photograph(PIXELS), path, Record(model="ab"))
    assert any("left as it is" in text for text in told)
    assert sidecar(path).read_text() == '{"frames": []}'


def test_a_film_has_it_beside_and_a_strip_inside_too(tmp_path):
    strip, film = tmp_path / "a.png", tmp_path / "a.mp4"
    strip.write_bytes(encoded(Photograph(PIXELS), ".png")[0])
    film.write_bytes(b"film")
    for path in (strip, film):
        assert record_film(path, Record(model="ab")) == ()
    assert embedded(strip) == beside(strip) == beside(film) == Record(model="ab")
    assert film.read_bytes() == b"film"


def test_sixteen_bits_keep_theirs(tmp_path):
    deep = Photograph(PIXELS.astype(np.uint16) * 257)
    record = Record(model="ab").of(deep.pixels)
    save_recorded(replace(deep), tmp_path / "a.png", record)
    assert pixel_hash(open_photograph(tmp_path / "a.png").pixels) == record.pixels


@pytest.mark.parametrize("told", [True, False])
def test_what_is_made_of_refused_pictures_is_not_written_told_or_not(tmp_path, told):
    record = Record(rights=(Rights(consent="refused"),))
    with pytest.raises(Refused, match="use was refused"):
        save_recorded(Photograph(PIXELS), tmp_path / "a.png", record, told=told)
    assert not any(tmp_path.iterdir())


@pytest.fixture
def exported(tmp_path):
    """A picture and a file that was written with it, under one sidecar."""
    path = tmp_path / "a.png"
    save_recorded(Photograph(PIXELS), path, None)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.txt").write_text("data")
    hashes = {"": path, "data/a.txt": tmp_path / "data" / "a.txt"}
    said = {name: hashlib.sha256(file.read_bytes()).hexdigest() for name, file in hashes.items()}
    sidecar(path).write_bytes(sidecar_bytes(Record(title="Grüße"), said))
    return path


def test_a_sidecar_vouches_for_all_that_was_written_with_it(exported):
    assert unlike(exported) == [] and beside(exported) == Record(title="Grüße")
    assert "Grüße" in sidecar(exported).read_text("utf-8")
    (exported.parent / "data" / "a.txt").write_text("dato")
    assert unlike(exported) == ["a.txt is not the file that was written: its bytes were changed."]
    (exported.parent / "data" / "a.txt").unlink()
    assert unlike(exported) == ["a.txt is gone, or can't be read."]
    exported.write_bytes(exported.read_bytes() + b"\n")
    assert "a.png is not the file that was written" in unlike(exported)[0]


def test_a_changed_sidecar_is_told(exported):
    text = sidecar(exported).read_text("utf-8")
    sidecar(exported).write_text(text.replace("Grüße", "Grüsse"), "utf-8")
    assert "a.png.json was changed since it was written" in unlike(exported)[0]
    sidecar(exported).write_text(text.replace('"seal"', '"sfal"'), "utf-8")
    assert "was changed" in unlike(exported)[0]
    sidecar(exported).write_text("{")
    assert "is damaged" in unlike(exported)[0]


def test_a_sidecar_of_an_earlier_version_vouches_for_nothing(exported):
    sidecar(exported).write_text(Record(title="x").text())
    exported.write_bytes(b"")
    assert unlike(exported) == []
    sidecar(exported).unlink()
    assert unlike(exported) == []


@pytest.mark.parametrize("name", ["../b.txt", "/etc/passwd", "x/../../b.txt"])
def test_a_sidecar_names_nothing_outside(exported, name):
    sidecar(exported).write_bytes(sidecar_bytes(Record(), {name: "0" * 64}))
    assert unlike(exported) == []
