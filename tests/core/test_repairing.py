"""`atelier repair` from words to files: what is written, what is told, what is refused."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms
from typer.testing import CliRunner

from studio import __main__, cli
from studio.core import training
from studio.core.photographs.photograph import Photograph, open_photograph, save_photograph
from studio.core.repair import repairing
from studio.core.repair.request import RepairSettings
from tests.core import toys
from tests.core.repair.test_repairing import picture

PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with pictures and a mask of a scratch and a box, in which the user works."""
    monkeypatch.chdir(tmp_path)
    save_photograph(Photograph(picture(60, 80, 3, 16), PROFILE), tmp_path / "photo.tif")
    Image.fromarray(np.asarray(picture(60, 80))).save(tmp_path / "other.png")
    Image.fromarray(mask()).save(tmp_path / "mask.png")
    return tmp_path


def mask(h: int = 60, w: int = 80) -> np.ndarray:
    """A scratch and a box."""
    found = np.zeros((h, w), np.uint8)
    found[10:12] = found[30:50, 20:40] = 255
    return found


def repair(*words: str, method: str = "telea") -> int:
    """Run the verb; return its exit code."""
    with pytest.raises(SystemExit) as ended:
        cli.app(["repair", *words, f"--method={method}"])
    return int(ended.value.code or 0)


def results(capsys: pytest.CaptureFixture[str], event: str = "result") -> list[dict[str, Any]]:
    """The JSON objects of a kind that were printed."""
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [line for line in lines if line["event"] == event]


def test_a_picture_is_repaired_beside_itself_and_the_file_is_checked(here, capsys):
    before = (here / "photo.tif").read_bytes()
    assert repair("photo.tif", "--mask=mask.png") == 0
    told = capsys.readouterr().out
    assert "2 holes, thin and thick, 560 pixels" in told
    assert "photo-repaired.png: Telea" in told
    assert "pixels outside the mask: identical (checked)" in told
    source, result = (
        open_photograph(here / "photo.tif"),
        open_photograph(here / "photo-repaired.png"),
    )
    assert result.depth == 16 and result.profile == PROFILE
    assert np.array_equal(result.pixels[mask() == 0], source.pixels[mask() == 0])
    assert not np.array_equal(result.pixels, source.pixels)
    assert (here / "photo.tif").read_bytes() == before


def test_candidates_are_numbered_and_told_in_json(here, capsys):
    asked = ("photo.tif", "--mask=mask.png", "--candidates=3", "--out=made/a.tif", "--json")
    assert repair(*asked, method="patch") == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    told = lines.pop()
    assert {line["event"] for line in lines} == {"progress"} and len(lines) < 500
    assert (told["holes"], told["masked"], told["kinds"]) == (2, 560, ["thin", "thick"])
    files = [each["file"] for each in told["candidates"]]
    assert files == [f"made/a-{k + 1}.tif" for k in range(len(files))] and len(files) > 1
    assert all(each["outside"] == 0 and each["method"] == "patch" for each in told["candidates"])
    assert all(Path(file).exists() for file in files)


def test_a_batch_goes_on_over_what_is_bad(here, capsys):
    Image.new("RGB", (9, 9)).save("small.png")
    Path("broken.png").write_bytes(b"nothing")
    names = ("other.png", "small.png", "broken.png", "gone.png", "photo.tif")
    assert repair(*names, "--mask=mask.png", "--out=made/", "--json") == 2
    printed = capsys.readouterr()
    lines = [json.loads(line) for line in printed.out.splitlines()]
    refused = {line["picture"]: line["text"] for line in lines if line["event"] == "refused"}
    assert set(refused) == {"small.png", "broken.png", "gone.png"}
    assert "9×9" in refused["small.png"] and "80×60" in refused["small.png"]
    assert "3 of 5 pictures were not repaired" in printed.err
    assert sorted(f.name for f in Path("made").glob("*.png")) == [
        "other-repaired.png",
        "photo-repaired.png",
    ]


def test_nothing_is_overwritten_unasked(here, capsys):
    assert repair("other.png", "--mask=mask.png") == 0
    assert repair("other.png", "--mask=mask.png") == 2
    assert "--overwrite" in capsys.readouterr().err
    assert repair("other.png", "--mask=mask.png", "--out=other.png") == 2
    assert repair("other.png", "--mask=mask.png", "--out=other.png", "--overwrite") == 0
    result = open_photograph(here / "other.png").pixels
    assert np.array_equal(result[mask() == 0], picture(60, 80)[mask() == 0])


