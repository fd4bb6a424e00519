"""Bad pictures and sources: one sentence, good ones kept, nothing half-written or changed."""

import errno
import gzip
import hashlib
import os
import shutil
import stat
import struct
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from studio.core.data import archive, entries, importing
from studio.core.data.import_settings import ImportSettings
from studio.core.data.rows import Rows
from studio.core.events import Refused
from tests.core.data.made import encoded, folder, idx_pair, imported, noise, photo

GOOD = {f"good{k}.png": encoded(photo(seed=k)) for k in range(4)}


def state(place: Path) -> dict[str, str]:
    """Hash everything in the source, links as links."""
    found = {}
    for path in [place, *sorted(place.rglob("*"))]:
        status = path.lstat()
        data = path.read_bytes() if stat.S_ISREG(status.st_mode) else b""
        found[str(path)] = (
            f"{status.st_mode} {status.st_mtime_ns} {hashlib.sha256(data).hexdigest()}"
        )
    return found


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "datasets"


@pytest.fixture
def source(tmp_path: Path):
    """A source with good pictures, checked afterwards to be untouched."""
    place = folder(tmp_path / "source", GOOD)

    def checked() -> Path:
        before.update(state(place))
        return place

    before: dict[str, str] = {}
    checked.place = place  # type: ignore[attr-defined]  # where the test adds its bad ones
    yield checked
    assert before and state(place) == before


def taken(source: Path, home: Path) -> dict[str, str]:
    """Import and check that the good ones and nothing else is there; return the skipped."""
    draft = imported(source, home)
    packed = importing.accept(draft)
    assert {Path(p.name).name for p in packed.packings} >= set(GOOD)
    assert [f.name for f in home.iterdir()] == [packed.manifest.id]
    assert sorted(f.name for f in packed.folder.iterdir()) == [
        "manifest.json",
        "pictures.json",
        "pictures.npy",
    ]
    skipped = dict(draft.report.skipped)
    assert packed.manifest.report == draft.report
    assert all(
        text[0].isupper() and text.endswith(".") and "\n" not in text for text in skipped.values()
    )
    assert draft.report.kept + len(skipped) >= draft.report.found
    return skipped


def bomb() -> bytes:
    return encoded(Image.new("1", (20_000, 20_000)))


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("empty.png", b"", "empty"),
        ("text.png", b"these are only words", "not a picture"),
        ("cut.png", encoded(photo())[:-300], "cut off"),
        ("cut.jpg", encoded(photo(), "JPEG")[:-300], "cut off"),
        ("cut.webp", encoded(photo(), "WEBP")[:-100], "cut off|damaged"),
        ("bomb.png", bomb(), "too large"),
        ("page.svg.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a picture"),
        ("script.png", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not a picture"),
    ],
)
def test_unreadable(source, home, name, data, words, capfd):
    (source.place / name).write_bytes(data)
    skipped = taken(source(), home)
    assert list(skipped) == [name]
    assert any(word in skipped[name] for word in words.split("|")), skipped[name]
    assert capfd.readouterr() == ("", "")


def test_animated_is_kept_with_its_first_frame(source, home):
    frames = [Image.new("RGB", (32, 32), c) for c in ("red", "blue")]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    (source.place / "moves.gif").write_bytes(data)
    draft = imported(source(), home)
    assert draft.report.kept == 5
    assert draft.report.converted["animated: first frame taken"] == 1


@pytest.mark.skipif(os.name != "posix", reason="needs links and pipes")
def test_links_and_pipes(source, home, tmp_path):
    place = source.place
    outside = folder(tmp_path / "secret", {"mine.png": encoded(photo(seed=9))})
    (place / "out.png").symlink_to(outside / "mine.png")
    (place / "outdir").symlink_to(outside)
    (place / "up.png").symlink_to("../secret/mine.png")
    (place / "loop").symlink_to(".")
    (place / "self.png").symlink_to("self.png")
    (place / "nowhere.png").symlink_to("gone.png")
    (place / "inner.png").symlink_to("good0.png")
    os.mkfifo(place / "pipe.png")
    (place / "folder.png").mkdir()
    skipped = taken(source(), home)
    assert {n for n, text in skipped.items() if "out of the folder" in text} == {
        "out.png",
        "outdir",
        "up.png",
    }
    assert "another folder" in skipped["loop"]
    assert "leads to nothing" in skipped["nowhere.png"]
    assert "pipe" in skipped["pipe.png"]
    assert "inner.png" not in skipped and "self.png" in skipped


