"""Peers of style transfer, each pair in a process of its own, one thread.

    .venv/bin/python -m tests.bench.style_peers --peers FOLDER --cache CACHE [--side 256]
        [--only gpdm,gpnn,random_vgg] [--pairs tubingen-starry,...] [--steps 300]

FOLDER holds checkouts of the peers, which are never kept here: `gpdm` (ariel415el/GPDM, read at
27a5bf4) and `gpnn` (ariel415el/Efficient-GPNN, read at f575f76). Pictures go to CACHE as PNG and
what they took, with which settings and when, beside them as JSON; what is there already is kept.

GPDM: README's settings for style (start at the content, patches of 7, 64 projections, Adam .01, no
noise, pyramid .85, coarsest 256 or the content's height if that is less), but `--steps` a level:
300 are published. gpdm_quarter: the same from a quarter of the height, as 256 is of README's 1024;
it has more style and less content. GPNN: README's (patches of 7, alpha .005, pyramid .75 from half
the height, as 200 is of 400, no noise, exact neighbors by PyTorch), but `--iterations` a level: 10
are published.

--speed measures three of GPDM's steps on each level of 512 x 512, coarsest 256 as published, and
writes what 300 each take to CACHE/gpdm-speed.json: the whole run is more than an hour.
"""

import argparse
import importlib
import json
import subprocess
import sys
import time
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from tests.bench.style_cases import content, style

PAIRS = (
    *(("tubingen", "starry"), ("golden_gate", "starry"), ("tubingen", "shipwreck")),
    *(("coffee", "dabs"), ("astronaut", "tissue"), ("chelsea", "hatching")),
)
LIMIT = 3600  # seconds for one picture