def test_grown_and_feathered_masks_reach_farther(here):
    changed = {}
    source = open_photograph(here / "other.png").pixels
    for name, more in (("plain", []), ("grown", ["--grow=4"]), ("soft", ["--feather=2"])):
        assert repair("other.png", "--mask=mask.png", f"--out={name}.png", *more) == 0
        result = open_photograph(here / f"{name}.png").pixels
        changed[name] = int((result != source).any(-1)[mask() == 0].sum())
    assert changed["plain"] == 0 < min(changed["grown"], changed["soft"])


def test_where_texture_may_come_from(here, capsys):
    seen: list[np.ndarray | None] = []
    region = np.zeros((60, 80), np.uint8)
    region[:, 60:] = 255
    Image.fromarray(region).save("region.png")
    real = repairing.repair

    def spied(pixels, hole, settings, allowed=None, model=None):
        seen.append(allowed)
        return real(pixels, hole, settings, allowed, model)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(repairing, "repair", spied)
        assert repair("other.png", "--mask=mask.png", "--allow=region.png") == 0
    assert seen[0] is not None and np.array_equal(seen[0], region > 0)


def test_other_formats_and_the_truth_about_jpeg(here, capsys):
    assert repair("other.png", "--mask=mask.png", "--out=a.webp", "--json") == 0
    assert repair("other.png", "--mask=mask.png", "--out=a.jpg", "--json") == 0
    webp, jpeg = results(capsys)
    assert webp["candidates"][0]["outside"] == 0 and not webp["notes"]
    assert jpeg["candidates"][0]["outside"] > 0 and "outside the mask" in jpeg["notes"][0]
    grey = picture(60, 80, 1)
    Image.fromarray(grey[..., 0]).save("grey.png")
    assert repair("grey.png", "--mask=mask.png", "--out=grey.webp", "--json") == 0
    assert results(capsys)[0]["candidates"][0]["outside"] == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["other.png", "--mask=none.png"], "none.png"),
        (["other.png", "--mask=mask.png", "--out=a.bmp"], ".png, .tif, .webp or .jpg"),
        (["photo.tif", "--mask=mask.png", "--out=a.webp"], "8 bits"),
        (["other.png", "photo.tif", "--mask=mask.png", "--out=a.png"], "--out FOLDER/"),
        (["other.png", "--mask=mask.png", "--candidates=9"], "candidates"),
        (["other.png", "--mask=mask.png", "--grow=-1"], "--grow"),
        (["other.png", "--mask=mask.png", "--run=1"], "--project"),
        (["other.png", "--mask=mask.png", "--project=none"], "not an Atelier project"),
        (["other.png", "--mask=black.png"], "mask is empty"),
        (["other.png", "--mask=white.png"], "Everything is masked"),
        (["one.png", "--mask=one.png"], "Everything is masked"),
        (["moving.gif", "--mask=mask.png"], "2 frames"),
    ],
)
def test_bad_words_are_one_sentence(here, capsys, words, told):
    for name, level in (("black", 0), ("white", 255)):
        Image.new("L", (80, 60), level).save(f"{name}.png")
    Image.new("L", (1, 1), 255).save("one.png")
    frames = [Image.new("RGB", (80, 60), color) for color in ("red", "blue")]
    frames[0].save("moving.gif", save_all=True, append_images=frames[1:])
    before = {file: file.read_bytes() for file in here.iterdir()}
    assert repair(*words) == 2
    error = capsys.readouterr().err
    assert told in error and error.startswith("atelier: ") and error.count("\n") == 1
    assert {file: file.read_bytes() for file in here.iterdir()} == before


def test_an_unknown_method_names_the_known_ones(capsys):
    assert repair("other.png", "--mask=mask.png", method="magic") == 2
    assert "'telea'" in capsys.readouterr().err


def test_the_options_are_those_of_the_settings():
    names = {name.replace("_", "-") for name in RepairSettings.model_fields}
    result = CliRunner().invoke(cli.verbs, ["repair", "--help"])
    assert all(f"--{name}" in result.output for name in names)
    methods = RepairSettings.model_json_schema()["properties"]["method"]["enum"]
    assert all(method in result.output for method in methods)
    assert "repair" in __main__.VERBS


def test_the_users_own_model_fills(tmp_path, capsys):
    project = toys.project(tmp_path)
    toys.finish(training.start(project, toys.request("vae", 6), toys.known(6)))
    words = ("other.png", "--mask=mask.png", f"--project={project.folder}", "--json")
    assert repair(*words, method="model") == 0
    (told,) = results(capsys)
    assert told["candidates"][0]["method"] == "model" and told["candidates"][0]["outside"] == 0
