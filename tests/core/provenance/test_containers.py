"""XMP goes into JPEG and WebP as others read it; pixels, frames and other words stay."""

import io

import numpy as np
import pytest
from PIL import Image

from studio.core.provenance.containers import with_xmp
from studio.core.provenance.record import Record
from studio.core.provenance.stamping import embedded
from tests.core.provenance.test_xmp import OWN

PIXELS = np.random.default_rng(0).integers(0, 256, (21, 34, 4), np.uint8)
RECORD = Record(model="ab", title="x")


def saved(kind: str, channels: int, **options) -> bytes:
    file = io.BytesIO()
    Image.fromarray(PIXELS[..., :channels]).save(file, kind, **options)
    return file.getvalue()


CASES = {
    "jpeg": (".jpg", saved("JPEG", 3)),
    "jpeg with words": (".jpg", saved("JPEG", 3, xmp=OWN, comment=b"hello")),
    "lossless": (".webp", saved("WEBP", 3, lossless=True)),
    "clear": (".webp", saved("WEBP", 4, lossless=True, exact=True)),
    "lossy": (".webp", saved("WEBP", 3, quality=80)),
    "lossy and clear": (".webp", saved("WEBP", 4, quality=80)),
    "with words": (".webp", saved("WEBP", 4, lossless=True, xmp=OWN)),
    "animated": (
        ".webp",
        saved("WEBP", 4, save_all=True, append_images=[Image.fromarray(PIXELS[::-1])]),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_others_read_it_and_nothing_else_changes(tmp_path, name):
    ending, plain = CASES[name]
    path = tmp_path / f"a{ending}"
    path.write_bytes(with_xmp(plain, ending, RECORD))
    assert embedded(path) == RECORD
    with Image.open(path) as after, Image.open(io.BytesIO(plain)) as before:
        assert after.mode == before.mode
        assert np.array_equal(np.asarray(after), np.asarray(before))
        assert getattr(after, "n_frames", 1) == getattr(before, "n_frames", 1)
        assert b"atelier" in after.info["xmp"]
        assert (b"Grace" in after.info["xmp"]) == ("words" in name)
        assert after.info.get("comment") == before.info.get("comment")


@pytest.mark.parametrize("name", CASES)
def test_a_second_one_replaces_the_first(name):
    ending, plain = CASES[name]
    once = with_xmp(plain, ending, RECORD)
    assert with_xmp(with_xmp(plain, ending, Record(model="old")), ending, RECORD) == once


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xd8", b"RIFF\0\0\0\0WEBP", b"GIF89a", b"\xff\xd8\xff"]
)
def test_what_is_built_otherwise_is_left_as_it_is(data):
    assert with_xmp(data, ".webp", RECORD) == data
    assert with_xmp(data, ".gif", RECORD) == data
