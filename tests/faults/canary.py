"""A process that opens hostile files, watched: what it touches; whether it dies, hangs or grows.

`watched("module:function", root, first, count)` calls `function(root)` in a Python of its own. That
returns `trial(number) -> str`, '' where the trial held; then every number is tried. Whatever runs
code, starts a process, opens a socket or changes a file outside `root` meanwhile is noted.
"""

import contextlib
import errno
import importlib
import json
import mmap
import os
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SECONDS_AT_MOST = 10.0  # a trial
TICK = 0.02
GROWTH = 200  # MB that may be left over, or be held at any moment
SHOWN = 40  # broken trials told of
AT = struct.Struct("<qd")  # the trial's number, and when it began
PROGRAM = {
    *("os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty", "os.kill"),
    *("os.startfile", "pty.spawn", "subprocess.Popen", "pickle.find_class", "webbrowser.open"),
    *("code.__new__", "function.__new__", "ctypes.dlopen", "ctypes.dlsym", "ctypes.call_function"),
}
CODE = {"exec", "compile", "marshal.loads"}
BY = {  # what libraries do to types' names and to functions under no_grad, whatever is opened
    "compile": "/typing.py",
    "code.__new__": "/torch/utils/_contextlib.py",
}
CHANGING = {  # the event, and which of its values are the places it changes
    **dict.fromkeys(("os.remove", "os.rmdir", "os.mkdir", "os.chmod", "os.chown"), (0,)),
    **dict.fromkeys(("os.truncate", "os.utime", "shutil.rmtree", "sqlite3.connect"), (0,)),
    **dict.fromkeys(("os.rename", "os.link", "shutil.move"), (0, 1)),
    "os.symlink": (1,),
}
HOMES = ("TMPDIR", "HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "LOCALAPPDATA")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
Trial = Callable[[int], str]


@dataclass
class Outcome:
    """What became of the trials: MB `grown` for good and at the `peak`, CPU `seconds`."""

    tried: int = 0
    broken: list[str] = field(default_factory=list)
    seconds: float = 0.0
    slowest: float = 0.0
    grown: float = 0.0
    peak: float = 0.0
    died: int = 0

    def figures(self) -> str:
        """Return the figures that stand beside a promise."""
        rate = self.tried / max(self.seconds, 1e-6)
        memory = f"memory +{self.grown:.0f} MB, at most +{self.peak:.0f} MB"
        return f"{rate:,.0f}/s a core, slowest {self.slowest:.2f} s, {memory}"


def watched(
    what: str, root: Path, first: int, count: int, seconds: float = SECONDS_AT_MOST, **options: Any
) -> Outcome:
    """Try `count` numbers from `first` on; one that kills or stops the process is left behind."""
    found, end = Outcome(), first + count
    while first < end:
        first = _until_it_dies(found, [what, str(root), first, end, options], seconds)
    return found


def _until_it_dies(found: Outcome, job: list[Any], seconds: float) -> int:
    """Start the process and take what it says; return the number to go on with."""
    root, first = Path(job[1]), job[2]
    place = root.with_name(f"{root.name}.watch")
    place.mkdir(exist_ok=True)
    (place / "at").write_bytes(AT.pack(first - 1, 0.0))
    (place / "told").unlink(missing_ok=True)
    (place / "broken").write_bytes(b"")
    (root / "tmp").mkdir(parents=True, exist_ok=True)
    program = f"import sys; sys.path.insert(0, {str(Path(__file__).parents[2])!r})\n"
    program += "from tests.faults import canary; canary.main()"
    with (place / "stderr").open("wb") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-c", program, json.dumps(job), str(place)],
            cwd=root,
            stdin=subprocess.DEVNULL,
            stdout=stderr,
            stderr=stderr,
            env={**os.environ, **dict.fromkeys(HOMES, str(root / "tmp")), "OMP_NUM_THREADS": "1"},
        )
    hung = _ends(process, place / "at", seconds)
    at = AT.unpack((place / "at").read_bytes())[0]
    found.broken += [json.loads(line) for line in (place / "broken").read_text().splitlines()]
    if process.returncode == 0 and not hung:
        _take(found, json.loads((place / "told").read_text()))
        return job[3]
    if at < first:
        raise RuntimeError((place / "stderr").read_text(errors="replace")[-2000:])
    found.tried += at + 1 - first
    found.died += 1
    how = f"hung for {seconds:.0f} s" if hung else f"ended with code {process.returncode}"
    found.broken.append(f"number {at}: the process {how}")
    return at + 1


def _ends(process: subprocess.Popen, at: Path, seconds: float) -> bool:
    """Wait for the process; tell whether it had to be killed as a trial took too long."""
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(TICK)
            return False
        since = AT.unpack(at.read_bytes())[1]
        if since and time.monotonic() - since > seconds:
            process.kill()
            process.wait()
            return True


def _take(found: Outcome, told: dict[str, Any]) -> None:
    found.tried += told["tried"]
    found.seconds += told["seconds"]
    for name in ("slowest", "grown", "peak"):
        setattr(found, name, max(getattr(found, name), told[name]))
    if max(told["grown"], told["peak"]) > GROWTH:
        found.broken.append(f"memory grew by {told['grown']:.0f}, at most {told['peak']:.0f} MB")


