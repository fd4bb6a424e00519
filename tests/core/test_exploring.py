"""`atelier explore` from words to exit code: pictures that remember, films, directions, sheets."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from studio import cli
from studio.core import training
from studio.core.explore import kept as kept_pictures
from studio.core.explore.route import Key, Route
from tests.core import toys


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> Path:
    """A project with a VAE of a few steps and three classes, run 1, and a VQ-VAE, run 2."""
    project = toys.project(tmp_path_factory.mktemp("explored"))
    for family in ("vae", "vqvae"):
        asked = toys.request(family, 12)
        toys.finish(training.start(project, asked, toys.known(12)))
    return project.folder


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test works in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def explore(verb: str, project: Path, *words: str) -> int:
    """Run a verb on run 1 unless told otherwise; return the exit code."""
    chosen = [] if any(word.startswith("--run") for word in words) else ["--run=1"]
    with pytest.raises(SystemExit) as ended:
        cli.app(["explore", verb, str(project), *chosen, *words])
    return int(ended.value.code or 0)


def result(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """The JSON object printed last."""
    return json.loads(capsys.readouterr().out.splitlines()[-1])


def pixels(path: str | Path) -> np.ndarray:
    """The pixels of a file."""
    return np.asarray(Image.open(path)).astype(int)


def test_single_pictures_remember_their_place_and_are_drawn_again(trained, capsys):
    assert explore("sample", trained, "--seed=4", "--count=3", "--out=kept/", "--json") == 0
    told = result(capsys)
    assert (told["run"], told["step"], len(told["files"])) == (1, 12, 3)
    assert kept_pictures.read(Path("kept/sample-0002.png")).run == 1
    assert explore("sample", trained, "--seed=4", "--count=3", "--out=sheet.png") == 0
    kept, again = "kept/sample-0000.png", "again.png"
    assert np.array_equal(pixels("sheet.png")[:16, :16], pixels(kept))
    assert explore("sample", trained, f"--seed={kept}", f"--out={again}") == 0
    assert np.array_equal(pixels(again), pixels(kept))
    assert explore("sample", trained, f"--seed={kept}", "--truncation=0", "--out=calm.png") == 0
    assert kept_pictures.read(Path("calm.png")).place.truncation == 0
    assert (
        kept_pictures.read(Path("calm.png")).place.label
        == kept_pictures.read(Path(kept)).place.label
    )


def test_a_kept_picture_finds_its_model(trained, capsys):
    assert explore("sample", trained, "--count=1", "--out=kept.png") == 0
    capsys.readouterr()
    assert explore("sample", trained, "--run=2", "--seed=kept.png") == 2
    assert "was kept from vae" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        cli.app(["explore", "sample", str(trained), "--seed=kept.png", "--out=b.png", "--json"])
    assert result(capsys)["run"] == 1  # although run 2 is newer


@pytest.mark.parametrize(
    ("words", "frames"),
    [
        (["--seeds=1,2,3", "--frames=4", "--out=film.webp"], 9),
        (["--seeds=1,2,3", "--frames=4", "--closed", "--easing=hold", "--out=film.gif"], 12),
        (["--circle", "--seeds=5", "--frames=10", "--out=film.apng"], 10),
        (["--noise", "--frames=11", "--no-even", "--fps=10", "--once", "--out=film.webp"], 11),
        (["--run=2", "--circle", "--frames=3", "--out=film.webp"], 3),
    ],
)
def test_walks_are_films_of_the_asked_length(words, frames, trained, capsys):
    assert explore("walk", trained, *words, "--json") == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    told = lines[-1]
    fps = 10 if "--fps=10" in words else 24
    assert told["frames"] == frames and told["seconds"] == pytest.approx(frames / fps, abs=1e-3)
    with Image.open(told["files"][0]) as film:
        assert film.n_frames == frames and film.size == (16, 16)
    said = [line["text"] for line in lines if line["event"] == "note"]
    assert any("neighboring frames jump" in text for text in said) == ("--run=2" in words)


def test_a_walk_can_be_a_strip_numbered_pictures_or_a_video(trained, capsys):
    walk = ["--seeds=1,2", "--frames=4", "--label=b"]
    assert explore("walk", trained, *walk, "--out=strip.png", "--scale=2") == 0
    assert pixels("strip.png").shape == (32, 5 * 32, 4)
    assert explore("walk", trained, *walk, "--out=numbers/") == 0
    assert len(list(Path("numbers").iterdir())) == 5
    assert np.array_equal(pixels("numbers/0002.png"), pixels("strip.png")[::2, 32:64:2])
    assert explore("walk", trained, *walk, "--out=film.mp4", "--ground=#ff0000") == 0
    assert "laid over #ff0000" in capsys.readouterr().out
    assert explore("walk", trained, *walk) == 0
    assert Path("toy-run001-walk.webp").exists()  # the toys have alpha, which MP4 has not


def test_directions_are_found_once_named_used_and_drawn(trained, capsys):
    assert explore("directions", trained, "--count=3", "--out=sheet.png", "--json") == 0
    found = result(capsys)["directions"]
    assert 1 <= len(found) <= 3
    assert pixels("sheet.png").shape == (17 * len(found) - 1, 17 * 7 - 1, 4)
    first = found[0]["id"]
    assert explore("directions", trained, f"--rename={first}=My way", "--keep=my way") == 0
    assert f"{first}  My way  kept" in capsys.readouterr().out
    bent = ["--count=1", "--direction=My way=2.5", "--out=bent.png"]
    assert explore("sample", trained, *bent) == 0
    assert dict(kept_pictures.read(Path("bent.png")).place.sliders) == {first: 2.5}
    assert explore("sample", trained, "--seed=bent.png", "--out=again.png") == 0
    assert np.array_equal(pixels("again.png"), pixels("bent.png"))
    assert explore("directions", trained, "--delete=My way", "--json") == 0
    assert first not in [d["id"] for d in result(capsys)["directions"]]
    assert explore("sample", trained, "--seed=bent.png", "--out=still.png") == 0
    assert np.array_equal(pixels("still.png"), pixels("bent.png"))  # it brings its own


def test_children_and_planes_are_sheets(trained, capsys):
    assert explore("sample", trained, "--count=1", "--seed=3", "--out=kept.png") == 0
    assert explore("breed", trained, "--parents=kept.png,8", "--count=4", "--out=kids.png") == 0
    assert pixels("kids.png").shape == (33, 33, 4)
    copy = ["--parents=kept.png", "--distance=0", "--count=1", "--out=copy.png"]
    assert explore("breed", trained, *copy) == 0
    assert np.array_equal(pixels("copy.png"), pixels("kept.png"))
    size = ["--columns=3", "--rows=2", "--spacing=1", "--x=4"]
    assert explore("plane", trained, *size, "--out=plane/") == 0
    assert len(list(Path("plane").iterdir())) == 6
    assert explore("plane", trained, "--columns=3", "--rows=1", "--x=3", "--out=row.png") == 0
    assert np.array_equal(pixels("row.png")[:, 17:33], pixels("kept.png"))  # x = 3 is seed 3


def test_a_walk_follows_a_route_from_a_file(trained, capsys):
    for seed in (1, 2):
        assert explore("sample", trained, f"--seed={seed}", "--count=1", f"--out={seed}.png") == 0
    keys = tuple(Key(kept_pictures.read(Path(f"{k}.png")).place, 5, "hold") for k in (1, 2))
    Path("route.json").write_text(json.dumps(Route(keys, closed=True).to_json()))
    assert explore("walk", trained, "--route=route.json", "--out=film/") == 0
    assert len(list(Path("film").iterdir())) == 10
    assert np.array_equal(pixels("film/0006.png"), pixels("2.png"))
    Path("route.json").write_text("{")
    assert explore("walk", trained, "--route=route.json", "--out=film/") == 2
    assert "route.json is no route" in capsys.readouterr().err


def test_a_picture_of_ones_own_is_found_and_kept(trained, capsys):
    assert explore("sample", trained, "--seed=3", "--count=1", "--out=mine.png") == 0
    assert explore("invert", trained, "mine.png", "--seconds=1", "--json") == 0
    told = result(capsys)
    assert told["files"] == ["mine-found.png"] and told["psnr"] > 20 and told["fit"] > 0.3
    assert "Fits" in told["text"]
    assert explore("sample", trained, "--seed=mine-found.png", "--out=again.png") == 0
    assert np.array_equal(pixels("again.png"), pixels("mine-found.png"))
    Path("text.txt").write_text("no picture")
    assert explore("invert", trained, "text.txt", "--seconds=1") == 2
    assert "text.txt can't be looked for" in capsys.readouterr().err
    for wrong in ("-1", "0", "nan", "inf"):
        assert explore("invert", trained, "mine.png", f"--seconds={wrong}") == 2
        assert "take some more than 0" in capsys.readouterr().err


def test_mixtures_stand_between_what_they_are_made_of(trained, capsys):
    words = ["--base=1,2", "--other=3,4,5"]
    assert explore("mix", trained, *words, "--take=color", "--out=mix.png") == 0
    sheet = pixels("mix.png")
    assert sheet.shape == (3 * 17 - 1, 4 * 17 - 1, 4) and not sheet[:16, :16].any()
    assert explore("sample", trained, "--seed=2", "--count=1", "--out=two.png") == 0
    assert np.abs(sheet[34:, :16] - pixels("two.png")).max() <= 1
    assert explore("mix", trained, *words, "--take=color,shape", "--out=all/") == 0
    assert len(list(Path("all").iterdir())) == 6
    assert explore("mix", trained, *words, "--take=glitter") == 2
    assert "'glitter' is no depth of this model; take some of" in capsys.readouterr().err
    assert explore("mix", trained, "--run=2", *words, "--take=color") == 2
    assert "depths are: none" in capsys.readouterr().err


def test_a_map_is_drawn_and_a_spot_of_it_kept(trained, capsys):
    assert explore("map", trained, "--count=12", "--out=map.png", "--json") == 0
    told = result(capsys)
    assert (told["training"], told["samples"]) == (12, 12)
    assert pixels("map.png").shape[2] == 3
    spot = ["--count=12", "--at", "0.2", "0.9", "--out=spot.png", "--json"]
    assert explore("map", trained, *spot) == 0
    told = result(capsys)
    assert 0 <= told["typical"] <= 1 and told["text"]
    assert explore("sample", trained, "--seed=spot.png", "--out=again.png") == 0
    assert np.array_equal(pixels("again.png"), pixels("spot.png"))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["map", "--count=1"], "A map of 1 pictures"),
        (["map", "--count=4", "--out=map.jpg"], "is no PNG"),
        (["tag", "round", "--yes=1,2", "--no=3,4"], "2 samples are tagged yes"),
        (["tag", "round", "--yes=1,2"], "No seed is named"),
        (["invert", "nobody.png"], "nobody.png"),
        (["invert", "plain.png", "--out=found.jpg"], "is no PNG"),
        (["sample", "--seed=nobody.png"], "neither a seed nor the file"),
        (["sample", "--seed="], "No seed is named"),
        (["sample", "--seed=text.png"], "is no PNG"),
        (["sample", "--seed=plain.png"], "holds no place"),
        (["sample", "--count=0"], "Can't draw 0 pictures"),
        (["sample", "--label=zebra"], "no class 'zebra'; the classes are a, b, c"),
        (["sample", "--truncation=3"], "truncation of 3 is not between"),
        (["sample", "--truncation=nan"], "truncation nan is no number"),
        (["sample", "--direction=nothing=2"], "no direction 'nothing'"),
        (["sample", "--direction=nothing"], "'nothing' moves nothing"),
        (["sample", "--direction=x=99"], "sigmas from -6 to 6"),
        (["sample", "--out=sheet.jpg"], "is no PNG"),
        (["sample", "--run=9"], "has no run 9"),
        (["walk", "--out=film.avi"], "film.avi is no film"),
        (["walk", "--fps=0"], "'fps' does not accept 0"),
        (["walk", "--ground=red", "--out=a.gif"], "'red' is no color"),
        (["walk", "--seeds=1"], "A walk needs two places"),
        (["walk", "--circle", "--noise"], "not both"),
        (["walk", "--circle", "--radius=2"], "radius of 2"),
        (["walk", "--easing=bouncy"], "easing 'bouncy'"),
        (["walk", "--frames=0"], "lasts 0 frames"),
        (["directions", "--rename=nothing=x"], "no direction 'nothing'"),
        (["breed", "--distance=2"], "distance of 2"),
        (["breed", "--parents=1,2,3"], "one or two parents"),
        (["plane", "--columns=0"], "1 to 64 columns"),
    ],
)
def test_what_cannot_be_meant_is_one_sentence(words, sentence, trained, here, capsys):
    (here / "text.png").write_text("no picture")
    Image.new("RGB", (16, 16)).save(here / "plain.png")
    before = sorted(here.iterdir())
    assert explore(words[0], trained, *words[1:]) == 2
    said = capsys.readouterr().err
    assert sentence in said and len(said.splitlines()) == 1
    assert sorted(here.iterdir()) == before


def test_help_needs_no_torch():
    code = (
        "import sys\nfrom studio import cli\n"
        "try: cli.app(['explore', '--help'])\nexcept SystemExit: pass\n"
        "assert not {'torch', 'numpy', 'cv2'} & set(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert "walk" in done.stdout and "breed" in done.stdout
