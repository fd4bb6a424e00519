"""Which draws better after the same seconds: our quick look of a family, or a public peer's code.

    python -m tests.bench.quality prepare noto SET             # once per set: pictures and judge
    ... a peer trains on SET/train and writes PNGs into PEERS/NAME (outside the repository) ...
    python -m tests.bench.quality ours SET OURS --family gan --seconds 300 --seeds 0 1 2
    python -m tests.bench.quality compare SET --peers PEERS --ours OURS --out GRIDS
    python -m tests.bench.quality score SET FOLDER...          # any folders of PNGs
    python -m tests.bench.quality show OURS OUT.png            # two rows of each family

Sets: noto, crawl, cifar (of ../shared/data), or any folder or zip. Pictures are 32 px, laid on
white, the same for both sides; 1,000 of them (or a fifth) are held out from both, and everything is
scored against these. Seconds are process CPU seconds on one thread, for both sides: those spent in
training steps; decoding, building and drawing do not count. `floor` is what other real pictures
score. Compare the `pace` in ours.json with that in peer.json: if the machine was slower for one
side (see pace.py), repeat that side. The full comparison is --seconds 600 --seeds 0 1 2 on all
three sets; a look in between, --seconds 60 --seeds 0. As many of ours are scored as the peer has
samples.
"""

import argparse
import itertools
import json
import shutil
import statistics
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import torch

from studio.core import latents, pictures
from studio.core import project as projects
from studio.core.metrics import own
from studio.core.metrics.scores import score
from studio.core.metrics.views import over
from tests.bench import trained
from tests.bench.trained import SHARED, Asked

SETS = {
    "noto": SHARED / "noto-emoji-72.zip",
    "crawl": SHARED / "crawl-tiles-32.zip",
    "cifar": SHARED / "cifar10-images.zip",
}
SIDE, HELD, SHARE = 32, 1000, 0.2
COUNT, WHITE = 1000, 255
GRID, COLUMNS = 100, 20
HIGHER = ("coverage", "precision", "recall", "density")
JUDGED = ("kid.own", "kid.random", "swd.32", "swd.16", "coverage")  # what the goal names
SHOWN = (*JUDGED, "frechet.own", "frechet.random", "precision", "recall", "density", "auc")
PEERS = {  # which peers do what which family does
    "gan": ("dcgan", "r3gan"),
    "vae": ("vae",),
    "vqvae": ("vqvae2",),
    "flow": ("glow",),
    "autoregressive": ("pixelcnnpp",),
    "diffusion": ("lucidrains", "diffusers"),
}
Values = Mapping[str, float | None]


def prepare(source: str, place: Path) -> None:
    """Write SET/train, SET/test (PNGs on white) and the judge that learned SET/train."""
    project = projects.create(place / "import.atelier")
    packed = trained.imported(project, str(SETS.get(source, source)), SIDE)
    straight = pictures.straighten(np.array(packed.pictures))
    white = rgb(straight)
    order = torch.randperm(len(white), generator=latents.rng(0)).numpy()
    held = min(HELD, round(SHARE * len(white)))
    for name, places in (("test", order[:held]), ("train", order[held:])):
        write(white[np.sort(places)], place / name)
    shutil.rmtree(project.folder)
    judge = trained.ended(own.learn(read(place / "train"), None))
    own.keep(judge, place, place.name)
    print(f"{place}: {len(white) - held} pictures to learn from, {held} to compare with")


def rgb(straight: np.ndarray) -> np.ndarray:
    """Return pictures uint8 [n, h, w, 3] of any channels, transparency laid on white."""
    if straight.shape[-1] == 4:
        return over(straight, WHITE)
    return np.repeat(straight, 3, -1) if straight.shape[-1] == 1 else straight


def write(many: np.ndarray, folder: Path) -> None:
    """Write pictures uint8 [n, h, w, c] as PNGs, in place of what was in the folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for k, picture in enumerate(many):
        pictures.save(picture, folder / f"{k:05d}.png")


def read(folder: Path, most: int | None = None) -> np.ndarray:
    """Return a folder's PNGs on white, uint8 [n, h, w, 3], in the order of their names."""
    files = sorted(folder.glob("*.png"))[:most]
    if not files:
        raise SystemExit(f"There are no PNGs in {folder}.")
    return np.stack([rgb(pictures.load(f)) for f in files])