def gpdm(asked: argparse.Namespace, content: Path, style: Path) -> np.ndarray:
    """Elnekave and Weiss 2022: patches' sliced Wasserstein distance minimized by Adam."""
    _stand_in("matplotlib", "matplotlib.pyplot")  # it plots nothing unless asked
    sys.path.insert(0, str(asked.peers / "gpdm"))
    peer, swd, files = (importlib.import_module(m) for m in ("GPDM", "patch_swd", "utils"))
    target = files.load_image(str(style))
    fine = files.load_image(str(content)).shape[-2]
    scales = files.get_pyramid_scales(fine, asked.coarsest or fine // 4, 0.85)
    made, _ = peer.generate(
        target,
        swd.PatchSWDLoss(patch_size=7, stride=1, num_proj=64, c=3),
        init_from=str(content),
        pyramid_scales=scales,
        lr=0.01,
        num_steps=asked.steps,
        device="cpu",
    )
    return _picture(made)


def gpdm_quarter(asked: argparse.Namespace, content: Path, style: Path) -> np.ndarray:
    """GPDM from a quarter of the content's height."""
    asked.coarsest = 0
    return gpdm(asked, content, style)


def gpdm_speed(asked: argparse.Namespace, content: Path, style: Path) -> dict[str, Any]:
    """Return GPDM's seconds of CPU for its published run, from three steps on each level."""
    _stand_in("matplotlib", "matplotlib.pyplot")
    sys.path.insert(0, str(asked.peers / "gpdm"))
    peer, swd, files = (importlib.import_module(m) for m in ("GPDM", "patch_swd", "utils"))
    target, loss = files.load_image(str(style)), swd.PatchSWDLoss(7, 1, 64)
    each: dict[int, float] = {}
    for scale in files.get_pyramid_scales(512, asked.coarsest, 0.85):
        begun = time.process_time()
        peer.generate(target, loss, str(content), [scale], num_steps=3, device="cpu")
        each[scale] = (time.process_time() - begun) / 3
    date = time.strftime("%Y-%m-%d %H:%M")
    return {"seconds": 300 * sum(each.values()), "step": each, "date": date}


def gpnn(asked: argparse.Namespace, content: Path, style: Path) -> np.ndarray:
    """Granot et al. 2022: every patch replaced by its nearest in the style, coarse to fine."""
    _stand_in("faiss")  # only its approximate search needs it
    sys.path.insert(0, str(asked.peers / "gpnn"))
    peer, near, files = (
        importlib.import_module(m) for m in ("GPNN", "utils.NN_modules", "utils.image")
    )
    target = files.load_image(str(style))
    fine = files.load_image(str(content)).shape[-2]
    made = peer.generate(
        target,
        near.PytorchNNLowMemory(alpha=0.005),
        init_from=str(content),
        pyramid_scales=files.get_pyramid_scales(fine, fine // 2, 0.75),
        num_iters=asked.iterations,
        initial_level_num_iters=1,
        keys_blur_factor=0.75,
    )
    return _picture(made)


def random_vgg(asked: argparse.Namespace, content: Path, style: Path) -> np.ndarray:
    """Gatys et al. 2016 on a VGG19 of random weights (He et al. 2016)."""
    own = importlib.import_module("tests.bench.style_random_vgg")
    return own.restyle(_read(content), _read(style))


Peer = Callable[[argparse.Namespace, Path, Path], np.ndarray]
PEERS: dict[str, Peer] = {
    "gpdm": gpdm,
    "gpdm_quarter": gpdm_quarter,
    "gpnn": gpnn,
    "random_vgg": random_vgg,
}


def cached(cache: Path, peer: str, pair: tuple[str, str], side: int) -> Path:
    """Return where a peer's picture of a pair lies, whether or not it is there."""
    return cache / str(side) / f"{peer}-{pair[0]}-{pair[1]}.png"


def facts(picture: Path) -> dict[str, Any]:
    """Return what is known of a cached picture: cpu and wall seconds, date, settings."""
    return json.loads(picture.with_suffix(".json").read_text())


def _stand_in(*names: str) -> None:
    """Let a peer import modules that this Python lacks and that its style transfer never calls."""
    for name in names:
        sys.modules[name] = types.ModuleType(name)
        parent, _, child = name.rpartition(".")
        if parent:
            setattr(sys.modules[parent], child, sys.modules[name])


def _read(file: Path) -> np.ndarray:
    return np.asarray(Image.open(file).convert("RGB"))


def _picture(made: Any) -> np.ndarray:
    """Return a tensor [1, 3, h, w] in [-1, 1] as uint8 [h, w, 3]."""
    colors = made[0].permute(1, 2, 0).numpy() / 2 + 0.5
    return np.rint(np.clip(colors, 0, 1) * 255).astype(np.uint8)


def one(asked: argparse.Namespace, peer: str, pair: tuple[str, str]) -> None:
    """Make one picture in this process and write it with its facts."""
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(0)
    target = cached(asked.cache, peer, pair, asked.side)
    target.parent.mkdir(parents=True, exist_ok=True)
    inputs = [target.with_name(f"{kind}-{name}.png") for kind, name in zip("cs", pair, strict=True)]
    for file, made in zip(
        inputs, (content(pair[0], asked.side), style(pair[1], asked.side)), strict=True
    ):
        Image.fromarray(made).save(file)
    if asked.speed:
        known = gpdm_speed(asked, *inputs)
        print(known)
        (asked.cache / "gpdm-speed.json").write_text(json.dumps(known))
        return
    cpu, wall = time.process_time(), time.perf_counter()
    picture = PEERS[peer](asked, *inputs)
    known = {
        "cpu": time.process_time() - cpu,
        "wall": time.perf_counter() - wall,
        "date": time.strftime("%Y-%m-%d %H:%M"),
        "steps": asked.steps,
        "iterations": asked.iterations,
    }
    target.with_suffix(".json").write_text(json.dumps(known))
    Image.fromarray(picture).save(target)


def main() -> None:
    """Make what the cache lacks, pair by pair, each in a fresh process."""
    parser = argparse.ArgumentParser(description="Make the peers' pictures.")
    parser.add_argument("--peers", type=Path, required=True)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--side", type=int, default=256)
    parser.add_argument("--only", default=",".join(PEERS))
    parser.add_argument("--pairs", default=",".join("-".join(pair) for pair in PAIRS))
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--iterations", type=int, default=10)
    parser.add_argument("--coarsest", type=int, default=256)
    parser.add_argument("--here", action="store_true", help="in this process")
    parser.add_argument("--speed", action="store_true")
    asked = parser.parse_args()
    if asked.speed:
        asked.side = 512
        one(asked, "gpdm", ("astronaut", "tissue"))
        return
    for text in asked.pairs.split(","):
        first, second = text.split("-")
        for peer in asked.only.split(","):
            if asked.here:
                one(asked, peer, (first, second))
            elif not cached(asked.cache, peer, (first, second), asked.side).exists():
                given = [*sys.argv[1:], "--only", peer, "--pairs", text, "--here"]
                command = [sys.executable, "-m", "tests.bench.style_peers", *given]
                subprocess.run(command, check=False, timeout=LIMIT)


if __name__ == "__main__":
    main()
