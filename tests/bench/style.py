"""Style transfer against its peers: content, style, strokes, color, copied, and seconds.

    .venv/bin/python -m tests.bench.style [--ours patch] [--contents ..] [--styles ..] [--side 512]
        [--strengths 0.05,0.25,0.5,0.75,1] [--cache FOLDER] [--kept] [--tricks] [--sheet OUT.png]
        [--json OUT.json]

Six photographs by six pictures with a hand. Ours at full strength everywhere; where a peer has made
the pair (CACHE, filled by style_peers.py at the same side) or a reference lies in `../shared/data`,
at all strengths. Each peer is then set against ours at the strength that keeps as much content or
more: content and style are interpolated linearly between the strengths, 0 being the photograph, and
the best style distance at no less content counts. With --cache ours are kept there as well, and
--kept scores them again without making them. Seconds are the processor's, one thread.
"""

import argparse
import itertools
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
from PIL import Image

from studio.core.colors.oklab import from_oklab, to_oklab
from studio.core.events import finished
from studio.core.style.live import restyle
from studio.core.style.look import Look, StylePicture
from studio.core.style.methods import methods
from tests.bench.style_cases import CONTENTS, STYLES, content, fitted, references, style, tricks
from tests.bench.style_peers import PEERS, cached, facts
from tests.bench.style_scores import Judge, Score

Pair = tuple[str, str]


class Row(NamedTuple):
    """One maker's picture of a pair and its score; `seconds` is None of those not made here."""

    maker: str
    pair: Pair
    score: Score
    seconds: float | None
    picture: np.ndarray


def reinhard(content: np.ndarray, style: np.ndarray) -> np.ndarray:
    """Return the content with the style's mean and deviation of each channel of OKLab.

    Reinhard et al., "Color transfer between images", 2001, who used another opponent space.
    """
    lab, other = (to_oklab(p.astype(np.float32) / 255) for p in (content, style))
    scale = other.std((0, 1)) / np.maximum(lab.std((0, 1)), 1e-4)
    moved = (lab - lab.mean((0, 1))) * scale + other.mean((0, 1))
    return np.rint(255 * from_oklab(moved)).astype(np.uint8)


def ours(
    method: str, strength: float, photo: np.ndarray, painting: np.ndarray
) -> tuple[np.ndarray, float]:
    """Return the picture of one of our methods, and its seconds of CPU."""
    way = methods()[method]
    settings = way.settings(strength=strength)
    styles = (StylePicture(painting),) if way.styled else ()
    begun = time.process_time()
    made = finished(restyle(photo, Look(method, settings, styles)))
    return made.pixels, time.process_time() - begun


def rows(pair: Pair, asked: argparse.Namespace) -> Iterator[Row]:
    """Yield every maker's row of a pair, ours last."""
    photo, painting = content(pair[0], asked.side), style(pair[1], asked.side)
    judge, size = Judge(photo, painting), photo.shape[:2]

    def row(maker: str, picture: np.ndarray, seconds: float | None = None) -> Row:
        return Row(maker, pair, judge.score(fitted(picture, size)), seconds, picture)

    yield row("photograph", photo)
    yield row("colors", *ours("colors", 1.0, photo, painting))
    yield row("reinhard", reinhard(photo, painting))
    if asked.tricks:
        for maker, picture in tricks(reinhard(photo, painting), painting).items():
            yield row(maker, picture)
    others = list(references(*pair, size).items()) if asked.side == 512 else []
    for maker, picture in others:
        yield row(maker, picture)
    for peer in PEERS:
        file = asked.cache and cached(asked.cache, peer, pair, asked.side)
        if file and file.exists():
            others.append((peer, np.asarray(Image.open(file))))
            yield row(peer, others[-1][1], facts(file)["cpu"])
    for method in filter(None, asked.ours.split(",")):
        for strength in asked.strengths if others else asked.strengths[-1:]:
            yield row(f"{method} {strength:g}", *_kept(method, strength, pair, asked))


