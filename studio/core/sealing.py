"""Seals: JSON that holds the SHA-256 of all its other bytes, so that no bit changes unnoticed."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from studio.core.events import Job, Progress

OPEN = "0" * 64  # stands where the seal will be while the rest is hashed
KEY = b'"seal": "'
BLOCK = 1 << 22


class Broken(ValueError):
    """What was sealed has changed, or there is no seal."""


def sealed(values: Mapping[str, Any], readable: bool = True) -> bytes:
    """Return `values` as JSON with their seal as the last of them; `readable` to people too."""
    whole = {**values, "seal": OPEN}
    if readable:
        text = json.dumps(whole, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    else:
        text = json.dumps(whole, allow_nan=False)
    data = text.encode("utf-8", "replace")
    at = data.rindex(KEY) + len(KEY)
    return data[:at] + hashlib.sha256(data).hexdigest().encode() + data[at + len(OPEN) :]


def unsealed(data: bytes) -> dict[str, Any]:
    """Return the values of sealed JSON without the seal; raise Broken if any byte has changed."""
    at = data.rfind(KEY) + len(KEY)
    seal = data[at : at + len(OPEN)]
    whole = data[:at] + OPEN.encode() + data[at + len(OPEN) :]
    if at < len(KEY) or hashlib.sha256(whole).hexdigest().encode() != seal:
        raise Broken("the seal is broken")
    values = json.loads(data)
    del values["seal"]
    return values


def has_seal(data: bytes) -> bool:
    """Tell whether JSON was sealed once, by the word alone."""
    return KEY in data


def file_hash(path: Path, text: str) -> Job[str]:
    """Return a file's SHA-256, saying `text` on the way; raises OSError."""
    found, done, total = hashlib.sha256(), 0, path.stat().st_size
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            found.update(block)
            done += len(block)
            yield Progress(done, total, text)
    return found.hexdigest()
