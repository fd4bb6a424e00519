"""Which pictures of a folder are restyled, and the file each goes to."""

from pathlib import Path

import pytest
from PIL import Image

from studio.core.events import Refused, finished
from studio.core.style import batch


def folder(root: Path, *names: str) -> Path:
    """A folder of small pictures, by their endings' kinds."""
    for name in names:
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (4, 4)).save(file, None if file.suffix else "PNG")
    return root


def goals(root: Path, out: Path) -> dict[str, str]:
    """Where each picture goes, both as names below their folders."""
    found = finished(batch.planned(root, out)).pairs
    return {
        source.relative_to(root).as_posix(): file.relative_to(out).as_posix()
        for source, file in found
    }


def test_the_tree_is_mirrored(tmp_path):
    root = folder(tmp_path / "in", "a.png", "b/c.jpg", "b/d/e.tif", ".hidden/x.png")
    assert goals(root, tmp_path / "out") == {
        name: name for name in ("a.png", "b/c.jpg", "b/d/e.tif")
    }


def test_kinds_that_are_not_written_become_png_without_a_collision(tmp_path):
    root = folder(tmp_path / "in", "a.png", "a.gif", "a.bmp", "a.gif.png", "plain")
    found = goals(root, tmp_path / "out")
    assert found["a.png"] == "a.png" and found["a.bmp"] == "a.bmp.png"
    assert found["a.gif.png"] == "a.gif.png" and found["a.gif"] == "a.gif-2.png"
    assert found["plain"] == "plain.png" and len(set(found.values())) == 5


def test_what_lies_in_out_already_is_no_content(tmp_path):
    root = folder(tmp_path / "in", "a.png", "out/a.png", "outer/b.png")
    assert set(goals(root, root / "out")) == {"a.png", "outer/b.png"}


def test_a_folder_within_its_target_is_read(tmp_path):
    root = folder(tmp_path / "in", "a.png")
    assert goals(root, tmp_path) == {"a.png": "a.png"}


def test_the_folder_itself_is_refused_by_any_name(tmp_path):
    root = folder(tmp_path / "in", "a.png")
    (tmp_path / "link").symlink_to(root)
    for out in (root, root / "b" / "..", tmp_path / "link"):
        with pytest.raises(Refused, match="another --out"):
            finished(batch.planned(root, out))


def test_links_are_told_apart_from_what_is_broken(tmp_path):
    root = folder(tmp_path / "in", "a.png")
    (root / "loop").symlink_to(root)
    (root / "gone.png").symlink_to("nothing.png")
    (root / "words.txt").write_text("none")
    found = finished(batch.planned(root, tmp_path / "out"))
    assert [name for name, _ in found.links] == ["gone.png", "loop"]
    assert not found.skipped and found.others == 1 and len(found.pairs) == 1


def test_a_file_keeps_its_ending_where_it_is_written():
    assert [batch.written_as(name) for name in ("a.JPG", "b.webp", "c.gif", "d")] == [
        "a.JPG",
        "b.webp",
        "c.gif.png",
        "d.png",
    ]