def _kept(
    method: str, strength: float, pair: Pair, asked: argparse.Namespace
) -> tuple[np.ndarray, float]:
    """Return ours from the cache, if that is asked for and it is there, or made and kept."""
    file = asked.cache and cached(asked.cache, f"ours_{method}_{strength:g}", pair, asked.side)
    if file and asked.kept and file.exists():
        return np.asarray(Image.open(file)), facts(file)["cpu"]
    made, seconds = ours(method, strength, content(pair[0], asked.side), style(pair[1], asked.side))
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(made).save(file)
        known = {"cpu": seconds, "date": time.strftime("%Y-%m-%d %H:%M")}
        file.with_suffix(".json").write_text(json.dumps(known))
    return made, seconds


def best_at(content: float, points: list[Score], score: str = "style") -> float:
    """Return the least `score` at no less than `content` on the line through `points`.

    The points go from the photograph to full strength; between them scores are linear.
    """
    found = []
    for one, two in itertools.pairwise(points):
        for share in np.linspace(0, 1, 51):
            kept = one.content + share * (two.content - one.content)
            if kept >= content - 1e-9:
                start, end = (getattr(point, score) for point in (one, two))
                found.append(start + share * (end - start))
    return min(found, default=getattr(points[0], score))


def ratios(table: list[Row], method: str, score: str) -> dict[str, dict[Pair, float]]:
    """Return our `score` by each other maker's, at its content or more, pair by pair."""
    found: dict[str, dict[Pair, float]] = {}
    for other in table:
        if other.maker == "photograph" or other.maker.startswith(f"{method} "):
            continue
        mine = [r.score for r in table if r.pair == other.pair and r.maker.startswith(f"{method} ")]
        start = next(r.score for r in table if r.pair == other.pair and r.maker == "photograph")
        if mine:
            best = best_at(other.score.content, [start, *mine], score)
            ratio = best / max(getattr(other.score, score), 1e-6)
            found.setdefault(other.maker, {})[other.pair] = ratio
    return found


def line(maker: str, score: Any, seconds: float | None) -> str:
    """Return a line of the table."""
    took = f"{seconds:9.1f}" if seconds is not None else f"{'-':>9}"
    content, style, strokes, color, copied = score
    return f"  {maker:16}{content:9.3f}{style:9.1f}{strokes:9.1f}{color:9.2f}{copied:9.1f}{took}"


def report(table: list[Row], method: str) -> None:
    """Print the means of every maker, and ours by each other maker's."""
    titles = "".join(f"{t:>9}" for t in (*Score._fields, "CPU s"))
    makers = list(dict.fromkeys(row.maker for row in table))
    print(f"\nmeans, of the pairs that each has\n  {'':16}{titles}    pairs")
    for maker in makers:
        some = [row for row in table if row.maker == maker]
        took = [row.seconds for row in some if row.seconds is not None]
        mean = np.mean([row.score for row in some], axis=0)
        print(line(maker, mean, float(np.mean(took)) if took else None), f"{len(some):8}")
    for score in ("style", "strokes") if method else ():
        print(f"\n{method}'s {score} / the other's, at the other's content or more")
        for maker, found in ratios(table, method, score).items():
            values = list(found.values())
            each = "  ".join(f"{'-'.join(pair)} {value:.2f}" for pair, value in found.items())
            print(
                f"  {maker:16} mean {np.mean(values):.3f}, worst {max(values):.3f}, "
                f"below 1 on {sum(v < 1 for v in values)} of {len(values)}   "
                f"{each if len(values) < 9 else ''}"
            )


def report_speed(table: list[Row], asked: argparse.Namespace) -> None:
    """Print GPDM's published run by our seconds at full strength, both of 512 x 512."""
    file = asked.cache and asked.cache / "gpdm-speed.json"
    last = f"{asked.ours.split(',')[0]} {asked.strengths[-1]:g}"
    made = [row for row in table if row.maker == last and row.picture.shape[:2] == (512, 512)]
    took = [row.seconds for row in made if row.seconds is not None]
    if file and file.exists() and took:
        theirs, mine = json.loads(file.read_text()), float(np.mean(took))
        print(
            f"\n512 x 512: GPDM as published {theirs['seconds']:.0f} s of CPU ({theirs['date']}, "
            f"from three steps on each level), {last} {mine:.1f} s: "
            f"{theirs['seconds'] / mine:.0f} times as fast"
        )


