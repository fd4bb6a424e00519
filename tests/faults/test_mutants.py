"""Hurt pictures, masks, palettes: each is opened or refused by a sentence, whatever was done."""

from pathlib import Path

import numpy as np
import pytest

from tests.faults import sound
from tests.faults.canary import Trial, sentence, watched
from tests.faults.mutating import mutant

ENDINGS = (".png", ".jpg", ".tif", ".webp", ".gif", ".bmp", "", ".PNG", ".txt")
FILES = 32  # one mutant of so many also goes through what reads files
PALETTES = {
    "a.gpl": b"GIMP Palette\nName: a\nColumns: 8\n# words\n  1   2   3\tred\n255 255 255 white\n",
    "b.pal": b"JASC-PAL\r\n0100\r\n2\r\n1 2 3\r\n4 5 6\r\n",
    "c.pal": b"RIFF\x18\0\0\0PAL data\x0c\0\0\0\0\3\2\0" + b"\1\2\3\0" * 2,
    "d.hex": b"ffcc00\n#102030\n11223344\n",
    "e.act": bytes(768),
    "f.act": bytes(768) + b"\0\2\0\0",
}


def pictures(root: Path, real: bool = False) -> Trial:
    """Open every mutant by both doors, and some as files by whatever reads them."""
    from studio.core.data.decode import Unreadable, decode
    from studio.core.photographs.photograph import decoded

    known = list(sound.seeds(real).values())
    files = _files(root)
    doors = {
        "import": lambda data, k: decode(data, (9, 9) if k & 1 else None).picture,
        "repair": lambda data, _: decoded(data).pixels,
    }

    def trial(number: int) -> str:
        data, wrong = mutant(number, known), ""
        for name, door in doors.items():
            try:
                pixels = door(data, number)
                wrong += "" if plain(pixels) else f"{name} gives {pixels.shape}"
            except Unreadable as reason:
                wrong += sentence(reason) or ("" if str(reason)[0].isupper() else str(reason))
            except BaseException as error:
                wrong += f"{name} raises {error!r}"
        return wrong + (files(number, data) if number % FILES == 0 else "")

    for number in range(0, 3 * FILES, FILES):  # whatever is imported late is there by now
        trial(number)
    for data in known:
        files(0, data)
    return trial


def plain(pixels: np.ndarray) -> bool:
    """Tell whether these are pixels as all rooms expect them."""
    kinds = pixels.dtype in (np.uint8, np.uint16)
    return kinds and pixels.ndim == 3 and pixels.shape[2] in (1, 3, 4) and pixels.size > 0


def _files(root: Path):
    """Return what opens a file by name, and says what went wrong."""
    from studio.core.events import Refused
    from studio.core.explore import kept
    from studio.core.gallery import look
    from studio.core.painting.masks import load_mask
    from studio.core.photographs.photograph import open_photograph, save_photograph
    from studio.core.provenance.stamping import record_of

    def again(path: Path) -> None:
        save_photograph(open_photograph(path), root / "again.png", overwrite=True)

    def mask(path: Path) -> None:
        load_mask(path, (16, 12))

    def read(number: int, data: bytes) -> str:
        path = root / f"picture{ENDINGS[number // FILES % len(ENDINGS)]}"
        path.write_bytes(data)
        before, wrong = path.stat().st_mtime_ns, ""
        for door in (again, mask, record_of, kept.holds_place, kept.read, look.read):
            try:
                door(path)
            except Refused as refused:
                wrong += sentence(refused)
            except BaseException as error:
                wrong += f"{door.__module__}.{door.__name__} raises {error!r}"
        same = path.stat().st_mtime_ns == before and path.read_bytes() == data
        return wrong if same else f"{wrong} the file was changed"

    return read


def palettes(root: Path) -> Trial:
    """Open hurt palettes under every ending."""
    from studio.core.colors.palette_files import ENDINGS, parsed, read_palette
    from studio.core.events import Refused

    known = list(PALETTES.items())

    def trial(number: int) -> str:
        name = known[number % len(known)][0] if number % 3 else f"x{ENDINGS[number % 4]}"
        data = mutant(number, [data for _, data in known])
        try:
            if number % FILES:
                found = parsed(data, name)
            else:
                (root / name).write_bytes(data)
                found = read_palette(root / name)
            return "" if found.dtype == np.uint8 and found.shape[1] == 3 else "no palette"
        except Refused as refused:
            return sentence(refused)

    for number in range(300):
        trial(number)
    return trial


def shown(root: Path, real: bool = False) -> Trial:
    """Show every mutant as the gallery does, by Qt, which reads by libraries of its own."""
    from studio.core.silence import SILENCE
    from studio.gui.browsing import SHARP, levels, reduced

    known, path = list(sound.seeds(real).values()), root / "a.png"

    def trial(number: int) -> str:
        path.write_bytes(mutant(number, known))
        with SILENCE:
            images = (*levels(path), reduced(path, 4 * SHARP))
        sizes = [image.width() * image.height() for image in images]
        return "" if sum(sizes) <= 1 << 25 else f"shown in {sizes} pixels"

    for number in range(3 * FILES):
        trial(number)
    return trial


def crashing(root: Path) -> Trial:
    """Be a reader that a few mutants are too much for: the test's own test."""
    known = list(sound.seeds().values())
    return lambda number: "" if len(mutant(number, known)) % 97 else "broken"


@pytest.mark.timeout(3600)
def test_hurt_pictures_open_or_are_refused_by_a_sentence(tmp_path, promise, amount) -> None:
    count = amount(10_000, 500_000)
    with promise("Hostile files", "a hurt picture opens, or a sentence says why not") as kept:
        found = watched(
            "tests.faults.test_mutants:pictures", tmp_path / "root", 0, count, real=count > 10_000
        )
        kept.count(found.tried - len(found.broken))
        for text in found.broken:
            kept.check(False, text)
        kept.say(f"{found.figures()}, {found.died} processes died")


def test_hurt_pictures_in_the_gallery_do_not_hurt_the_window(tmp_path, promise, amount) -> None:
    count = amount(1000, 50_000)
    with promise("Hostile files", "a hurt picture in the gallery is shown, or is not") as kept:
        found = watched(
            "tests.faults.test_mutants:shown", tmp_path / "root", 0, count, real=count > 1000
        )
        kept.count(found.tried - len(found.broken))
        for text in found.broken:
            kept.check(False, text)
        kept.say(f"{found.figures()}, {found.died} processes died")


def test_hurt_palettes_open_or_are_refused_by_a_sentence(tmp_path, promise, amount) -> None:
    with promise("Hostile files", "a hurt palette opens, or a sentence says why not") as kept:
        found = watched(
            "tests.faults.test_mutants:palettes", tmp_path / "root", 0, amount(2000, 100_000)
        )
        kept.count(found.tried - len(found.broken))
        for text in found.broken:
            kept.check(False, text)
        kept.say(found.figures())


def test_a_reader_that_fails_some_is_found_out(tmp_path) -> None:
    found = watched("tests.faults.test_mutants:crashing", tmp_path / "root", 0, 500)
    assert found.broken and found.tried == 500


def test_one_number_gives_one_file_and_most_are_hurt() -> None:
    known = list(sound.seeds().values())
    made = [mutant(number, known) for number in range(300)]
    assert made == [mutant(number, known) for number in range(300)]
    assert sum(data not in known for data in made) > 290 and len(known) >= 60
