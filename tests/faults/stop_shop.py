"""What the jobs that are stopped work on: pictures, projects, models, galleries, small or real."""

import shutil
from collections.abc import Generator
from functools import cached_property
from pathlib import Path
from typing import Any

import cv2
import numpy as np

DATA = Path(__file__).parents[3] / "shared" / "data"


class Shop:
    """Makes everything once, in `folder`; `full` takes real sizes, and real pictures where the
    shared data are there.
    """

    def __init__(self, folder: Path, full: bool):
        self.folder, self.full = folder, full
        self.out = folder / "out"
        self.out.mkdir(parents=True)
        import torch._dynamo  # noqa: F401 (the window reads it behind its back; 7 s on a busy machine)

    def size(self, quick: int, full: int) -> int:
        """Return one of two sizes."""
        return full if self.full else quick

    @cached_property
    def source(self) -> str:
        """Where pictures are imported from: 60,000 photographs, or a folder of 60 made ones."""
        real = DATA / "cifar10-images.zip"
        if self.full and real.exists():
            return str(real)
        found = self.folder / "source"
        found.mkdir()
        for k, pixels in enumerate(self.toys(60, 32)):
            cv2.imwrite(str(found / f"{k}.png"), pixels)
        return str(found)

    def toys(self, count: int, side: int) -> np.ndarray:
        """Return disks with alpha, uint8 [n, side, side, 4]."""
        from tests.core import toys

        return toys.pictures(count, side, side, 4)

    @cached_property
    def project(self) -> Any:
        """A project whose set is imported from the source."""
        from studio.core import project as projects
        from studio.core.data import importing
        from studio.core.data.import_settings import ImportSettings
        from studio.core.events import finished

        made = projects.create(self.folder / "shop.atelier", "Shop")
        draft = finished(
            importing.draft(self.source, ImportSettings(width=32, height=32), made.folder)
        )
        importing.accept(draft)
        return made

    @property
    def dataset(self) -> str:
        """The set's id."""
        return self.project.datasets()[0].name

    def request(self, family: str, preset: str = "quick", **settings: Any) -> Any:
        """Ask for a training on one thread: tiny settings in the quick set."""
        from studio.core.families import families
        from studio.core.project import Plan
        from studio.core.request import TrainRequest

        known = families()[family]
        small = {} if self.full else known.tiny.model_dump()
        return TrainRequest(
            dataset=self.dataset,
            family=family,
            preset=preset if self.full else known.presets[0].id,
            settings=small | settings,
            plan=Plan(steps=100_000, device="cpu", threads=1),
        )

    def known(self, steps: int = 100_000) -> Any:
        """Return a forecast that spares the probe."""
        from studio.core.request import Forecast, Numerics

        return Forecast(steps, 1.0, 0.1, 0, 0, "CPU", Numerics(), threads=1)

    def run(self, family: str, preset: str = "quick") -> Any:
        """Return a run of a family that was trained a step; made once."""
        from studio.core import runlog
        from studio.core.events import finished

        if (family, preset) not in self._runs:
            run = self._new_run(family, preset)
            finished(runlog.recorded(self._trained(run), runlog.RunLog(run.folder), 0))
            self._runs[family, preset] = self.project.run(run.number)
        return self._runs[family, preset]

    def _new_run(self, family: str, preset: str) -> Any:
        from studio.core.probe import settings_of
        from studio.core.project import RunRecord

        asked = self.request(family, preset)
        return self.project.new_run(
            RunRecord(
                name=f"{family} {preset}",
                created=0.0,
                dataset=asked.dataset,
                family=family,
                preset=asked.preset,
                settings=settings_of(asked).model_dump(),
                plan=asked.plan.updated({"steps": 1}),
            )
        )

    def _trained(self, run: Any) -> Generator[Any, Any, None]:
        """Take a step and save it; draw no grids, which may take minutes."""
        from studio.core import saving
        from studio.core.building import image_size, saved_settings
        from studio.core.data.packed import open_packed
        from studio.core.trainee import Trainee

        packed = open_packed(self.project.dataset(self.dataset))
        settings = saved_settings(run.record.family, run.record.settings)
        trainee = Trainee(run, packed, settings, image_size(packed.manifest), self.known(1))
        trainee.advance(0.0)
        yield saving.save(trainee)

    @cached_property
    def _runs(self) -> dict[tuple[str, str], Any]:
        return {}

    def opened(self, family: str) -> Any:
        """Return a run's model, opened to be explored."""
        from studio.core.events import finished
        from studio.core.explore.opening import open_run

        return finished(open_run(self.project, self.run(family).number))

    def picture(self, side: int, channels: int = 3) -> np.ndarray:
        """Return a photograph, uint8 [side, side, c]: one of the shared ones repeated, or noise."""
        rng = np.random.default_rng(7)
        found = sorted((DATA / "photos").glob("*.jpg")) if self.full else []
        if found:
            read = cv2.imread(str(found[0]))
            assert read is not None
            times = -(-side // min(read.shape[:2]))
            pixels = np.tile(read[..., ::-1], (times, times, 1))[:side, :side]
        else:
            coarse = rng.integers(0, 255, (12, 12, 3), dtype=np.uint8)
            pixels = cv2.resize(coarse, (side, side), interpolation=cv2.INTER_CUBIC)
        if channels == 4:
            pixels = np.dstack([pixels, np.full((side, side), 255, np.uint8)])
        return np.ascontiguousarray(pixels)

    def file(self, side: int, name: str = "picture") -> Path:
        """Return such a picture as a PNG file."""
        path = self.folder / f"{name}-{side}.png"
        if not path.exists():
            cv2.imwrite(str(path), self.picture(side)[..., ::-1])
        return path

    def sprites(self, count: int, side: int) -> list[Path]:
        """Return sprites as files."""
        folder = self.folder / f"sprites-{count}-{side}"
        if not folder.exists():
            folder.mkdir()
            for k, pixels in enumerate(self.toys(count, side)):
                cv2.imwrite(str(folder / f"{k}.png"), pixels)
        return sorted(folder.iterdir(), key=lambda path: int(path.stem))

    @cached_property
    def gallery(self) -> Path:
        """A gallery of 10,000 real pictures, or of 40 made ones."""
        folder = self.folder / "gallery"
        if self.full and (DATA / "cifar10-images.zip").exists():
            from tests.bench import gallery

            gallery.make(folder, 10_000)
            return folder
        from studio.core.gallery.keeping import keep
        from studio.core.provenance.record import Record

        for k, pixels in enumerate(self.toys(40, 16)):
            keep(folder, pixels, Record(title=f"picture {k}"), f"p{k}")
        return folder

    def empty(self) -> list[str]:
        """Return what lies where exports go, and take it away."""
        found = [str(path.relative_to(self.out)) for path in self.out.rglob("*")]
        shutil.rmtree(self.out)
        self.out.mkdir()
        return [f"files: {', '.join(found[:3])}"] if found else []