def ours(place: Path, out: Path, words: argparse.Namespace) -> None:
    """Train families on SET/train for the seconds and seeds asked for; keep 1,000 samples each."""
    project = projects.open_or_create(out / "project.atelier")
    packed = trained.imported(project, str(place / "train"), SIDE)
    settings = dict(pair.split("=", 1) for pair in words.set)
    for family in words.family or PEERS:
        for seed in words.seeds:
            asked = Asked(family, words.preset, words.seconds, seed, settings=settings)
            done = trained.train(project, packed, asked)
            many, spent = trained.drawn(done, words.count)
            folder = out / f"{family}-{seed}"
            write(rgb(many), folder)
            about = {"family": family, "preset": words.preset, "seed": seed, "steps": done.steps}
            about |= {"seconds": done.seconds, "with_grids_and_saves": done.whole, "draw": spent}
            about["pace"] = round(statistics.median(done.paces), 1)
            (folder / "ours.json").write_text(json.dumps(about, indent=1))
            print({k: round(v, 1) if isinstance(v, float) else v for k, v in about.items()})


def scored(place: Path, folder: Path, most: int | None = None) -> tuple[Values, Values]:
    """Return (values, floors) of the samples in `folder` against SET/test."""
    test, other = read(place / "test"), read(place / "train", 4 * HELD)
    other = other[np.random.default_rng(0).permutation(len(other))[: len(test)]]
    judge = own.kept(place, place.name)
    if judge is None:
        raise SystemExit(f"{place} has no judge; prepare it again.")
    found = score(test, read(folder, most), other, judge)
    return found.values, {s.key: s.floor for s in found.scores}


def samples(folder: Path, name: str) -> list[Path]:
    """Return the folders of one peer or family, NAME or NAME-SEED, that hold pictures."""
    found = [folder / name, *sorted(folder.glob(f"{name}-[0-9]*"))]
    return [f for f in found if f.is_dir() and next(f.glob("*.png"), None)]


def count(folder: Path) -> int:
    """Return how many samples a folder holds."""
    return sum(1 for _ in folder.glob("*.png"))


def median(many: list[Values]) -> dict[str, float]:
    """Return the median over seeds of every score that has a value."""
    found: dict[str, list[float]] = {}
    for key, values in itertools.product(SHOWN, many):
        if (value := values.get(key)) is not None:
            found.setdefault(key, []).append(value)
    return {key: statistics.median(column) for key, column in found.items()}


def compare(place: Path, words: argparse.Namespace) -> None:
    """Print peer, ours and ratio per score for every pair there is, and who is ahead."""
    ahead = 0
    known: dict[str, tuple[int, dict[str, float]]] = {}
    pairs = list(matched(words.peers, words.ours))
    for family, peer, theirs, mine in pairs:
        most = min(map(count, theirs + mine))
        peers = [scored(place, folder, most) for folder in theirs]
        theirs_found = median([values for values, _ in peers])
        ours_found = median([scored(place, folder, most)[0] for folder in mine])
        print(f"\n{place.name}: ours {family} (seeds: {len(mine)}) against {peer}")
        print(f"(seeds: {len(theirs)}), {most} pictures each")
        ahead += table(theirs_found, ours_found, peers[0][1])
        for name, folder, found in (
            (peer, theirs[0], theirs_found),
            (f"ours {family}", mine[0], ours_found),
        ):
            grid(folder, words.out / f"{place.name}-{name.replace(' ', '-')}.png")
            known[name] = max(known.get(name, (0, {})), (most, found), key=lambda pair: pair[0])
    print(f"\nahead of the peer in most of {', '.join(JUDGED)}: {ahead} of {len(pairs)} pairs")
    ranking({name: found for name, (_, found) in known.items()})