def packed_zip(path: Path, extra: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in {**GOOD, **extra}.items():
            file.writestr(name, data)
    return path


def test_zip_slip(home, tmp_path):
    evil = ("../../evil.png", "/etc/evil.png", "a/../../evil.png", "C:/evil.png", "..\\evil.png")
    path = packed_zip(tmp_path / "slip.zip", dict.fromkeys(evil, encoded(photo(seed=8))))
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    skipped = taken(path, home)
    assert len(skipped) == len(evil)
    assert all("leads out of the zip" in text for text in skipped.values())
    assert not list(tmp_path.rglob("*evil*"))
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before


def test_zip_links_locks_and_odd_packing(home, tmp_path):
    path = packed_zip(
        tmp_path / "odd.zip", {"__MACOSX/._a.png": b"x", ".hidden.png": b"x", "a.txt": b"x"}
    )
    link = zipfile.ZipInfo("link.png")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "a") as file:
        file.writestr(link, "/etc/passwd")
        file.writestr("odd.png", encoded(photo()), zipfile.ZIP_BZIP2)
        file.writestr("flat.bmp", bytes(40 << 20), zipfile.ZIP_DEFLATED)
        file.writestr("locked.png", encoded(photo()))
    data = bytearray(path.read_bytes())
    at = data.rindex(b"PK\x01\x02")
    data[at + 8] |= 1  # the flag "encrypted" of the last entry
    path.write_bytes(data)
    skipped = taken(path, home)
    assert set(skipped) == {"link.png", "odd.png", "flat.bmp", "locked.png"}
    for name, word in (
        ("link.png", "link"),
        ("odd.png", "deflate"),
        ("flat.bmp", "200"),
        ("locked.png", "password"),
    ):
        assert word in skipped[name]


def test_zip_damaged_inside(home, tmp_path):
    path = packed_zip(tmp_path / "hurt.zip", {"zz.png": encoded(noise(64, 64))})
    with zipfile.ZipFile(path) as file:
        offset = file.getinfo("zz.png").header_offset
    data = bytearray(path.read_bytes())
    data[offset + 2000] ^= 0xFF
    path.write_bytes(data)
    assert taken(path, home) == {"zz.png": "The zip is damaged at this picture."}


def test_zip_lies_about_sizes(home, tmp_path):
    path = packed_zip(tmp_path / "lies.zip", {"zz.bmp": bytes(5 << 20)})
    data = bytearray(path.read_bytes())
    at = data.rindex(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 100)  # announces 100 bytes
    path.write_bytes(data)
    assert taken(path, home) == {"zz.bmp": "The zip is damaged at this picture."}


@pytest.mark.parametrize("cut", [0, 10, 200, -1, -30])
def test_broken_zips(cut, home, tmp_path):
    path = packed_zip(tmp_path / "x.zip", {})
    path.write_bytes(path.read_bytes()[: cut or 0])
    with pytest.raises(Refused, match=r"x\.zip is not a zip or is damaged"):
        imported(path, home)
    assert list(home.iterdir()) == []


def test_too_many_in_a_zip(home, tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "COUNT_AT_MOST", 3)
    with pytest.raises(Refused, match="more than 3 pictures"):
        imported(packed_zip(tmp_path / "x.zip", {}), home)


def test_too_many_in_a_folder(source, home, monkeypatch):
    monkeypatch.setattr("studio.core.data.sources.COUNT_AT_MOST", 3)
    assert entries.COUNT_AT_MOST == 200_000
    with pytest.raises(Refused, match="more than 3 pictures"):
        imported(source(), home)


