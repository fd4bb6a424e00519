"""Jobs of the export room: pictures opened once, laid out, written whole or not at all."""

from pathlib import Path

import numpy as np
import pytest
from export_scene import ROW, RowSettings, sprites
from PIL import Image

from studio.core.assets.kinds import kinds
from studio.core.events import Note, Refused, finished
from studio.core.project import create
from studio.core.provenance.stamping import record_of
from studio.gui import layouts
from studio.gui.layouts import Goal, Wish, about_copies, filmed, opened_pictures, previewed, written


def wish(found: list[Path], **asked: object) -> Wish:
    return Wish(ROW, finished(opened_pictures(found)), RowSettings(**asked), "row.row")  # type: ignore[arg-type]  # passed through


def test_folders_are_opened_by_natural_name_and_thumbnails_are_small(tmp_path: Path) -> None:
    sprites(tmp_path / "walk", 12)
    Image.new("RGB", (400, 200)).save(tmp_path / "large.png")
    picks = finished(opened_pictures([tmp_path / "walk", tmp_path / "large.png"]))
    assert [pick.item.name for pick in picks] == [*(f"walk-{k}" for k in range(12)), "large"]
    assert picks[-1].thumbnail.shape == (48, 96, 3) and picks[0].thumbnail.shape == (8, 8, 4)
    assert picks[2].path == tmp_path / "walk" / "walk-2.png"


def test_what_can_not_be_opened_is_left_out_with_a_word(tmp_path: Path) -> None:
    good, bad = sprites(tmp_path, 1)[0], tmp_path / "bad.png"
    bad.write_text("no picture")
    job = opened_pictures([bad, good])
    told = []
    while True:
        try:
            told.append(next(job))
        except StopIteration as ended:
            picks = ended.value
            break
    assert [pick.path for pick in picks] == [good]
    assert any(isinstance(event, Note) and "bad.png" in event.text for event in told)
    with pytest.raises(Refused):
        finished(opened_pictures([bad]))
    (tmp_path / "empty").mkdir()
    with pytest.raises(Refused, match="no picture to export"):
        finished(opened_pictures([tmp_path / "empty"]))


def test_more_than_memory_holds_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layouts, "ROOM", 3 * 8 * 8 * 4)
    assert len(finished(opened_pictures(sprites(tmp_path, 3)))) == 3
    with pytest.raises(Refused, match="choose fewer"):
        finished(opened_pictures(sprites(tmp_path, 5)))


def test_a_layout_holds_what_is_shown(tmp_path: Path) -> None:
    layout = finished(previewed(wish(sprites(tmp_path))))
    assert layout.preview.levels[0].shape == (8, 32, 4) and layout.facts["pivots"] == [[4, 8]]
    assert layout.film is not None and layout.film.shape == (4, 8, 8, 4)
    assert layout.film[3, 3, 3].tolist() == [195, 200, 60, 255], "blue first, as Qt paints"
    assert layout.before is None, "they were put side by side"
    alone = finished(previewed(wish(sprites(tmp_path, 1))))
    assert alone.before is not None and alone.before.levels[0].shape == (8, 8, 4)


def test_long_films_are_shrunk_to_be_played(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layouts, "FILM", 4 * 20 * 20)
    frames = np.full((16, 40, 20, 3), 90, np.uint8)
    film = finished(filmed(frames))
    assert film.shape == (16, 14, 7, 4) and film[0, 5, 5].tolist() == [90, 90, 90, 255]
    assert finished(filmed(frames[:1])).shape == (1, 40, 20, 4)


def test_an_export_is_written_whole(tmp_path: Path) -> None:
    asked, target = wish(sprites(tmp_path / "in")), tmp_path / "out" / "hero.row"
    found = finished(written(asked, Goal(target)))
    assert [path.name for path in found.paths] == ["hero.row", "row.json", "hero.row.json"]
    assert found.size == sum(path.stat().st_size for path in found.paths)
    with pytest.raises(Refused, match="there already"):
        finished(written(asked, Goal(target)))
    again = finished(written(asked, Goal(target, overwrite=True)))
    assert again.notes, "it says that files were replaced"


def test_where_it_came_from_is_left_out_if_asked(tmp_path: Path) -> None:
    picks = finished(opened_pictures(sprites(tmp_path / "in")))
    kind = kinds()["contact"]
    asked = Wish(kind, picks, kind.settings(), "a.png")
    quiet = finished(written(asked, Goal(tmp_path / "quiet.png", told=False)))
    assert [path.name for path in quiet.paths] == ["quiet.png"] and record_of(
        quiet.paths[0]
    ) is None
    told = finished(written(asked, Goal(tmp_path / "told.png")))
    found = record_of(told.paths[0])
    assert found is not None and found.title == "Contact sheet"
    sealed = finished(written(asked, Goal(tmp_path / "sealed.png", sealed=True)))
    assert b"c2pa" in sealed.paths[0].read_bytes() and b"c2pa" not in told.paths[0].read_bytes()


def test_a_project_keeps_what_it_does_about_copies(tmp_path: Path) -> None:
    project = create(tmp_path / "mine.atelier")
    assert finished(about_copies(project, None)) == "warn"
    assert finished(about_copies(project, "block")) == "block"
    assert finished(about_copies(project, None)) == "block"
    asked = wish(sprites(tmp_path / "in"))
    found = finished(written(asked, Goal(tmp_path / "a.row", project=project)))
    assert not found.notes, "no model drew these"


def test_a_stopped_export_leaves_nothing(tmp_path: Path) -> None:
    asked = wish(sprites(tmp_path / "in"))
    pulls = len(list(written(asked, Goal(tmp_path / "whole" / "a.row"))))
    assert pulls > 4
    for stop in range(1, pulls + 1):
        folder = tmp_path / f"stopped {stop}"
        folder.mkdir()
        job = written(asked, Goal(folder / "a.row"))
        for _ in range(stop):
            next(job)
        job.close()
        assert not list(folder.iterdir()), f"after pull {stop}"


def test_every_kind_there_is_lays_sprites_out(tmp_path: Path) -> None:
    picks = finished(opened_pictures(sprites(tmp_path, 3, side=32)))
    for kind in kinds().values():
        used = picks[: kind.most or None]
        layout = finished(previewed(Wish(kind, used, kind.settings(), f"a{kind.endings[0]}")))
        assert layout.product.words and layout.preview.levels[0].ndim == 3, kind.id


def test_maps_give_a_surface_that_can_be_lit(tmp_path: Path) -> None:
    rows, columns = np.mgrid[:64, :64]
    hill = (np.exp(-((rows - 32) ** 2 + (columns - 32) ** 2) / 200) * 255).astype(np.uint8)
    Image.fromarray(hill).save(tmp_path / "hill.png")
    kind, picks = kinds()["maps"], finished(opened_pictures([tmp_path / "hill.png"]))
    for green in ("opengl", "directx"):
        settings = kind.settings().updated({"green": green, "source": "height"})
        layout = finished(previewed(Wish(kind, picks, settings, "hill.png")))
        assert layout.surface is not None and layout.before is not None
        color, normals = layout.surface
        assert color.shape == (64, 64, 3) and abs(np.linalg.norm(normals, axis=2) - 1).max() < 1e-3
        assert normals[32, 20, 0] < -0.05 < 0.05 < normals[32, 44, 0], "away from the top"
        assert normals[20, 32, 1] < -0.05 < 0.05 < normals[44, 32, 1], green
