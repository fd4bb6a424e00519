"""Bits per value of handwritten digits held out: how much a family knows about pictures.

    .venv/bin/python -m tests.bench.bits --minutes 5 [--models FAMILY:PRESET ...]
        [--test 2000] [--clock cpu]

Of the 10,000 pictures of MNIST's test file the first 8,000 are learned, without their labels, and
the last 2,000 are asked for (`--test 500` is a quicker look). Bits are those of 8-bit values:
"exact" where the family computes the likelihood itself, "bound" where it is at most that. A flow's
density is turned into bits by uniform dequantization, which costs it some. Minutes are process CPU
minutes on one thread (`--clock wall --threads 2` otherwise), those in training steps.
"""

import argparse
import gzip
import math
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

from studio.core import latents
from studio.core import project as projects
from studio.core.family import Likelihood
from studio.core.pictures import to_images
from tests.bench import trained
from tests.bench.trained import SHARED, Asked

SOURCE = SHARED / "mnist-t10k" / "t10k-images-idx3-ubyte.gz"
LEARNED, HEADER, SIDE = 8000, 16, 28
AT_ONCE = 50
BOUNDS = ("vae", "vqvae", "diffusion")  # the others say the likelihood itself
MODELS = ("flow:quick", "flow:glow", "autoregressive:pixelcnn", "vae:quick", "diffusion:quick")


def digits() -> np.ndarray:
    """Return MNIST's 10,000 test pictures, uint8 [n, 28, 28, 1]."""
    with gzip.open(SOURCE) as file:
        data = np.frombuffer(file.read(), np.uint8, offset=HEADER)
    return data.reshape(-1, SIDE, SIDE, 1)


def idx(many: np.ndarray, folder: Path) -> Path:
    """Write pictures as an idx file of images alone and return it."""
    path = folder / "digits-images-idx3-ubyte.gz"
    header = np.array([0x803, len(many), SIDE, SIDE], ">u4").tobytes()
    path.write_bytes(gzip.compress(header + many.tobytes(), 1))
    return path


@torch.no_grad()
def bits(model: Likelihood, many: np.ndarray) -> tuple[float, float]:
    """Return (mean, standard error) of the bits per value of pictures uint8 [n, h, w, 1]."""
    images = to_images(torch.from_numpy(many.copy()))
    found = [
        model.bits(part, None, latents.rng(0, k)) for k, part in enumerate(images.split(AT_ONCE))
    ]
    each = torch.cat(found)
    return float(each.mean()), float(each.std()) / math.sqrt(len(each))


def main() -> None:
    """Train each family and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--models", nargs="*", default=MODELS, metavar="FAMILY:PRESET")
    parser.add_argument("--test", type=int, default=2000)
    parser.add_argument("--clock", choices=("cpu", "wall"), default="cpu")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    words = parser.parse_args()
    known, unseen = np.split(digits(), [LEARNED])
    with tempfile.TemporaryDirectory() as folder:
        project = projects.create(Path(folder) / "digits.atelier")
        packed = trained.imported(project, str(idx(known, Path(folder))), SIDE)
        print(f"MNIST test file: {len(packed.pictures)} learned, {words.test} asked for")
        print(f"{'':26}{'minutes':>9}{'steps':>8}{'bits/value':>12}{'+-':>8}{'':>8}{'asking':>9}")
        for name in words.models:
            family, _, preset = name.partition(":")
            seconds = 60 * words.minutes
            asked = Asked(
                family, preset or "quick", seconds, words.seed, words.clock, words.threads, 0
            )
            done = trained.train(project, packed, asked)
            model = trained.model(done.run)
            if not isinstance(model, Likelihood):
                print(f"{name:26} knows no likelihood")
                continue
            begun = time.process_time()
            value, error = bits(model, unseen[: words.test])
            spent = time.process_time() - begun
            kind = "bound" if family in BOUNDS else "exact"
            print(
                f"{name:26}{done.seconds / 60:9.2f}{done.steps:8}{value:12.3f}{error:8.3f}"
                f"{kind:>8}{spent:7.0f} s",
                flush=True,
            )


if __name__ == "__main__":
    main()
