"""What `atelier repair` does, once its words are read."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.core.events import Refused
from studio.terminal import pull, seldom, write_json

if TYPE_CHECKING:
    import numpy as np

    from studio.core.explore.explorer import Explorer
    from studio.core.photographs.photograph import Photograph
    from studio.core.provenance.record import Record
    from studio.core.repair.hole import Candidate
    from studio.core.repair.request import RepairSettings

ENDING = "-repaired.png"


@dataclass(frozen=True)
class Masking:
    """The mask's file, what is done to it, and the file of where texture may come from."""

    file: Path
    grow: float = 0.0
    feather: float = 0.0
    allow: Path | None = None

    def read(self, size: tuple[int, int]) -> "tuple[np.ndarray, np.ndarray | None]":
        """Return the mask uint8 [h, w] and the allowed region bool [h, w] for (width, height)."""
        from studio.core.painting import masks

        if self.grow < 0 or self.feather < 0:
            raise Refused("--grow and --feather take pixels, 0 or more.")
        mask = masks.feather(masks.grow(masks.load_mask(self.file, size), self.grow), self.feather)
        return mask, None if self.allow is None else masks.load_mask(self.allow, size) > 0


@dataclass(frozen=True)
class Target:
    """Where repaired pictures go: beside the picture, into a file, or into a folder/; and whether
    they say where they come from.
    """

    out: str | None = None
    overwrite: bool = False
    told: bool = True

    def files(self, picture: Path, count: int) -> list[Path]:
        """Return the files of a picture's candidates; raise Refused where some are there."""
        whole = self._file(picture)
        numbered = [whole.with_name(f"{whole.stem}-{k + 1}{whole.suffix}") for k in range(count)]
        files = numbered if count > 1 else [whole]
        there = [file for file in files if file.exists()]
        if there and not self.overwrite:
            raise Refused(f"{there[0]} is there already; use --overwrite, or another --out.")
        return files

    def is_folder(self) -> bool:
        """Tell whether files are written into a folder."""
        return self.out is not None and (
            self.out.endswith(("/", "\\")) or not Path(self.out).suffix or Path(self.out).is_dir()
        )

    def _file(self, picture: Path) -> Path:
        if self.out is None:
            return picture.with_name(picture.stem + ENDING)
        return Path(self.out) / (picture.stem + ENDING) if self.is_folder() else Path(self.out)


def repair(
    pictures: Sequence[Path],
    masking: Masking,
    asked: dict[str, Any],
    target: Target,
    model: "tuple[Path, int | None] | None" = None,
    json_lines: bool = False,
) -> None:
    """Repair pictures under one mask; in a batch the bad ones are told and the others repaired.

    `asked` are RepairSettings by name, `model` a project's folder and a run.
    """
    from studio.core.photographs.encoding import ENDINGS
    from studio.core.repair.request import RepairSettings

    settings = RepairSettings(candidates=1).updated(asked)
    if target.out is not None and not target.is_folder():
        if len(pictures) > 1:
            raise Refused("Several pictures need a folder; write --out FOLDER/.")
        if Path(target.out).suffix.lower() not in ENDINGS:
            raise Refused(f"{target.out} can't be written; name it .png, .tif, .webp or .jpg.")
    explorer = None if model is None else _opened(*model, json_lines)
    failed = 0
    for picture in pictures:
        try:
            _repair_one(picture, masking, settings, target, explorer, json_lines)
        except Refused as reason:
            if len(pictures) == 1:
                raise
            failed += 1
            _tell_failure(picture, str(reason), json_lines)
    if failed:
        raise Refused(f"{failed} of {len(pictures)} pictures were not repaired.")


def _opened(folder: Path, run: int | None, json_lines: bool) -> "Explorer":
    from studio.core import device
    from studio.core import project as projects
    from studio.core.explore.explorer import open_explorer

    device.use_threads(max(1, device.cores() - 1))
    return pull(open_explorer(projects.open(folder), run), json_lines)


def _tell_failure(picture: Path, reason: str, json_lines: bool) -> None:
    if json_lines:
        write_json({"event": "refused", "picture": str(picture), "text": reason})
    else:
        print(f"{picture}: {reason}", flush=True)


