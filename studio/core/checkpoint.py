"""Checkpoints: tensors, state and a manifest of hashes; saved all or nothing, verified on load."""

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load, save
from torch import Tensor

from studio.core.events import Refused
from studio.core.project import sync_folder

SCHEMA = 1
DIGEST = 16  # hexadecimal digits of a model's hash
KEPT = 3  # newest checkpoints that pruning leaves, besides one per tenth of the run


class Damaged(Exception):
    """A checkpoint that does not equal its manifest. The message is one sentence."""


def save_checkpoint(
    folder: Path, step: int, tensors: dict[str, Tensor], state: dict[str, Any]
) -> Path:
    """Save under `folder`/step-NNNNNNNN and return that path once it is durable.

    temp dir → fsync files → fsync dir → rename → fsync parent; the caller announces, then prunes.
    """
    sweep(folder)
    final = folder / f"step-{step:08d}"
    temporary = folder / f".tmp-{step:08d}-{os.getpid()}"
    plain = torch.contiguous_format
    whole = {k: t.detach().cpu().clone(memory_format=plain) for k, t in tensors.items()}
    files = {
        "tensors.safetensors": save(whole),
        "state.json": json.dumps(state, indent=1, allow_nan=False).encode(),
    }
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    manifest = {"schema": SCHEMA, "step": step, "torch": torch.__version__, "sha256": hashes}
    files["MANIFEST.json"] = json.dumps(manifest, indent=1).encode()
    try:
        temporary.mkdir(parents=True)
        for name, data in files.items():
            _write(temporary / name, data)
        sync_folder(temporary)
        if final.exists():  # saved before, then trained again from further back
            final.rename(folder / f".old-{step:08d}-{os.getpid()}")
        temporary.rename(final)
        sync_folder(folder)
    except OSError:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    sweep(folder)
    return final


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def load_checkpoint(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Return (tensors, state) of a checkpoint folder; raise Damaged unless every hash is right."""
    try:
        manifest = json.loads((path / "MANIFEST.json").read_bytes())
        files = {name: (path / name).read_bytes() for name in ("tensors.safetensors", "state.json")}
        for name, data in files.items():
            if hashlib.sha256(data).hexdigest() != manifest["sha256"][name]:
                raise Damaged(f"{path.name} is damaged: {name} is not what was saved.")
        return load(files["tensors.safetensors"]), json.loads(files["state.json"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Damaged(f"{path.name} is damaged: {type(error).__name__} while reading it.") from None


def digest(tensors: dict[str, Tensor]) -> str:
    """Return the hash of the averaged model's weights, names and shapes included."""
    found = hashlib.sha256()
    for whole, tensor in sorted(tensors.items()):
        name = whole.removeprefix("ema.")
        if name != whole:
            found.update(f"{name} {tuple(tensor.shape)} {tensor.dtype}\n".encode())
            found.update(tensor.contiguous().flatten().view(torch.uint8).numpy().data)
    return found.hexdigest()[:DIGEST]


def checkpoints(folder: Path) -> list[Path]:
    """Return the complete checkpoints under `folder`, oldest first."""
    return sorted(p for p in folder.glob("step-*") if (p / "MANIFEST.json").exists())


Loaded = tuple[Path, dict[str, Tensor], dict[str, Any], list[str]]


def newest(folder: Path, step: int | None = None) -> Loaded:
    """Load the newest sound checkpoint (at most at `step`): path, tensors, state, troubles.

    Troubles are sentences on newer ones that were passed over. Raises Refused when there is none.
    """
    troubles: list[str] = []
    for path in reversed(checkpoints(folder)):
        if step is not None and int(path.name.removeprefix("step-")) > step:
            continue
        try:
            return path, *load_checkpoint(path), troubles
        except Damaged as trouble:
            troubles.append(str(trouble))
    what = f"no sound model ({troubles[0].rstrip('.')})" if troubles else "saved no model yet"
    raise Refused(f"Run {folder.parent.name} has {what}; choose another run, or train a new one.")


def prune(folder: Path, planned: int) -> None:
    """Delete old checkpoints: the newest stay, and one per tenth of the planned steps."""
    paths = checkpoints(folder)
    tenth = max(1, planned // 10)
    kept = set(paths[-KEPT:])
    for part in range(11):
        reached = [p for p in paths if int(p.name.removeprefix("step-")) >= part * tenth]
        kept.update(reached[:1])
    for path in set(paths) - kept:
        doomed = path.rename(path.with_name(f".old-{path.name}"))
        shutil.rmtree(doomed, ignore_errors=True)


def put_aside(folder: Path, step: int) -> None:
    """Move the checkpoints after `step` to `folder`/aside, in place of what was there before."""
    late = [p for p in checkpoints(folder) if int(p.name.removeprefix("step-")) > step]
    if not late:
        return
    shutil.rmtree(folder / "aside", ignore_errors=True)
    (folder / "aside").mkdir()
    for path in late:
        path.rename(folder / "aside" / path.name)


def sweep(folder: Path) -> None:
    """Remove what an interrupted save or prune left behind (hidden names only)."""
    for leftover in [*folder.glob(".tmp-*"), *folder.glob(".old-*")]:
        shutil.rmtree(leftover, ignore_errors=True)