def test_nothing_to_take(home, tmp_path):
    with pytest.raises(Refused, match="no pictures in empty"):
        imported(folder(tmp_path / "empty", {"read.me": b"x"}), home)
    only_bad = folder(tmp_path / "bad", {"a.png": b"x", "b.png": b""})
    with pytest.raises(Refused, match=r"the first, a\.png: This is not a picture"):
        imported(only_bad, home)
    with pytest.raises(Refused, match="single picture"):
        imported(folder(tmp_path / "one", GOOD) / "good0.png", home)
    with pytest.raises(Refused, match="no picture source"):
        imported(folder(tmp_path / "text", {"a.txt": b"x"}) / "a.txt", home)
    assert list(home.iterdir()) == []


def test_idx_cut_off_and_mislabeled(home, tmp_path):
    pictures = noise(28, 28, 6).transpose(2, 0, 1).copy()
    images = idx_pair(tmp_path, pictures, noise(1, 6, 1).ravel() % 10)
    raw = gzip.decompress(images.read_bytes())
    images.write_bytes(gzip.compress(raw[: 16 + 4 * 784 + 100]))
    draft = imported(images, home)
    assert draft.report.kept == 4
    assert "6 pictures are announced, 4 are there" in draft.report.skipped[0][1]
    labels = tmp_path / "some-labels-idx1-ubyte.gz"
    labels.write_bytes(gzip.compress(b"\0\0\x08\x01\0\0\0\x02ab"))
    assert "do not fit" in imported(images, home).report.skipped[1][1]
    images.write_bytes(gzip.compress(b"\0\0\x08\x03" + b"\xff" * 12))
    with pytest.raises(Refused, match="too many"):
        imported(images, home)


@pytest.mark.parametrize("good_writes", [0, 1])
def test_disk_full(source, home, monkeypatch, good_writes):
    for k in range(200):
        (source.place / f"more{k}.png").write_bytes(encoded(photo(seed=k)))
    append, calls = Rows.append, []

    def full(self, rows):
        calls.append(len(rows))
        if len(calls) > good_writes:
            raise OSError(errno.ENOSPC, "No space left on device")
        append(self, rows)

    monkeypatch.setattr(Rows, "append", full)
    with pytest.raises(Refused, match="disk is full"):
        imported(source(), home)
    assert len(calls) == good_writes + 1
    assert list(home.iterdir()) == []


def test_disk_full_is_seen_before_and_at_the_end(source, home, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(9, 9, 0))
        with pytest.raises(Refused, match="disk is full"):
            imported(source(), home)
    draft = imported(source.place, home)

    def fails(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(Refused, match="disk is full"):
        imported(source.place, home, width=16)
    assert list(home.iterdir()) == [draft.folder]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_no_right_to_write(source, home):
    home.mkdir(mode=0o500)
    with pytest.raises(Refused, match="can't be stored"):
        imported(source(), home)


def test_stop_midway(source, home):
    for k in range(100):
        (source.place / f"more{k}.png").write_bytes(encoded(photo(64, 64, seed=k)))
    job = importing.draft(str(source()), ImportSettings(), home)
    while "Reading" not in next(job).text:  # type: ignore[union-attr]  # progress is all it says
        pass
    assert any(home.iterdir())
    job.close()
    assert list(home.iterdir()) == []


def test_a_defect_leaves_nothing_either(source, home, monkeypatch):
    monkeypatch.setattr(importing, "_manifest", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        imported(source(), home)
    assert list(home.iterdir()) == []


def test_names_of_any_kind(home, tmp_path):
    names = ["a\nb.png", "ü ñ 漢.PNG", "<img src=x>.png", "x" * 200 + ".png"]
    place = folder(
        tmp_path / "names", {**GOOD, **{n: encoded(photo(seed=k)) for k, n in enumerate(names)}}
    )
    if os.name == "posix" and os.uname().sysname == "Linux":
        Path(os.fsdecode(os.fsencode(place) + b"/\xff\xfe.png")).write_bytes(encoded(photo(seed=7)))
    assert taken(place, home) == {}
