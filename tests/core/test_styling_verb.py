"""`atelier style` from words to files: what is written, what is told, what is refused."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms
from typer.testing import CliRunner

from studio import __main__, cli, paths
from studio.core.events import finished
from studio.core.photographs.photograph import Photograph, open_photograph, save_photograph
from studio.core.style.look import Look, StylePicture
from studio.core.style.method import StyleSettings
from studio.core.style.methods import methods
from studio.core.style.presets import save_preset
from tests.core.style.conftest import scene

PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a photograph of 16 bits, a style and a mask, in which the user works."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(paths, "presets", lambda: tmp_path / "presets")
    deep = scene(48, 64, 0).astype(np.uint16) * 257
    save_photograph(Photograph(deep, PROFILE, exif()), tmp_path / "photo.tif")
    Image.fromarray(scene(48, 64, 0)).save("photo.png")
    Image.fromarray(scene(70, 56, 1)[..., ::-1]).save("style.png")
    Image.fromarray(mask()).save("mask.png")
    return tmp_path


def exif() -> bytes:
    """EXIF that names a maker."""
    words = Image.Exif()
    words[271] = "Camera"
    return words.tobytes().removeprefix(b"Exif\0\0")


def mask() -> np.ndarray:
    """White on the left half."""
    found = np.zeros((48, 64), np.uint8)
    found[:, :32] = 255
    return found


def style(*words: str, method: str | None = "colors", by: str | None = "style.png") -> int:
    """Run the verb; return its exit code."""
    more = [f"--method={method}"] * (method is not None) + [f"--style={by}"] * (by is not None)
    with pytest.raises(SystemExit) as ended:
        cli.app(["style", *words, *more])
    return int(ended.value.code or 0)


def printed(capsys: pytest.CaptureFixture[str], event: str = "result") -> list[dict[str, Any]]:
    """The JSON objects of a kind that were printed."""
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [line for line in lines if line["event"] == event]


def pixels(file: str) -> np.ndarray:
    """The pixels of a file."""
    return open_photograph(Path(file)).pixels


def test_depth_profile_and_exif_are_kept(capsys):
    before = Path("photo.tif").read_bytes()
    assert style("photo.tif", "--out=made.png") == 0
    assert "made.png: Colors, " in capsys.readouterr().out
    source, made = open_photograph(Path("photo.tif")), open_photograph(Path("made.png"))
    assert made.depth == 16 and made.profile == PROFILE and made.exif and b"Camera" in made.exif
    assert made.pixels.shape == source.pixels.shape
    assert np.abs(made.pixels.astype(int) - source.pixels).max() > 2000
    assert Path("photo.tif").read_bytes() == before


def test_alpha_and_what_is_not_masked_stay_to_the_bit():
    clear = np.full((48, 64, 1), 255, np.uint8)
    clear[:20] = np.linspace(0, 255, 64).astype(np.uint8)[:, None]
    whole = np.concatenate([scene(48, 64, 0), clear], -1)
    save_photograph(Photograph(whole), Path("clear.png"))
    assert style("clear.png", "--mask=mask.png", "--out=made.png") == 0
    made = pixels("made.png")
    assert np.array_equal(made[..., 3], whole[..., 3])
    assert np.array_equal(made[:, 32:], whole[:, 32:])
    assert np.array_equal(made[whole[..., 3] == 0], whole[whole[..., 3] == 0])
    assert not np.array_equal(made[20:, :32], whole[20:, :32])


def test_grey_becomes_color_and_its_profile_is_left_out(capsys):
    grey = scene(48, 64, 0)[..., :1].copy()
    profile = bytearray(PROFILE)
    profile[16:20] = b"GRAY"
    save_photograph(Photograph(grey, bytes(profile)), Path("grey.png"))
    assert style("grey.png", "--out=made.png", "--json") == 0
    assert "for greys" in printed(capsys)[0]["notes"][0]
    made = open_photograph(Path("made.png"))
    assert made.pixels.shape == (48, 64, 3) and made.profile is None
    assert style("grey.png", "--out=same.png", "--strength=0") == 0
    same = open_photograph(Path("same.png"))
    assert np.array_equal(same.pixels, grey) and same.profile == bytes(profile)


def test_what_was_done_is_told_in_json(capsys):
    words = ("--set=strength=0.5", "--seed=3", "--keep-colors", "--json")
    assert style("photo.png", "--out=made.png", *words) == 0
    (told,) = printed(capsys)
    assert (told["picture"], told["file"], told["method"]) == ("photo.png", "made.png", "colors")
    assert told["settings"] == {"strength": 0.5, "keep_colors": True, "seed": 3}
    assert told["seconds"] >= 0 and told["notes"] == []


def test_jpeg_is_told_of_where_something_was_to_stay(capsys):
    assert style("photo.png", "--out=all.jpg", "--json") == 0
    assert style("photo.png", "--out=some.jpg", "--mask=mask.png", "--json") == 0
    whole, masked = printed(capsys)
    assert whole["notes"] == [] and "outside the mask" in masked["notes"][0]


def test_without_a_method_a_style_means_patch(capsys):
    words = ("photo.png", "--out=made.png", "--strength=0", "--json")
    assert style(*words, method=None) == 0
    assert printed(capsys)[0]["method"] == "patch"
    assert style("photo.png", "--out=other.png", method=None, by=None) == 2
    told = capsys.readouterr().err
    assert "--style" in told and "pixel" in told and "colors" not in told


def test_british_spelling_is_understood(capsys):
    assert style("photo.png", "--out=made.png", method="colours") == 0
    known = "watercolor" in methods()
    found = style("photo.png", "--out=other.png", "--strength=0", method="watercolour", by=None)
    assert found == (0 if known else 2)


def test_weights_and_masks_belong_to_styles_in_order():
    Image.new("RGB", (20, 20), (250, 0, 0)).save("red.png")
    Image.new("RGB", (20, 20), (0, 0, 250)).save("blue.png")
    two = ["photo.png", "--style=red.png", "--style=blue.png"]
    for name, more in (
        ("redder", ["--weight=9", "--weight=1"]),
        ("bluer", ["--weight=1", "--weight=9"]),
        ("halves", ["--style-mask=-", "--style-mask=mask.png"]),
    ):
        assert style(*two, *more, f"--out={name}.png", by=None) == 0
    redder, bluer, halves = (
        pixels(f"{n}.png").astype(int)[..., 0] - pixels(f"{n}.png")[..., 2]
        for n in ("redder", "bluer", "halves")
    )
    assert redder.mean() > bluer.mean() + 50
    assert halves[:, 32:].mean() > halves[:, :32].mean() + 100


def test_presets_of_the_method_and_of_ones_own(capsys):
    assert style("photo.png", "--out=a.png", "--preset=TINTED", "--json") == 0
    assert printed(capsys)[0]["settings"]["strength"] == 0.5
    red = np.zeros((9, 9, 3), np.uint8)
    red[..., 0] = 250
    mine = Look("colors", StyleSettings(strength=0.75), (StylePicture(red),))
    finished(save_preset("My red", mine, red))
    words = ("photo.png", "--preset=my red", "--json")
    assert style(*words, "--out=b.png", method=None, by=None) == 0
    assert style(*words, "--out=c.png", "--strength=1", method=None) == 0
    own, changed = printed(capsys)
    assert (own["method"], own["settings"]["strength"]) == ("colors", 0.75)
    assert changed["settings"]["strength"] == 1
    assert pixels("b.png")[..., 0].mean() > pixels("c.png")[..., 0].mean() + 20


def test_controls_are_listed_with_their_ranges(capsys):
    for name, way in methods().items():
        with pytest.raises(SystemExit) as ended:
            cli.app(["style", f"--controls={name}"])
        assert not ended.value.code
        told = capsys.readouterr().out
        assert all(f"--set {control}=" in told for control in way.settings.model_fields)
        assert all(title in told for title in way.presets)
    with pytest.raises(SystemExit):
        cli.app(["style", "--controls=colors", "--json"])
    (found,) = printed(capsys, "controls")
    strength = found["controls"][0]
    assert (strength["name"], strength["range"], strength["default"]) == ("strength", "0 to 1", 1.0)
    assert found["presets"]["Tinted"] == {"strength": 0.5}


def test_a_style_is_seen_in_the_contents_colors():
    swapped = PROFILE.replace(b"rXYZ", b"tmp!", 1).replace(b"gXYZ", b"rXYZ", 1)
    swapped = swapped.replace(b"tmp!", b"gXYZ", 1)
    plain = Photograph(np.full((9, 9, 3), (200, 30, 30), np.uint8), swapped)  # it is green
    save_photograph(plain, Path("green.png"))
    assert style("photo.png", "--out=made.png", by="green.png") == 0
    made = pixels("made.png").reshape(-1, 3).mean(0)
    assert made[1] > made[0] + 100


def tree(root: Path) -> dict[str, bytes]:
    """Every file below a folder, without the records beside them."""
    return {
        file.relative_to(root).as_posix(): file.read_bytes()
        for file in sorted(root.rglob("*"))
        if file.is_file() and not file.is_symlink() and file.suffix != ".json"
    }


@pytest.fixture
def folder(here: Path) -> Path:
    """A tree of pictures of several kinds, one of them broken, and a file that is none."""
    root = here / "in"
    (root / "deep" / "er").mkdir(parents=True)
    picture = Image.fromarray(scene(24, 32, 0))
    for name in ("a.png", "a.jpg", "deep/b.webp", "deep/er/c.tif", "d.gif", "deep/B.PNG"):
        picture.save(root / name)
    (root / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    (root / "notes.txt").write_text("no picture")
    return root


def test_a_folder_is_mirrored_and_what_is_broken_is_told(folder, capsys):
    before = tree(folder)
    assert style("in", "--out=made/out", "--json") == 2
    told = capsys.readouterr()
    lines = [json.loads(line) for line in told.out.splitlines()]
    made = {line["file"] for line in lines if line["event"] == "result"}
    names = ["a.jpg", "a.png", "d.gif.png", "deep/B.PNG", "deep/b.webp", "deep/er/c.tif"]
    assert made == {f"made/out/{name}" for name in names}
    assert sorted(tree(Path("made/out"))) == sorted(names)
    (broken,) = [line for line in lines if line["event"] == "refused"]
    assert broken["picture"] == "in/broken.png" and "1 of 7 pictures" in told.err
    assert tree(folder) == before
    for name in names:
        assert pixels(f"made/out/{name}").shape == (24, 32, 3)


def test_a_fine_folder_ends_well_and_is_not_overwritten_unasked(folder, capsys):
    (folder / "broken.png").unlink()
    assert style("in", "--out=made") == 0
    first = tree(Path("made"))
    assert style("in", "--out=made", "--strength=0") == 2
    assert "6 of 6" in capsys.readouterr().err and tree(Path("made")) == first
    assert style("in", "--out=made", "--strength=0", "--overwrite") == 0
    assert tree(Path("made")) != first


def test_names_that_differ_in_case_only_do_not_collide(here):
    (here / "in").mkdir()
    for name, level in (("a.png", 10), ("A.png", 200), ("a.gif", 100), ("a.gif.png", 50)):
        Image.new("RGB", (8, 8), (level, level, level)).save(here / "in" / name)
    count = len(list((here / "in").iterdir()))  # fewer where case makes no difference
    assert style("in", "--out=made", "--strength=0") == 0
    made = list(Path("made").glob("*.png"))
    assert len({file.name.casefold() for file in made}) == len(made) == count


def test_out_inside_the_folder_is_not_eaten_again(folder):
    (folder / "broken.png").unlink()
    before = tree(folder)
    assert style("in", "--out=in/styled") == 0
    assert style("in", "--out=in/styled", "--overwrite") == 0
    after = tree(folder)
    assert {k: v for k, v in after.items() if not k.startswith("styled/")} == before
    assert len([name for name in after if name.startswith("styled/")]) == 6


@pytest.mark.parametrize("out", ["in", "in/", "in/deep/..", "./in", "link"])
def test_the_folder_itself_is_never_the_target(folder, out, capsys):
    Path("link").symlink_to("in")
    before = tree(folder)
    assert style("in", f"--out={out}", "--overwrite") == 2
    assert "another --out" in capsys.readouterr().err and tree(folder) == before


def test_links_are_not_followed_out_nor_round(folder, here, capsys):
    (folder / "broken.png").unlink()
    (folder / "deep" / "loop").symlink_to("..")
    (folder / "self").symlink_to("self")
    (folder / "outside.png").symlink_to(here / "photo.png")
    (folder / "inner.png").symlink_to("a.png")
    assert style("in", "--out=made") == 0
    told = capsys.readouterr().out
    assert all(word in told for word in ("loop", "self", "outside.png"))
    assert "inner.png" in tree(Path("made")) and len(tree(Path("made"))) == 7


def test_nothing_is_written_out_of_the_target_or_over_an_input(folder, here, capsys):
    (folder / "broken.png").unlink()
    (here / "elsewhere").mkdir()
    (here / "made").mkdir()
    (here / "made" / "deep").symlink_to(here / "elsewhere")
    assert style("in", "--out=made") == 2
    assert "3 of 6" in capsys.readouterr().err and not list((here / "elsewhere").iterdir())
    before = tree(folder)
    (here / "other").mkdir()
    (here / "other" / "deep").symlink_to(folder / "deep")
    assert style("in", "--out=other", "--overwrite") == 2
    assert tree(folder) == before


def test_a_parent_as_target_does_not_touch_what_is_read(here, capsys):
    inner = here / "in" / "in"
    inner.mkdir(parents=True)
    Image.fromarray(scene(20, 20, 0)).save(here / "in" / "x.png")
    Image.fromarray(scene(20, 20, 1)).save(inner / "x.png")
    before = tree(here / "in")
    assert style("in", "--out=.", "--overwrite") == 2
    assert "read for this itself" in capsys.readouterr().out
    assert tree(here / "in") == before and Path("x.png").exists()


def test_a_style_in_the_folder_is_not_written_over(folder):
    Image.open("style.png").save(folder / "style.png")
    (folder / "broken.png").unlink()
    before = tree(folder)
    assert style("in/a.png", "--out=in/style.png", "--overwrite", by="in/style.png") == 2
    os.link(folder / "style.png", folder / "same.png")
    assert style("in/a.png", "--out=in/same.png", "--overwrite", by="in/style.png") == 2
    (folder / "same.png").unlink()
    assert style("in", "--out=made", by="in/style.png") == 0
    assert tree(folder) == before


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root writes anywhere")
def test_a_folder_that_can_not_be_written_to_is_told_at_once(here, capsys):
    (here / "locked").mkdir(mode=0o500)
    assert style("photo.png", "--out=locked/made.png") == 2
    assert style("photo.png", "--out=locked/more/made.png") == 2
    assert capsys.readouterr().err.count("\n") == 2


def test_a_target_below_a_file_is_a_sentence(capsys):
    assert style("photo.png", "--out=style.png/made.png") == 2
    assert capsys.readouterr().err.startswith("atelier: ")
    Path("dir").mkdir()
    Image.open("photo.png").save("dir/a.png")
    assert style("dir", "--out=style.png/made") == 2
    assert style("dir", "--out=style.png") == 2


def test_the_same_file_in_and_out_is_asked_for():
    before = Path("photo.png").read_bytes()
    assert style("photo.png", "--out=photo.png") == 2
    assert Path("photo.png").read_bytes() == before
    assert style("photo.png", "--out=photo.png", "--overwrite") == 0
    assert Path("photo.png").read_bytes() != before


def test_a_folder_as_target_keeps_the_name():
    Path("made").mkdir()
    assert style("photo.png", "--out=made") == 0
    assert style("photo.tif", "--out=new/") == 0
    assert Path("made/photo.png").exists() and Path("new/photo.tif").exists()


def test_identical_pictures_are_fine():
    assert style("photo.png", "--out=made.png", by="photo.png") == 0
    assert np.abs(pixels("made.png").astype(int) - pixels("photo.png")).max() <= 1


BAD = [
    (["photo.png", "--method=colors", "--style=none.png"], "none.png"),
    (["none.png", "--method=colors", "--style=style.png"], "none.png"),
    (["broken.png", "--method=colors", "--style=style.png"], "broken.png"),
    (["photo.png", "--method=colors", "--style=broken.png"], "broken.png"),
    (["photo.png", "--method=colors"], "takes the style from a picture"),
    (["photo.png", "--method=pixel", "--style=style.png"], "needs no style"),
    (["photo.png", "--method=colors", *["--style=style.png"] * 5], "too many"),
    (["photo.png", "--method=colors", "--style=clear.png"], "transparent everywhere"),
    (["photo.png", "--method=colors", "--style=style.png", "--weight=0"], "above 0"),
    (["photo.png", "--method=colors", "--style=style.png", "--weight=nan"], "above 0"),
    (["photo.png", "--method=colors", "--style=style.png", "--weight=inf"], "above 0"),
    (["photo.png", "--method=colors", "--style=style.png", "--weight=-1"], "above 0"),
    (["photo.png", "--method=colors", "--style=style.png", *["--weight=1"] * 2], "2 --weight"),
    (["photo.png", "--method=colors", "--style=style.png", *["--style-mask=-"] * 2], "2 --style-"),
    (["photo.png", "--method=colors", "--style=style.png", "--mask=one.png"], "64×48"),
    (["photo.png", "--method=colors", "--style=style.png", "--style-mask=one.png"], "64×48"),
    (["photo.png", "--method=magic"], "'magic'"),
    (["photo.png", "--method=pixel", "--set=bristles=1"], "'bristles'"),
    (["photo.png", "--method=pixel", "--set=pixels"], "KEY=VALUE"),
    (["photo.png", "--method=pixel", "--set=pixels=many"], "'pixels'"),
    (["photo.png", "--method=pixel", "--strength=2"], "'strength'"),
    (["photo.png", "--method=pixel", "--scale=2"], "no scale"),
    (["photo.png", "--method=pixel", "--preset=Baroque"], "'Baroque'"),
    (["photo.png", "--preset=Baroque"], "'Baroque'"),
    (["photo.png", "--method=vgg", "--style=style.png"], "VGG19"),
    (["photo.png", "--method=pixel", "--out=made.bmp"], ".png, .tif, .webp or .jpg"),
    (["photo.tif", "--method=pixel", "--out=made.jpg"], "8 bits"),
    (["clear.png", "--method=pixel", "--out=made.jpg"], "no transparency"),
    (["empty", "--method=pixel", "--out=made"], "holds no pictures"),
    (["photo.png", "--method=pixel", "--mask=broken.png"], "broken.png"),
]


@pytest.mark.parametrize(("words", "told"), BAD)
def test_bad_words_are_one_sentence(here, capsys, words, told):
    Path("broken.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    Path("empty").mkdir()
    Image.new("RGBA", (30, 30)).save("clear.png")
    Image.new("L", (1, 1), 255).save("one.png")
    if "--method=vgg" in words and "vgg" not in methods():
        pytest.skip("the method that needs VGG19 is not there yet")
    before = tree(here)
    out = [] if any(word.startswith("--out") for word in words) else ["--out=made.png"]
    assert style(*words, *out, method=None, by=None) == 2
    error = capsys.readouterr().err
    assert told in error and error.startswith("atelier: ") and error.count("\n") == 1
    assert tree(here) == before


def test_no_words_say_what_is_missing(capsys):
    assert style(method=None, by=None) == 2
    assert "--out" in capsys.readouterr().err


def test_help_names_every_method_and_needs_nothing_heavy():
    result = CliRunner().invoke(cli.verbs, ["style", "--help"])
    assert all(name in result.output for name in methods())
    assert all(f"--{option}" in result.output for option in ("scale", "style-mask", "controls"))
    assert "style" in __main__.VERBS
