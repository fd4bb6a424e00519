"""Train quick looks as a user would and keep their grids: `python tests/slow/quick_look.py OUT`.

Look at OUT/*.png: the pictures must be recognizable. `--only sprites` trains one of the cases.
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path

DATA = Path(__file__).parents[2] / "../shared/data"
CASES = {  # name: data, family, minutes, more
    "digits": ("starter:digits", "vae", 0.5, ["--size", "28"]),
    "sprites": ("starter:sprites", "vae", 3.0, ["--size", "32"]),
    "sprites-gan": ("starter:sprites", "gan", 3.0, ["--size", "32"]),
    "crawl": (str(DATA / "crawl-tiles-32.zip"), "vae", 5.0, ["--size", "32"]),
    "crawl-gan": (str(DATA / "crawl-tiles-32.zip"), "gan", 5.0, ["--size", "32"]),
}


def atelier(*words: object) -> None:
    """Run the command line as a user does."""
    subprocess.run([sys.executable, "-m", "studio", *map(str, words)], check=True)


def quick_look(out: Path, name: str, more: list[str]) -> None:
    """Train one case for its minutes and draw 64 pictures into OUT/NAME.png."""
    data, family, minutes, own = CASES[name]
    project = out / f"{name}.atelier"
    start = time.monotonic()
    words = ["--project", project, "--family", family, "--preset", "quick", "--minutes", minutes]
    atelier("train", data, *words, *own, *more)
    atelier("sample", project, "--count", 64, "--out", out / f"{name}.png")
    print(f"{name}: {time.monotonic() - start:.0f} s in all, {out / name}.png")


def main() -> None:
    """Read the words and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--only", choices=CASES, action="append")
    parser.add_argument("more", nargs="*", help="further words for train, after --")
    words = parser.parse_args()
    words.out.mkdir(parents=True, exist_ok=True)
    for name in words.only or CASES:
        quick_look(words.out, name, words.more)


if __name__ == "__main__":
    main()