def tile(picture: np.ndarray, width: int, height: int) -> np.ndarray:
    """Return a picture fitted into a field of the sheet, on gray."""
    scale = min(width / picture.shape[1], height / picture.shape[0])
    h, w = (max(1, round(side * scale)) for side in picture.shape[:2])
    field = np.full((height, width, 3), 34, np.uint8)
    top, left = (height - h) // 2, (width - w) // 2
    field[top : top + h, left : left + w] = fitted(picture, (h, w))
    return np.pad(field, ((2, 2), (2, 2), (0, 0)), constant_values=34)


def sheet(table: list[Row], asked: argparse.Namespace) -> None:
    """Save contents by styles at full strength; beside it, with `-peers`, the compared pairs."""
    last = f"{asked.ours.split(',')[0]} {asked.strengths[-1]:g}"
    made = {row.pair: row.picture for row in table if row.maker == last}
    columns, lines = (dict.fromkeys(pair[k] for pair in made) for k in (1, 0))
    head = [np.full((1, 1, 3), 34, np.uint8), *(style(name, 256) for name in columns)]
    grid = [np.hstack([tile(p, 256, 192) for p in head])]
    for name in lines:
        found = [made[name, s] if (name, s) in made else head[0] for s in columns]
        grid.append(np.hstack([tile(p, 256, 192) for p in (content(name, 256), *found)]))
    Image.fromarray(np.vstack(grid)).save(asked.sheet)
    compared = [pair for pair in made if len(_others(pair, asked)) > 0]
    if compared:
        beside = [_beside(pair, made[pair], asked) for pair in compared]
        name = asked.sheet.with_stem(f"{asked.sheet.stem}-peers")
        Image.fromarray(np.vstack(beside)).save(name)


def _others(pair: Pair, asked: argparse.Namespace) -> dict[str, np.ndarray]:
    """Return what references and peers made of a pair; a peer's largest picture."""
    found = references(*pair, content(pair[0], 512).shape[:2])
    for side in (256, asked.side):
        for peer in PEERS:
            file = asked.cache and cached(asked.cache, peer, pair, side)
            if file and file.exists():
                found[peer] = np.asarray(Image.open(file))
    return found


def _beside(pair: Pair, made: np.ndarray, asked: argparse.Namespace) -> np.ndarray:
    """Return two rows: content, style, reference, prototype, ours; then colors and the peers."""
    others, empty = _others(pair, asked), np.full((1, 1, 3), 34, np.uint8)
    photo, painting = content(pair[0], 512), style(pair[1], 512)
    above = [photo, painting, others.get("reference", empty), others.get("prototype", empty), made]
    below = [reinhard(photo, painting), *(others.get(peer, empty) for peer in PEERS)]
    return np.vstack([np.hstack([tile(p, 400, 300) for p in row]) for row in (above, below)])


def main() -> None:
    """Measure pair by pair."""
    parser = argparse.ArgumentParser(description="Style transfer against its peers.")
    parser.add_argument("--ours", default="patch")
    parser.add_argument("--contents", default=",".join(CONTENTS))
    parser.add_argument("--styles", default=",".join(STYLES))
    parser.add_argument("--pairs", default="", help="CONTENT-STYLE,... instead of all of both")
    parser.add_argument("--side", type=int, default=512)
    parser.add_argument("--strengths", default="0.05,0.25,0.5,0.75,1")
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--tricks", action="store_true", help="score what must not win, too")
    parser.add_argument("--kept", action="store_true")
    parser.add_argument("--sheet", type=Path)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    asked.strengths = [float(text) for text in asked.strengths.split(",")]
    cv2.setNumThreads(1)
    pairs: list[Pair] = [(c, s) for c in asked.contents.split(",") for s in asked.styles.split(",")]
    if asked.pairs:
        pairs = [
            (first, second) for first, second in (p.split("-") for p in asked.pairs.split(","))
        ]
    table: list[Row] = []
    print(time.strftime("%Y-%m-%d %H:%M"), f"side {asked.side}")
    for pair in pairs:
        print(" x ".join(pair))
        for row in rows(pair, asked):
            print(line(row.maker, row.score, row.seconds), flush=True)
            table.append(row)
    report(table, asked.ours.split(",")[0])
    report_speed(table, asked)
    if asked.json:
        known = [r._asdict() | {"score": r.score._asdict(), "picture": None} for r in table]
        asked.json.write_text(json.dumps(known, indent=1))
    if asked.sheet:
        sheet(table, asked)


if __name__ == "__main__":
    main()
