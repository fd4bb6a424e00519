"""A gallery of 50,000 real files: made, indexed, opened again, paged through, searched.

    python tests/bench/gallery.py FOLDER [COUNT]

FOLDER is filled once (about 1 GB) and used again; delete it afterwards. The figures are wall and,
in brackets, CPU time of this process; a fresh process opens the index, so that its memory counts.
"""

import json
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared/data"
FAMILIES = ("gan", "vae", "flow", "diffusion", "autoregressive", "vqvae")
PAGE = 100
SEARCHES = {
    "text": "boss moss",
    "text, begun": "dung",
    "tag": "tag:boss",
    "run, step": "run:3 step:1000-2000",
    "seed": "seed:77",
    "date": "after:2026-03-01 before:2026-06-30",
    "color": "#c05020",
    "like": "like:picture-0077",
    "all": "",
}
sys.path.insert(0, str(ROOT))


def pictures() -> Iterator[np.ndarray]:
    """Yield pictures: photographs of 32 pixels, enlarged sprites, mosaics of 256 pixels."""
    with (
        zipfile.ZipFile(DATA / "cifar10-images.zip") as photos,
        zipfile.ZipFile(DATA / "crawl-tiles-32.zip") as tiles,
    ):
        names = [[n for n in z.namelist() if n.endswith((".jpg", ".png"))] for z in (photos, tiles)]
        recent: list[np.ndarray] = []
        for number, name in enumerate(names[0]):
            photo = _decoded(photos.read(name))[..., :3]
            recent = [*recent[-63:], photo]
            if number % 10 == 3:
                tile = _decoded(tiles.read(names[1][number // 10 % len(names[1])]))
                yield np.roll(tile, number // 10, 2).repeat(4, 0).repeat(4, 1)
            elif number % 10 == 7 and len(recent) == 64:
                rows = [np.concatenate(recent[k : k + 8], 1) for k in range(0, 64, 8)]
                yield np.concatenate(rows)
            else:
                yield photo


def _decoded(data: bytes) -> np.ndarray:
    found = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    return cv2.cvtColor(found, cv2.COLOR_BGR2RGB) if found.ndim == 3 else found[..., None]


def make(folder: Path, count: int) -> None:
    """Write the gallery's files: stamped pictures, sidecars, marks."""
    from studio.core.photographs.encoding import encoded
    from studio.core.photographs.photograph import Photograph
    from studio.core.provenance.record import Record
    from studio.core.provenance.stamping import sidecar, sidecar_bytes, stamped

    folder.mkdir(parents=True)
    for number, pixels in zip(range(1, count + 1), pictures(), strict=False):
        record = Record(
            workspace=("explore", "style", "repair")[number % 3],
            title=f"{('moss', 'dungeon', 'river', 'ember')[number % 4]} {number}",
            created=1.767e9 + 500 * number,
            family=FAMILIES[number % 6],
            run=number % 40,
            step=number % 200 * 100,
            model=f"{number % 40:064x}",
            seed=number % 1000,
            settings={"method": ("ink", "graphite", "patch")[number % 3], "strength": 0.5},
            place={"latent": "A" * 171, "shape": [128]} if number % 3 == 0 else None,
        ).of(pixels)
        path = folder / f"picture-{number:04d}.png"
        path.write_bytes(stamped(encoded(Photograph(pixels), ".png")[0], record))
        sidecar(path).write_bytes(sidecar_bytes(record))
    lines = [
        {"names": [f"picture-{k:04d}.png" for k in range(1, count, 50)], "tag": "boss", "on": True},
        {"names": [f"picture-{k:04d}.png" for k in range(1, count, 9)], "star": True, "on": True},
        {"names": [f"picture-{k:04d}.png" for k in range(5, count, 70)], "board": "A", "on": True},
    ]
    (folder / "marks.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Return the wall and the CPU seconds of some work."""
    wall, busy = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - busy


def say(name: str, times: list[tuple[float, float]], goal: float) -> None:
    """Print the median and the 95th percentile of times in milliseconds."""
    wall, busy = 1000 * np.array(times).T
    half, most = np.percentile(wall, 50), np.percentile(wall, 95)
    print(
        f"  {name:<24}{half:9.1f} ms{most:9.1f} ms p95   [{np.median(busy):.1f} ms CPU]"
        f"   goal {goal:.0f}",
        flush=True,
    )


def look_through(folder: Path) -> None:
    """Open the gallery and use it; print the figures."""
    import psutil

    from studio.core.events import finished
    from studio.core.gallery.gallery import open_gallery
    from studio.core.gallery.query import parse

    before = psutil.Process().memory_info().rss
    start = time.perf_counter(), time.process_time()
    gallery = finished(open_gallery(folder))
    everything = gallery.search(parse(""))
    say("open", [(time.perf_counter() - start[0], time.process_time() - start[1])], 1500)
    rng = np.random.default_rng(0)
    places = rng.integers(0, len(everything) - PAGE, 100).tolist()
    pages = [everything[place : place + PAGE] for place in places]
    say("a page of entries", [timed(lambda p=p: gallery.entries(p)) for p in pages], 16)
    both = [timed(lambda p=p: (gallery.entries(p), gallery.thumbnails(p))) for p in pages]
    say("with thumbnails decoded", both, 16)
    for name, text in SEARCHES.items():
        query = parse(text)
        first, *rest = [timed(lambda q=query: gallery.search(q)) for _ in range(11)]
        say(f"{name} ({len(gallery.search(query))})", rest, 100)
        if name in ("color", "like"):
            print(f"    the first such search {1000 * first[0]:.0f} ms")
    say("counts", [timed(gallery.counts) for _ in range(5)], 100)
    say("star one", [timed(lambda k=k: gallery.star([k])) for k in range(5, 10)], 100)
    print(f"  memory {psutil.Process().memory_info().rss >> 20} MB (libraries: {before >> 20})")


def main() -> None:
    """Make what is missing, then measure."""
    folder, count = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 50_000
    if not folder.exists():
        print(f"files: {timed(lambda: make(folder, count))[0]:.0f} s")
    for name in () if sys.argv[-1] == "again" else ("gallery.db",):
        (folder / name).unlink(missing_ok=True)
    for words in ("without an index", "again"):
        print(words, flush=True)
        code = f"import sys; sys.path[:0] = {[str(ROOT), str(Path(__file__).parent)]!r}"
        code += f"; from gallery import look_through, Path; look_through(Path({str(folder)!r}))"
        subprocess.run([sys.executable, "-c", code], check=True)


if __name__ == "__main__":
    main()
