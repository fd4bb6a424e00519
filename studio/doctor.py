"""Look at this machine and try every family on it: what `atelier doctor` prints."""

import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

OFFLINE = "Atelier opens no connection: no picture, setting or number leaves this machine."
Check = tuple[str, str, bool]  # what, found, fine


def examine() -> bool:
    """Print every check as it is done; return whether all of them went well."""
    fine = True
    for what, found, good in checks():
        fine &= good
        print(f"{'ok  ' if good else 'BAD '}{what:<14}{found}", flush=True)
    print(OFFLINE)
    return fine


def checks() -> Iterator[Check]:
    """Yield each check of the machine, then of every family."""
    yield "Python", f"{platform.python_version()} on {platform.platform(terse=True)}", True
    yield from _engine()
    yield _memory()
    yield _disk(Path.cwd())
    yield _qt()
    from studio import paths
    from studio.core.recovery import reports

    yield "reports", str(paths.logs() / reports.FOLDER), True
    with tempfile.TemporaryDirectory(prefix="atelier-") as folder:
        yield from _families(Path(folder))


def _engine() -> Iterator[Check]:
    import torch

    from studio.core import device

    chosen = device.choose()
    others = [torch.cuda.get_device_name(k) for k in range(torch.cuda.device_count())]
    yield "torch", torch.__version__, True
    yield (
        "device",
        f"{device.describe(chosen)}{f' ({len(others)} GPUs)' if len(others) > 1 else ''}",
        True,
    )
    bf16 = "computed by the chip" if device.has_fast_bf16() else "not computed by this chip"
    yield (
        "cores",
        f"{device.cores()} usable; bf16 {bf16}; the way to compute is timed before each run",
        True,
    )


def _memory() -> Check:
    import psutil

    memory = psutil.virtual_memory()
    found = f"{memory.available / 1e9:.1f} GB free of {memory.total / 1e9:.1f} GB"
    return "memory", found, memory.available > 1e9


def _disk(folder: Path) -> Check:
    usage = shutil.disk_usage(folder)
    return "disk", f"{usage.free / 1e9:.1f} GB free in {folder}", usage.free > 1e9


def _qt() -> Check:
    """Load Qt in a process of its own: the command line never does."""
    program = "import PySide6.QtWidgets, PySide6.QtCore as c; print(c.qVersion())"
    environ = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    result = subprocess.run(
        [sys.executable, "-c", program], env=environ, capture_output=True, text=True
    )
    if result.returncode == 0:
        return "Qt", f"{result.stdout.strip()}, its libraries load", True
    reason = (result.stderr.strip().splitlines() or ["no reason given"])[-1]
    return "Qt", f"the window can't open ({reason}); all commands work without it", False


def _families(folder: Path) -> Iterator[Check]:
    from studio.core import project
    from studio.core.data import importing
    from studio.core.data.import_settings import ImportSettings
    from studio.core.families import families

    trial = project.create(folder / "doctor.atelier")
    draft = silently(importing.draft("starter:digits", ImportSettings(), trial.folder))
    dataset = importing.accept(draft).manifest.id
    for family in families().values():
        presets = ", ".join(preset.id for preset in family.presets)
        began = time.monotonic()
        trouble = _train(trial, dataset, family)
        seconds = time.monotonic() - began
        found = trouble or f"trained 3 steps in {seconds:.1f} s; presets {presets}"
        yield family.id, found, not trouble


def _train(trial, dataset: str, family) -> str:
    """Train the family's tiny settings; return what went wrong, or nothing."""
    from studio.core import training
    from studio.core.project import Plan
    from studio.core.request import TrainRequest

    asked = TrainRequest(
        dataset=dataset,
        family=family.id,
        preset=family.presets[0].id,
        settings=family.tiny.model_dump(),
        plan=Plan(steps=3),
    )
    try:
        silently(training.start(trial, asked))
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


def silently(job):
    """Run a job to its end and return its result."""
    while True:
        try:
            next(job)
        except StopIteration as ended:
            return ended.value
