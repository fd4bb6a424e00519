"""A record goes into a picture and comes out the same; what is damaged or newer is refused."""

import json

import numpy as np
import pytest

from studio.core.events import Refused
from studio.core.photographs.encoding import encoded
from studio.core.photographs.photograph import Photograph, open_photograph
from studio.core.provenance.record import Record, Rights, made_from, parse, pixel_hash
from studio.core.provenance.stamping import beside, embedded, sidecar, sidecar_bytes, stamped


def drawn() -> Record:
    rights = Rights(author="Ada & Co <3", licence="CC0", consent="own")
    return Record(workspace="explore", model="ab12", run=3, seed=7, rights=(rights,))


def test_a_record_is_read_back_from_the_picture_and_from_beside_it(tmp_path):
    pixels = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    record, file = drawn().of(pixels), tmp_path / "a.png"
    file.write_bytes(stamped(encoded(Photograph(pixels), ".png")[0], record))
    sidecar(file).write_bytes(sidecar_bytes(record))
    assert embedded(file) == beside(file) == record
    assert np.array_equal(open_photograph(file).pixels, pixels)
    assert b"trainedAlgorithmicMedia" in file.read_bytes()
    assert b"Ada &amp; Co &lt;3" in file.read_bytes()


def test_the_hash_of_a_picture_tells_depth_shape_and_every_level():
    pixels = np.zeros((2, 3, 4), np.uint8)
    other = pixels.copy()
    other[1, 2, 3] = 1
    kinds = [pixels, other, pixels.astype(np.uint16), pixels.reshape(3, 2, 4)]
    assert len({pixel_hash(each) for each in kinds}) == 4
    assert pixel_hash(pixels) == pixel_hash(np.asfortranarray(pixels))


def test_what_is_made_of_pictures_has_their_rights_but_not_their_latents():
    placed = drawn().model_copy(update={"place": {"latent": "AAAA"}})
    made = made_from([placed, placed], title="Sheet")
    assert made.rights == drawn().rights
    assert [source.place for source in made.sources] == [None, None]
    assert made.sources[0].model == "ab12"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": "x"}', '{"schema": 2, "run": "no"}'])
def test_a_damaged_record_is_refused_in_a_sentence(text):
    with pytest.raises(Refused, match="damaged"):
        parse(text, "a.png")


def test_a_newer_record_is_refused_and_what_is_unknown_passed_over():
    with pytest.raises(Refused, match="newer"):
        parse(json.dumps({"schema": 99}), "a.png")
    assert parse(json.dumps({"schema": 2, "run": 3, "other": 1}), "a.png").run == 3
