"""The locks pin everything with hashes and name no address; this environment is what they say."""

import itertools
import json
import re
import subprocess
import sys
from pathlib import Path

PACKAGING = Path(__file__).resolve().parents[2] / "packaging"
LOCK = "requirements.lock"


def test_the_locks_pin_everything_with_hashes_and_agree():
    """The test lock holds the runtime lock in the same versions; no line names an address."""
    texts = {name: (PACKAGING / name).read_text() for name in (LOCK, "requirements-test.lock")}
    pins = {
        name: {line for line in text.splitlines() if line[:1].isalnum()}
        for name, text in texts.items()
    }
    versions = {
        name: {re.split("[ ;]", line, maxsplit=1)[0] for line in lines}
        for name, lines in pins.items()
    }
    assert versions[LOCK] <= versions["requirements-test.lock"]
    assert all("==" in line for line in pins["requirements-test.lock"])
    assert not any("://" in text or "--index" in text for text in texts.values())
    blocks = texts["requirements-test.lock"].split("\n")
    assert all(
        "--hash=sha256:" in after
        for line, after in itertools.pairwise(blocks)
        if line[:1].isalnum()
    )


def test_this_environment_is_what_the_lock_says():
    lock = PACKAGING / "requirements-test.lock"
    command = [sys.executable, "-I", str(PACKAGING / "installed.py"), str(lock)]
    report = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert report["missing"] == []
    assert report["total"] > 60
