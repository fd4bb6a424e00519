"""Run pip for `.venv` and show how far it is in plain lines; its own words go to a log."""

import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import environment
from environment import Trouble

SECONDS_BETWEEN_LINES = 5.0  # where output is no terminal
SAID_ALREADY = re.compile(r"Requirement already satisfied: ([\w.-]+)")
COLLECTING = re.compile(r"Collecting ([\w.-]+)")
TOGETHER = re.compile(r"Installing collected packages: (.+)")
OFFLINE = re.compile(
    "name resolution|connection refused|connecttimeout|newconnectionerror|network is unreachable"
)


def quiet(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a command of the set-up; its output is kept, in `stdout`."""
    return subprocess.run(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env=_environ(),
    )


def _environ() -> dict[str, str]:
    """The user's environment less what would send packages elsewhere; mirrors and proxies stay."""
    astray = (
        "PIP_TARGET",
        "PIP_PREFIX",
        "PIP_ROOT",
        "PYTHONHOME",
        "PYTHONPATH",
        "VIRTUAL_ENV",
        "__PYVENV_LAUNCHER__",
    )
    kept = {key: value for key, value in os.environ.items() if key not in astray}
    return {
        **kept,
        "PIP_USER": "0",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PYTHONIOENCODING": "utf-8",
    }


def usable(python: Path) -> bool:
    """Tell whether this interpreter starts, is new enough, is an environment's and has pip."""
    if not python.exists():
        return False
    program = "import sys; sys.exit(sys.version_info < (3, 11) or sys.prefix == sys.base_prefix)"
    try:
        if quiet([str(python), "-I", "-c", program]).returncode:
            return False
        return quiet([str(python), "-I", "-m", "pip", "--version"]).returncode == 0 or _give_pip(
            python
        )
    except OSError:
        return False


def _give_pip(python: Path) -> bool:
    return quiet([str(python), "-I", "-m", "ensurepip"]).returncode == 0


def install(lock: Path) -> None:
    """Install what `.venv` lacks of `lock`; raise Trouble with one sentence and the log's place."""
    before = _report(lock)
    if not before["missing"]:
        return
    environment.unstamp()
    for trace in before["damaged"]:
        shutil.rmtree(trace)
    total, lacking = before["total"], len(before["missing"])
    print(
        f"Installing {lacking} of {total} packages into {environment.VENV}; this happens once.",
        flush=True,
    )
    began = time.monotonic()
    _pip(lock, Progress(total))
    _compile()
    left = _report(lock)["missing"]
    if left:
        raise Trouble(f"pip ended without installing {', '.join(left)}; see {_log()}.")
    print(f"Installed in {time.monotonic() - began:.0f} s.", flush=True)


def _report(lock: Path) -> dict[str, Any]:
    command = [str(environment.python()), "-I", str(environment.HERE / "installed.py"), str(lock)]
    result = quiet(command)
    try:
        return json.loads(result.stdout)
    except ValueError:
        reason = (result.stdout.strip().splitlines() or ["no output"])[-1]
        raise Trouble(
            f"{environment.VENV} can't be read ({reason}); delete that folder and start again."
        ) from None


def _log() -> Path:
    return environment.VENV / "install.log"


def _pip(lock: Path, progress: "Progress") -> None:
    """Run pip on the whole lock. It is complete and pinned, so pip need not resolve anything."""
    options = [
        "--require-hashes",
        "--no-deps",
        "--only-binary=:all:",
        "--no-compile",
        "--progress-bar=off",
        "--no-input",
    ]
    command = [str(environment.python()), "-I", "-m", "pip", "install", *options, "-r", str(lock)]
    with _log().open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            env=_environ(),
            close_fds=os.name != "posix",  # pip inherits the set-up's lock
        )
        assert process.stdout
        with process, progress:
            for line in process.stdout:
                log.write(line)
                progress.read(line)
    if process.returncode:
        raise Trouble(f"{reason(_log().read_text('utf-8'))} Details: {_log()}")


def _compile() -> None:
    """Compile all packages on all cores; pip would do it on one, the first start while it waits."""
    print("Preparing the packages for fast starts …", flush=True)
    command = [str(environment.python()), "-I", "-m", "compileall", "-q", "-q", "-j", "0"]
    quiet([*command, str(environment.site_packages())])


def reason(output: str) -> str:
    """Say in one sentence why pip failed."""
    lowered = output.lower()
    if "no space left" in lowered or "errno 28" in lowered:
        return f"The disk of {environment.VENV} is full; about 7 GB are needed."
    wanted = re.search(r"no matching distribution found for (\S+)", output, re.IGNORECASE)
    if OFFLINE.search(lowered):
        return "The packages can't be downloaded: connect this machine once and start again."
    if "do not match the hashes" in lowered:
        return "A downloaded package is not the one that was pinned, so it was not installed."
    if wanted:
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        return f"There is no {wanted[1]} for Python {version} here; use Python 3.11, 3.12 or 3.13."
    errors = [line for line in output.splitlines() if line.startswith("ERROR:")]
    last = errors[-1][6:].strip() if errors else "no reason given"
    return f"pip could not install the packages ({last})."


class Progress:
    """Follows pip: its words while it downloads, the folder of packages while it unpacks them."""

    def __init__(self, total: int):
        self.total, self.seen, self.order = total, 0, []
        self.line, self.said_at = "", 0.0
        self.over = threading.Event()
        self.watcher = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        if self.watcher.is_alive():
            self.watcher.join()
        if self.line and sys.stdout.isatty():
            print(flush=True)

    def read(self, line: str) -> None:
        """Take one line of pip's."""
        collecting = COLLECTING.match(line)
        if collecting or SAID_ALREADY.match(line):
            self.seen += 1
        if collecting:
            self.say(f"Downloading {self.seen} of {self.total}: {collecting[1]}")
        together = TOGETHER.match(line)
        if together:
            self.order = [name.strip() for name in together[1].split(",")]
            self.watcher.start()

    def _watch(self) -> None:
        while not self.over.wait(0.3):
            done = {
                path.name.split("-")[0].lower()
                for path in environment.site_packages().glob("*.dist-info")
            }
            left = [name for name in self.order if re.sub(r"[-_.]+", "_", name).lower() not in done]
            finished = self.total - len(left)
            self.say(f"Unpacking {finished} of {self.total}: {left[0] if left else 'done'}")

    def say(self, line: str) -> None:
        """Show where the installation is: in place on a terminal, else as a line now and then."""
        if line == self.line:
            return
        if sys.stdout.isatty():
            print(f"\r{line:<{max(len(self.line), 60)}}", end="", flush=True)
        elif time.monotonic() - self.said_at > SECONDS_BETWEEN_LINES:
            print(line, flush=True)
            self.said_at = time.monotonic()
        self.line = line