class Guard:
    """Notes in `seen` what a process does that opening a file is no reason for, and forbids it."""

    def __init__(self, *roots: Path):
        self.roots = [os.path.realpath(root) for root in roots]
        self.seen: list[str] = []
        self.known = {name.partition(".")[0] for name in sys.modules} | sys.stdlib_module_names
        self.armed = False

    def __call__(self, event: str, values: tuple[Any, ...]) -> None:
        """Look at an event of Python's audit (PEP 578)."""
        if not self.armed or event.startswith(("object.", "sys._get")):
            return
        if event == "open":
            self._opened(*values[:3])
        elif event == "import":
            if values[0].partition(".")[0] not in self.known:
                self._note(f"import {values[0]}")
        elif event in CHANGING:
            self._changed(event, values)
        elif event == "compile" and values[1] == "<unknown>":
            return  # only parsed, as numpy does with the head of an array's file
        elif event in BY and _caller().replace("\\", "/").endswith(BY[event]):
            return
        elif (event in PROGRAM or event in CODE) and not _importing():
            self._note(f"{event} {str(values)[:200]}")
            raise PermissionError(errno.EACCES, f"the test's guard forbids {event}")
        elif event.startswith("socket.") and event != "socket.gethostname":
            self._network(event, values)

    def _opened(self, path: Any, mode: str | None, flags: int) -> None:
        if isinstance(path, str | bytes) and flags & WRITING:
            self._inside(path, f"open {mode or flags}")

    def _changed(self, event: str, values: tuple[Any, ...]) -> None:
        for path in (values[k] for k in CHANGING[event]):
            if isinstance(path, str | bytes) and path != ":memory:":
                self._inside(path, event)

    def _inside(self, path: str | bytes, what: str) -> None:
        name = os.path.abspath(os.fsdecode(path).removeprefix("file:").partition("?")[0])  # noqa: PTH100 (a path may be bytes, and no pathlib in a hook)
        through = what.startswith(("open", "sqlite3", "os.chmod", "os.truncate"))
        folder, last = os.path.split(name)
        whole = os.path.realpath(name) if through else f"{os.path.realpath(folder)}/{last}"
        if whole != os.devnull and not any(f"{whole}/".startswith(f"{r}/") for r in self.roots):
            self._note(f"{what} outside: {whole[:200]}")
            raise PermissionError(errno.EACCES, "the test's guard forbids it", whole)

    def _network(self, event: str, values: tuple[Any, ...]) -> None:
        if event != "socket.__new__" or values[1] not in (-1, socket.AF_UNIX):
            self._note(f"{event} {values[1:]}")

    def _note(self, text: str) -> None:
        if len(self.seen) < SHOWN:
            self.seen.append(text)


def _caller() -> str:
    """Return the file of what did what the guard is told of."""
    return sys._getframe(2).f_code.co_filename


def _importing() -> bool:
    """Tell whether Python is at loading a module of ours, which runs code by its nature."""
    frame = sys._getframe(2)
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


def main() -> None:
    """Be the process: try all numbers and write what was seen."""
    (what, root, first, end, options), place = json.loads(sys.argv[1]), Path(sys.argv[2])
    module, _, name = what.partition(":")
    trial: Trial = getattr(importlib.import_module(module), name)(Path(root), **options)
    guard = Guard(Path(root))
    sys.addaudithook(guard)
    broken = os.open(place / "broken", os.O_WRONLY)
    with (place / "at").open("r+b") as file, mmap.mmap(file.fileno(), AT.size) as at:
        told = _all(trial, range(first, end), guard, at, broken)
    (place / "told").write_text(json.dumps(told))


def _all(trial: Trial, numbers: range, guard: Guard, at: mmap.mmap, broken: int) -> dict[str, Any]:
    slowest, said = 0.0, os.fstat(2).st_size
    _forget_peak()
    before, began, cpu = memory()[0], time.monotonic(), time.process_time()
    guard.armed = True
    for number in numbers:
        at[:] = AT.pack(number, began)
        wrong = _tried(trial, number)
        now = time.monotonic()
        slowest, began = max(slowest, now - began), now
        loud = os.fstat(2).st_size
        if wrong or guard.seen or loud != said:
            said, seen = loud, (*guard.seen, *("words on stderr",) * (loud != said))
            guard.seen.clear()
            text = f"number {number}: {'; '.join(filter(None, (wrong, *seen)))}"
            os.write(broken, json.dumps(text).encode() + b"\n")
    guard.armed = False
    after, peak = memory()
    return {
        "tried": len(numbers),
        "seconds": time.process_time() - cpu,
        "slowest": slowest,
        "grown": after - before,
        "peak": peak - before,
    }


def _tried(trial: Trial, number: int) -> str:
    try:
        return trial(number)
    except Exception as error:
        return f"raises {error!r:.300}"


def memory() -> tuple[float, float]:
    """Return the MB this process holds, and held at most (where Linux tells)."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
        found = {line.split(":")[0]: line.split()[1:2] for line in lines}
        return int(found["VmRSS"][0]) / 1024, int(found["VmHWM"][0]) / 1024
    except OSError:
        import psutil

        here = psutil.Process().memory_info().rss / 2**20
        return here, here


def _forget_peak() -> None:
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def sentence(error: BaseException) -> str:
    """Return '' if a refusal is told as a user can read it: one line, a full stop, no program's."""
    text = str(error)
    odd = ("\n" in text, not text.endswith((".", "…")), len(text) > 500, "Error" in text)
    ours = text.isprintable() and not any(odd) and not text[:1].isspace()
    return "" if ours else f"told as {type(error).__name__}: {text[:200]!r}"