def ranking(known: Mapping[str, Mapping[str, float]]) -> None:
    """Print everyone by the mean of their places in the scores that judge, best first."""
    keys = [key for key in JUDGED if all(key in found for found in known.values())]
    places = dict.fromkeys(known, 0.0)
    for key in keys:
        order = sorted(known, key=lambda name: known[name][key], reverse=key in HIGHER)
        for place, name in enumerate(order, 1):
            places[name] += place / len(keys)
    print(f"\n{'mean place':22}{'':>6}" + "".join(f"{key:>12}" for key in keys))
    for name in sorted(places, key=lambda name: places[name]):
        row = "".join(f"{known[name][key]:12.3g}" for key in keys)
        print(f"{name:22}{places[name]:6.1f}{row}")


def matched(theirs: Path, ours: Path) -> Iterator[tuple[str, str, list[Path], list[Path]]]:
    """Yield (family, peer, the peer's folders, our folders) where both have samples."""
    for family, names in PEERS.items():
        for peer in names:
            one, other = samples(theirs, peer), samples(ours, family)
            if one and other:
                yield family, peer, one, other


def table(peer: Mapping[str, float], our: Mapping[str, float], floor: Values) -> bool:
    """Print one comparison; tell whether ours is ahead in most of the scores that judge."""
    print(f"{'':16}{'peer':>10}{'ours':>10}{'ratio':>8}{'floor':>10}")
    wins = []
    for key in (k for k in SHOWN if k in peer and k in our):
        higher = key in HIGHER
        better = our[key] > peer[key] if higher else our[key] < peer[key]
        wins += [better] if key in JUDGED else []
        least = floor.get(key)
        shown = "" if least is None else f"{least:10.3g}"
        ratio = our[key] / peer[key] if peer[key] else float("nan")
        mark = " ahead" if better else ""
        way = "higher" if higher else "lower"
        print(f"{key:16}{peer[key]:10.3g}{our[key]:10.3g}{ratio:8.2f}{shown:>10} {way}{mark}")
    return 2 * sum(wins) > len(wins)


def grid(folder: Path, path: Path) -> None:
    """Write the first 100 samples of a folder as one PNG."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pictures.save(pictures.grid(read(folder, GRID), columns=10), path)


def show(folder: Path, path: Path) -> None:
    """Write the first samples of every family there is as one PNG, two rows each."""
    rows = [read(found[0], 2 * COLUMNS) for f in PEERS if (found := samples(folder, f))]
    pictures.save(pictures.grid(np.concatenate(rows), columns=COLUMNS), path)


def parsed() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    one = verbs.add_parser("prepare")
    one.add_argument("source")
    one.add_argument("place", type=Path)
    one = verbs.add_parser("ours")
    one.add_argument("place", type=Path)
    one.add_argument("out", type=Path)
    one.add_argument("--family", nargs="*", choices=PEERS)
    one.add_argument("--preset", default="quick")
    one.add_argument("--seconds", type=float, default=600)
    one.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    one.add_argument("--count", type=int, default=COUNT)
    one.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    one = verbs.add_parser("compare")
    one.add_argument("place", type=Path)
    one.add_argument("--peers", type=Path, required=True)
    one.add_argument("--ours", type=Path, required=True)
    one.add_argument("--out", type=Path, required=True)
    one = verbs.add_parser("score")
    one.add_argument("place", type=Path)
    one.add_argument("folders", type=Path, nargs="+")
    one = verbs.add_parser("show")
    one.add_argument("ours", type=Path)
    one.add_argument("out", type=Path)
    return parser.parse_args()


def main() -> None:
    """Do what the command line says."""
    words = parsed()
    torch.set_num_threads(1)
    if words.verb == "prepare":
        prepare(words.source, words.place)
    elif words.verb == "ours":
        ours(words.place, words.out, words)
    elif words.verb == "compare":
        compare(words.place, words)
    elif words.verb == "show":
        show(words.ours, words.out)
    else:
        for folder in words.folders:
            values, floors = scored(words.place, folder)
            print(f"\n{folder}, {count(folder)} pictures: value (floor)")
            for key in (k for k in SHOWN if values.get(k) is not None):
                print(f"  {key:16}{values[key]:10.3g}{floors[key]:10.3g}")
            grid(folder, folder.parent / f"{folder.name}.png")


if __name__ == "__main__":
    main()
