"""Verify says what is wrong, in sentences, and changes nothing."""

import io
import json
from pathlib import Path

from PIL import Image

from studio.core.events import finished
from studio.core.gallery import marks
from studio.core.gallery.keeping import keep
from studio.core.gallery.verifying import Report, verify
from studio.core.provenance.stamping import sidecar, stamped
from tests.core.gallery.conftest import record, sprite


def verified(folder: Path) -> Report:
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    report = finished(verify(folder))
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    return report


def problem(folder: Path) -> str:
    (found,) = verified(folder).problems
    return found


def test_a_whole_gallery(folder: Path):
    assert verified(folder) == Report(8, 0, ())


def test_changed_pixels(folder: Path):
    file = io.BytesIO()
    Image.fromarray(sprite(7)).save(file, "PNG")
    path = folder / "hero-0001.png"
    path.write_bytes(stamped(file.getvalue(), record(1).of(sprite(1))))
    assert "hero-0001.png is not the picture its record was written for" in problem(folder)


def test_a_tampered_sidecar(folder: Path):
    path = sidecar(folder / "hero-0001.png")
    path.write_text(json.dumps(json.loads(path.read_text()) | {"title": "stolen"}))
    assert "is not the record inside hero-0001.png" in problem(folder)


def test_a_damaged_sidecar(folder: Path):
    sidecar(folder / "hero-0001.png").write_bytes(b"\xff{")
    assert "hero-0001.png.json" in problem(folder)


def test_a_damaged_picture(folder: Path):
    path = folder / "hero-0001.png"
    path.write_bytes(path.read_bytes()[:-30])
    assert problem(folder)


def test_a_picture_deleted_by_hand(folder: Path):
    marks.say(folder, {"names": ["hero-0001.png"], "star": True, "on": True})
    (folder / "hero-0001.png").unlink()
    orphan, mark = verified(folder).problems
    assert "hero-0001.png is gone" in orphan
    assert "hero-0001.png" in mark


def test_damaged_marks_and_leftovers(folder: Path):
    (folder / marks.FILE).write_text("nonsense\n")
    (folder / ".hero.12.part").write_bytes(b"")
    left, lines = verified(folder).problems
    assert "left by a program" in left
    assert "1 lines" in lines


def test_pictures_of_others_say_nothing(folder: Path):
    Image.fromarray(sprite(1)).save(folder / "found.png")
    assert verified(folder) == Report(9, 1, ())


def test_opaque_and_grey_pictures_are_their_records(tmp_path: Path):
    keep(tmp_path, sprite(1)[..., :3], record(1), "a")
    keep(tmp_path, sprite(1)[..., :1], record(1), "a")
    full = sprite(1)
    full[..., 3] = 255
    keep(tmp_path, full, record(1), "a")
    assert verified(tmp_path).problems == ()


def test_bytes_that_no_decoder_looks_at(folder: Path):
    path = folder / "hero-0001.png"
    path.write_bytes(path.read_bytes() + b"\0")
    assert "hero-0001.png is not the file that was written" in problem(folder)