def _repair_one(
    picture: Path,
    masking: Masking,
    settings: "RepairSettings",
    target: Target,
    explorer: "Explorer | None",
    json_lines: bool,
) -> None:
    from studio.core.photographs.photograph import open_photograph
    from studio.core.repair.repairing import repair as fill

    photograph = open_photograph(picture)
    h, w = photograph.pixels.shape[:2]
    mask, allowed = masking.read((w, h))
    if not target.overwrite:  # before minutes are spent
        target.files(picture, settings.candidates)
    job = fill(photograph.pixels, mask, settings, allowed, explorer)
    found = pull(seldom(job), json_lines)
    files = target.files(picture, len(found))
    told = _holes(mask, settings.wrap)
    notes = photograph.notes
    outside = []
    record = _record(picture, photograph, settings, mask)
    for candidate, file in zip(found, files, strict=True):
        lost = _written(candidate, file, photograph, record, target.told)
        notes += tuple(note for note in lost if note not in notes)
        outside.append(_outside(file, photograph.pixels, mask))
    if json_lines:
        made = [
            {
                "file": str(f),
                "method": c.method,
                "title": c.title,
                "seconds": c.seconds,
                "outside": o,
            }
            for f, c, o in zip(files, found, outside, strict=True)
        ]
        words = {"event": "result", "picture": str(picture), **told}
        write_json({**words, "candidates": made, "notes": list(notes)})
        return
    _say(picture, told, list(zip(files, found, outside, strict=True)), notes)


def _record(
    picture: Path, photograph: "Photograph", settings: "RepairSettings", mask: "np.ndarray"
) -> "Record":
    """Return where what is repaired comes from, and how."""
    from studio.core.events import finished
    from studio.core.provenance.origins import record_of_repair, source_of

    source = finished(source_of(photograph.pixels, picture))
    share = round(float((mask > 0).mean()), 6)
    said = {**settings.model_dump(mode="json"), "masked": share}
    return record_of_repair(source, settings.method, said)


def _written(
    candidate: "Candidate", file: Path, photograph: "Photograph", record: "Record", told: bool
) -> tuple[str, ...]:
    from dataclasses import replace

    from studio.core.provenance.stamping import save_recorded

    file.parent.mkdir(parents=True, exist_ok=True)
    repaired = replace(photograph, pixels=candidate.applied(photograph.pixels))
    said = {**record.settings, "method": candidate.method}
    own = record.model_copy(update={"settings": said}).of(repaired.pixels)
    return save_recorded(repaired, file, own, told=told)  # `Target.files` has looked


def _outside(file: Path, pixels: "np.ndarray", mask: "np.ndarray") -> int:
    """Return by how many levels a file differs at most, read back, where nothing is masked."""
    import cv2
    import numpy as np

    from studio.core.photographs.photograph import open_photograph

    kept, read = mask == 0, open_photograph(file).pixels
    if read.dtype != pixels.dtype or read.shape[:2] != pixels.shape[:2]:
        raise Refused(f"{file} does not hold what was written; write another format.")
    worst = 0
    for c in range(read.shape[2]):  # WebP and JPEG may hold grey as color
        before = pixels[..., min(c, pixels.shape[2] - 1)]
        worst = max(worst, int(np.max(cv2.absdiff(read[..., c], before), where=kept, initial=0)))
    return worst


def _holes(mask: "np.ndarray", wrap: bool) -> dict[str, Any]:
    """Return how many holes a mask has, how many pixels, and whether thin and thick ones."""
    import cv2

    from studio.core.repair.regions import regions

    found = regions(mask > 0, wrap)
    kinds = [
        kind for kind, thin in (("thin", True), ("thick", False)) if thin in {r.thin for r in found}
    ]
    holes = cv2.connectedComponents(mask)[0] - 1
    return {"holes": holes, "masked": cv2.countNonZero(mask), "kinds": kinds}


def _say(
    picture: Path,
    told: dict[str, Any],
    made: "list[tuple[Path, Candidate, int]]",
    notes: tuple[str, ...],
) -> None:
    holes = f"{told['holes']:,} hole{'' if told['holes'] == 1 else 's'}"
    print(f"{picture}: {holes}, {' and '.join(told['kinds'])}, {told['masked']:,} pixels")
    for file, candidate, outside in made:
        same = "identical (checked)" if not outside else f"differ by up to {outside} levels"
        print(f"  {file}: {candidate.title}, {candidate.seconds:.1f} s")
        print(f"  pixels outside the mask: {same}")
    for note in notes:
        print(f"  {note}")
