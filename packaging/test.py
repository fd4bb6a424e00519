"""Set up `.venv` with the test tools and run every check: `packaging/test.py [PYTEST OPTIONS]`.

`packaging/test.py --faults` runs the full set of fault tests, which takes about two hours, and
prints one page of figures: what was promised, how often it was tried, how often it held.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

if sys.version_info < (3, 11):
    sys.exit("Atelier needs Python 3.11 or newer; this is Python %d.%d." % sys.version_info[:2])

import environment
import libraries
from environment import TOP, Trouble

LOCK = "requirements-test.lock"
LIMIT = 24 * 60.0  # seconds from the start of this file to the end of the last step
FAULTS, FAULTS_LIMIT = "--faults", 4 * 3600.0
SPREAD = ("-n", "logical", "--dist", "loadfile")  # a process for each core, which shares files out
START = time.monotonic()


def steps(arguments: list[str]) -> dict[str, list[str]]:
    """Return every check by name; pytest, which takes `arguments`, is the last."""
    tools = environment.python().parent
    pytest = [str(environment.python()), "-m", "pytest"]
    if FAULTS in arguments:
        return faults([*pytest, *arguments, "tests/faults"])
    return {
        "lint": [str(tools / "ruff"), "check"],
        "format": [str(tools / "ruff"), "format", "--check"],
        "types": [str(tools / "basedpyright"), "--level", "error"],
        "doors": [str(tools / "lint-imports")],
        "tests": [*pytest, *SPREAD, *arguments],
    }


def faults(pytest: list[str]) -> dict[str, list[str]]:
    """Return the full set in two parts: what may run side by side, then what takes times, which
    goes on with the page of the first and prints all of it.
    """
    page = f"--page={Path(tempfile.mkdtemp()) / 'page.json'}"
    return {
        "faults": [*pytest, *SPREAD, "--no-loadscope-reorder", page, "-m", "not alone"],
        "times": [*pytest, page, "-m", "alone"],
    }


def set_up(system: bool) -> None:
    """Make `.venv` ready for tests; with `system`, also install missing system parts as root."""
    if system and not environment.can_make():
        libraries.install()
    environment.ensure(LOCK)
    missing = libraries.missing(environment.site_packages(), "drawing")
    if missing and not system:
        raise Trouble(libraries.sentence(missing))
    if missing:
        libraries.install()


def environ() -> dict[str, str]:
    """The tests' environment: no display, one thread for each process, so that runs are alike."""
    return {"QT_QPA_PLATFORM": "offscreen", "OMP_NUM_THREADS": "1", **os.environ}


def run(commands: dict[str, list[str]], limit: float) -> dict[str, tuple[int, float]]:
    """Run all commands, whatever fails, within `limit` s; return exit code and seconds by name."""
    results: dict[str, tuple[int, float]] = {}
    for name, command in commands.items():
        print(f"\n== {name}", flush=True)
        began = time.monotonic()
        try:
            code = subprocess.run(
                command, cwd=TOP, env=environ(), timeout=max(1.0, limit - (began - START))
            ).returncode
        except subprocess.TimeoutExpired:
            print(
                f"{name} was ended: set-up and checks may take {limit / 60:.0f} minutes.",
                flush=True,
            )
            code = 124
        results[name] = code, time.monotonic() - began
    return results


def main(arguments: list[str]) -> int:
    """Set up, run every check, print the times; return 1 if one failed, 2 if the set-up did."""
    system = "--system" in arguments[:1]
    try:
        set_up(system)
        limit = FAULTS_LIMIT if FAULTS in arguments else LIMIT
        results = run(steps(arguments[system:]), limit)
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    print()
    for name, (code, seconds) in results.items():
        print(f"{name:<8}{'ok' if code == 0 else f'failed ({code})':<14}{seconds:7.1f} s")
    return int(any(code for code, _ in results.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
