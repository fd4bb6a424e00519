"""Fit the trees that tell copies from siblings, on emoji, starter sprites and public photographs.

    python tests/slow/fit_sameness.py

Copies are planted as in tests/bench/near_duplicates.py, whose own pictures are not used here.
Writes studio/core/data/sameness_trees.py. Takes some minutes.
"""

import io
import sys
import zipfile
from pathlib import Path

import cv2
import numpy as np
from PIL import Image
from skimage import data
from sklearn.ensemble import HistGradientBoostingClassifier

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from studio.core.data import likeness, sprites  # noqa: E402 - the script runs from any folder
from studio.core.data.sameness import SIDE, SIGNS  # noqa: E402 - as above
from studio.core.events import finished  # noqa: E402 - as above
from tests.bench import near_duplicates as bench  # noqa: E402 - as above

TREES, RATE, SEED, COPIES = 60, 0.2, 5, 960
TARGET = ROOT / "studio/core/data/sameness_trees.py"


def emoji() -> list[np.ndarray]:
    """Return the emoji, premultiplied uint8 [72, 72, 4]."""
    with zipfile.ZipFile(bench.DATA / "noto-emoji-72.zip") as archive:
        names = [name for name in archive.namelist() if name.endswith(".png")]
        images = [Image.open(io.BytesIO(archive.read(name))).convert("RGBA") for name in names]
    return [premultiplied(np.asarray(image.resize((72, 72)))) for image in images]


def premultiplied(row: np.ndarray) -> np.ndarray:
    """Return a picture uint8 [h, w, 4] with its colors times its alpha."""
    wide = row.astype(np.uint16)
    return np.concatenate([wide[..., :3] * wide[..., 3:] // 255, wide[..., 3:]], -1).astype(
        np.uint8
    )


def pixelated(row: np.ndarray, side: int, rng: np.random.Generator) -> np.ndarray:
    """Return pixel art of a picture: few colors, hard edges, at times dark, somewhere in 32×32."""
    small = cv2.resize(row, (side, side), interpolation=cv2.INTER_NEAREST)
    filled = small[..., 3:] > 127
    color = small[..., :3] // 24 * 24 * filled * rng.uniform(0.35, 1)
    found = np.zeros((SIDE, SIDE, 4), np.uint8)
    free = SIDE - side
    down, across = (int(rng.choice(np.array([0, free, rng.integers(0, free + 1)]))) for _ in "yx")
    found[down : down + side, across : across + side] = np.concatenate([color, filled * 255], -1)
    return found


def photographs() -> list[np.ndarray]:
    """Return cuts of scikit-image's photographs at three sizes, uint8 [32, 32, 3]."""
    found = []
    for image in (data.astronaut(), data.coffee(), data.chelsea(), data.rocket()):
        for factor in (1, 1 / 2, 1 / 3):
            sized = cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
            for y in range(0, sized.shape[0] - SIDE, 37):
                found += [
                    sized[y : y + SIDE, x : x + SIDE] for x in range(0, sized.shape[1] - SIDE, 41)
                ]
    return found


def sets() -> list[np.ndarray]:
    """Return sets of different pictures uint8 [n, 32, 32, c], with alpha and on black."""
    rng, whole = np.random.default_rng(SEED), emoji()
    clear = [
        [cv2.resize(row, (SIDE, SIDE), interpolation=cv2.INTER_AREA) for row in whole],
        [pixelated(row, SIDE, rng) for row in whole],
        [pixelated(row, int(rng.integers(8, 24)), rng) for row in whole],
        [row[20:52, 20:52] for row in whole],
        [premultiplied(sprites.draw(sprites.factors(0, k))) for k in range(2400)],
    ]
    flat = [[row[..., :3] for row in rows] for rows in clear]
    return [different(rows) for rows in (*clear, *flat, photographs())]


def different(rows: list[np.ndarray]) -> np.ndarray:
    """Return each picture once."""
    return np.stack(list({row.tobytes(): np.ascontiguousarray(row) for row in rows}.values()))


def examples(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return signs of pairs and whether they are copies; pairs that pixels confirm are left out."""
    rng = np.random.default_rng(SEED)
    pick = rng.permutation(np.flatnonzero(bench.worth(rows)))[:COPIES]
    copies = [bench.planted(rows[p], bench.KINDS[k % 12], rng) for k, p in enumerate(pick)]
    both = different([*rows, *copies])
    origin = {copy.tobytes(): p for copy, p in zip(copies, pick, strict=True)}
    source = np.array([origin.get(row.tobytes(), -1) for row in both])
    source[: len(rows)] = -1
    first, second, signs = finished(likeness.pairs(both))
    same = (source[second] == first) & (second >= len(rows))
    roots = np.where(source >= 0, source, np.arange(len(both)))
    clear = [
        bool(yes) or not near_as_such(both[roots[a]], both[roots[b]])
        for a, b, yes in zip(first, second, same, strict=True)
    ]
    return signs[clear], same[clear]


def near_as_such(a: np.ndarray, b: np.ndarray) -> bool:
    """Tell whether pictures are the same one, not shifted, in one of the four mirrors."""
    turns = (b, b[::-1], b[:, ::-1], b[::-1, ::-1])
    return any(bench._same(a.astype(np.float32), turn.astype(np.float32)) for turn in turns)


def written(model: HistGradientBoostingClassifier) -> str:
    """Return the module that holds the model's trees."""
    lines = [
        '"""Fitted by tests/slow/fit_sameness.py: trees that tell copies from siblings."""',
        "",
        f"BASE = {float(np.ravel(model._baseline_prediction)[0]):.4f}",
        "# root, its cut; then for both sides: sign, cut, what is added up to it and above it",
        "TREES = (",
    ]
    for (predictor,) in model._predictors:
        nodes = predictor.nodes
        sides = [side(nodes, nodes[0][way]) for way in ("left", "right")]
        lines.append(f"    ({cut(nodes[0])}, {sides[0]}, {sides[1]}),")
    return "\n".join([*lines, ")", ""])


def cut(node: np.void) -> str:
    """Return a node's sign and where it cuts."""
    return f"({node['feature_idx']}, {node['num_threshold']:.4f})"


def side(nodes: np.ndarray, number: int) -> str:
    """Return one side of a tree."""
    node = nodes[number]
    if node["is_leaf"]:
        return f"(0, 0.0, {node['value']:.4f}, {node['value']:.4f})"
    low, high = nodes[node["left"]]["value"], nodes[node["right"]]["value"]
    return f"({node['feature_idx']}, {node['num_threshold']:.4f}, {low:.4f}, {high:.4f})"


def main() -> None:
    """Fit, write."""
    found = []
    for rows in sets():
        found.append(examples(rows))
        print(len(rows), len(found[-1][1]), found[-1][1].sum(), flush=True)
    signs, same = (np.concatenate(part) for part in zip(*found, strict=True))
    model = HistGradientBoostingClassifier(
        max_iter=TREES, max_leaf_nodes=4, max_depth=2, learning_rate=RATE, random_state=0
    ).fit(signs, same)
    TARGET.write_text(written(model))
    for name, values in zip(SIGNS, signs[same].T, strict=True):
        print(f"{name:<16}", np.quantile(values, [0, 0.01, 0.5, 0.99, 1]).round(2))


if __name__ == "__main__":
    main()
