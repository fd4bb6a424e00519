"""Train all seven GAN losses and all seven presets on MNIST: `python tests/slow/gan_table.py OUT`.

Look at OUT/*.png: every one must show digits. About 5 minutes each; `--minutes` changes that.
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path

DATA = Path(__file__).parents[2] / "../shared/data/mnist-t10k"
LOSSES = ("saturating", "non-saturating", "lsgan", "hinge", "wgan-gp", "r1", "relativistic")
SIDES = {"dcgan-64": 32}  # its network at the side that fits digits
PRESETS = ("quick", "standard", "best", "light", "mlp-784", "dcgan-28", "dcgan-64")
WGAN = ["--set", "judge_rate=4e-4", "--set", "beta1=0"]


def cases() -> dict[str, list[str]]:
    """Return the words of `atelier train` for every case: the losses all on one small network."""
    small = ["--preset", "mlp-784", "--size", "28"]
    losses = {f"loss-{k}": [*small, "--set", f"loss={k}"] for k in LOSSES}
    presets = {f"preset-{k}": ["--preset", k, "--size", str(SIDES.get(k, 28))] for k in PRESETS}
    losses["loss-wgan-gp"] += WGAN
    return losses | presets


def train(out: Path, name: str, words: list[str], length: list[str]) -> None:
    """Train one case and draw 64 digits into OUT/NAME.png."""
    project = out / f"{name}.atelier"
    atelier = [sys.executable, "-m", "studio"]
    start = time.monotonic()
    data = ["train", str(DATA), "--project", str(project), "--family", "gan"]
    subprocess.run([*atelier, *data, *words, *length], check=True)
    grid = ["sample", str(project), "--count", "64", "--out", str(out / f"{name}.png")]
    subprocess.run([*atelier, *grid], check=True)
    print(f"{name}: {time.monotonic() - start:.0f} s, {out / name}.png")


def main() -> None:
    """Read the words and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--minutes", default="5")
    parser.add_argument("--only", choices=cases(), action="append")
    words = parser.parse_args()
    words.out.mkdir(parents=True, exist_ok=True)
    for name, own in cases().items():
        if not words.only or name in words.only:
            train(words.out, name, own, ["--minutes", words.minutes])


if __name__ == "__main__":
    main()
