"""Checkpoints: tensors, state and a manifest of hashes; saved all or nothing, verified on load."""

import contextlib
import hashlib
import json
import re
import shutil
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from studio.core import durable
from studio.core.durable import hidden, replace_folder, sync_folder, write_synced
from studio.core.events import Refused
from studio.core.sealing import sealed, unsealed
from studio.core.weights import check_head

SCHEMA = 2  # 1 had no seal
MANIFEST = "MANIFEST.json"
OLD = re.compile(r"\.old-(\d{8})-\d+")
DIGEST = 16  # hexadecimal digits of a model's hash
KEPT = 3  # newest checkpoints that pruning leaves, besides one per tenth of the run


class Damaged(Exception):
    """A checkpoint that does not equal its manifest. The message is one sentence."""


def save_checkpoint(
    folder: Path, step: int, tensors: dict[str, Tensor], state: dict[str, Any]
) -> Path:
    """Save under `folder`/step-NNNNNNNN and return that path once it is durable.

    temp dir → fsync files → fsync dir → rename → fsync parent; the caller announces, then prunes.
    Raises OSError; then all that was saved before is there as it was.
    """
    sweep(folder)
    final = folder / f"step-{step:08d}"
    temporary = folder / hidden()
    plain = torch.contiguous_format
    whole = {k: t.detach().cpu().clone(memory_format=plain) for k, t in tensors.items()}
    files = {
        "tensors.safetensors": save(whole),
        "state.json": json.dumps(state, indent=1, allow_nan=False).encode(),
    }
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    manifest = {"schema": SCHEMA, "step": step, "torch": torch.__version__, "sha256": hashes}
    files[MANIFEST] = sealed(manifest)
    try:
        folder.mkdir(exist_ok=True)  # of a run that is still there, not of one that was moved
        temporary.mkdir()
        for name, data in files.items():
            write_synced(temporary / name, data)
        sync_folder(temporary)
        replace_folder(temporary, final)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    return final


def load_checkpoint(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Return (tensors, state) of a checkpoint folder; raise Damaged unless every hash is right."""
    try:
        manifest = _manifest(path)
        files = {name: (path / name).read_bytes() for name in ("tensors.safetensors", "state.json")}
        for name, data in files.items():
            if hashlib.sha256(data).hexdigest() != manifest["sha256"][name]:
                raise Damaged(f"{path.name} is damaged: {name} is not what was saved.")
        check_head(files["tensors.safetensors"])
        return load(files["tensors.safetensors"]), json.loads(files["state.json"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError, SafetensorError):
        raise Damaged(f"{path.name} is damaged: its files can't be read.") from None


def _manifest(path: Path) -> dict[str, Any]:
    """Return what the manifest says; only one of the first schema has no seal."""
    data = (path / MANIFEST).read_bytes()
    manifest = json.loads(data)
    if manifest["schema"] == 1:
        return manifest
    manifest = unsealed(data)
    if manifest["schema"] > SCHEMA:
        raise Damaged(f"{path.name} was saved by a newer Atelier; update the program to use it.")
    return manifest


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
    """Return the complete checkpoints under `folder`, oldest first; one that a crash left moved
    away for a moment is put back.
    """
    durable.sweep(folder)
    return sorted(p for p in folder.glob("step-*") if (p / MANIFEST).exists())


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
    """Delete old checkpoints: the newest stay, one per tenth of the planned steps, and the newest
    of when the run is known to have been well, however long ago.
    """
    paths = checkpoints(folder)
    tenth = max(1, planned // 10)
    kept = set(paths[-KEPT:])
    well = healthy(paths)
    kept.update([p for p in paths if _step(p) <= well][-1:])
    for part in range(11):
        reached = [p for p in paths if _step(p) >= part * tenth]
        kept.update(reached[:1])
    for path in set(paths) - kept:
        doomed = path.rename(path.with_name(f".old-{path.name}"))
        shutil.rmtree(doomed, ignore_errors=True)


def healthy(paths: list[Path]) -> int:
    """Return the step up to which a run was well, as its newest readable checkpoint knows it."""
    for path in reversed(paths):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            state = json.loads((path / "state.json").read_bytes())
            return int(state.get("healthy", _step(path)))  # older versions did not judge
    return 0


def _step(path: Path) -> int:
    return int(path.name.removeprefix("step-"))


def put_aside(folder: Path, step: int) -> None:
    """Move the checkpoints after `step` to `folder`/aside, in place of what was there before.

    The newest goes last: until then the run stands where it stood. Raises OSError; then they are
    where they were.
    """
    late = [p for p in checkpoints(folder) if int(p.name.removeprefix("step-")) > step]
    if not late:
        return
    aside = folder / "aside"
    durable.discard(aside)
    aside.mkdir(exist_ok=True)
    try:
        for path in late:
            path.rename(aside / path.name)
    except OSError:
        for path in late:
            with contextlib.suppress(OSError):
                (aside / path.name).rename(path)
        raise


def sweep(folder: Path) -> None:
    """Remove what an interrupted save or prune left behind, and put back what was moved away."""
    durable.sweep(folder)
    for leftover in [*folder.glob(".tmp-*"), *folder.glob(".old-*")]:
        again = OLD.fullmatch(leftover.name)  # left by the program's first version
        with contextlib.suppress(OSError):
            if again and not (folder / f"step-{again[1]}").exists():
                leftover.rename(folder / f"step-{again[1]}")
        shutil.rmtree(leftover, ignore_errors=True)
