"""Power cuts while a run saves: what was announced is on the disk when power is back."""

import os
import random
import signal
from pathlib import Path

import pytest

from studio.core import checkpoint
from studio.core import project as projects
from tests.core import toys
from tests.faults import cutting
from tests.faults.killing import Life, Order, Server, manifest_hash

WORDS = "power cut while training: 0 announced saves lost"
STEPS = 100_000
LONGEST = 60.0


@pytest.mark.timeout(1800)
def test_power_cuts_lose_nothing_announced(tmp_path: Path, promise, untried, amount) -> None:
    if reason := cutting.reason() or ("" if amount(0, 1) else "only in the full set"):
        return untried("Saving", WORDS, reason)
    try:
        with cutting.disk(tmp_path) as disk:
            _cuts(disk, promise, amount(0, 20))
    except OSError as error:
        return untried("Saving", WORDS, f"no ext4 in a file here ({error})")
    return None


def _cuts(disk: cutting.Disk, promise, cuts: int) -> None:
    made = toys.project(disk.place, count=120).folder
    os.sync()
    moments, announced = random.Random("power"), {}
    with Server() as server, promise("Saving", WORDS) as kept:
        for cut in range(cuts):
            life = server.start(Order(str(made), "vae", STEPS, slow=cut % 3 == 0))
            life.wait(LONGEST, lambda life=life: life.saves > 0)
            life.wait(moments.uniform(0, 0.5))
            _cut(disk, life)
            announced = life.saved or announced
            disk.off()
            disk.on()
            found = _lost(made, announced)
            kept.check(not found, f"cut {cut}: {found}")
        kept.say("ext4, nothing flushed, the writer stopped first")


def _cut(disk: cutting.Disk, life: Life) -> None:
    """Cut power when nothing can be announced any more that was not before."""
    os.kill(life.pid, signal.SIGSTOP)
    life.wait(0.05)
    disk.cut()
    life.kill()


def _lost(made: Path, announced: dict) -> str:
    path = Path(announced["path"])
    if not path.exists() or manifest_hash(path) != announced["hash"]:
        return f"step {announced['step']} was announced and is gone"
    try:
        checkpoint.load_checkpoint(path)
        run = projects.open(made).run()
        return "" if run.history().saved >= announced["step"] else "the newest is older"
    except Exception as error:
        return str(error)


@pytest.mark.timeout(600)
def test_the_test_sees_what_nobody_waited_for(tmp_path: Path, untried, amount) -> None:
    if cutting.reason() or not amount(0, 1):
        return
    try:
        with cutting.disk(tmp_path) as disk:
            (disk.place / "waited.txt").write_text("kept")
            os.sync()
            (disk.place / "unsynced.txt").write_text("lost")
            disk.cut()
            disk.off()
            disk.on()
            assert (disk.place / "waited.txt").exists()
            assert not (disk.place / "unsynced.txt").exists()
    except OSError:
        return
