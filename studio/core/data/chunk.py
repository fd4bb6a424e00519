"""A chunk: a few entries decoded and fitted at once, here or in a worker process."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from studio.core.data.decode import Decoded, Unreadable, decode
from studio.core.data.duplicates import dhash
from studio.core.data.fit import Target, fitted, widened


class Reads(Protocol):
    """What a chunk needs of a source's reader."""

    def read(self, where: list) -> bytes | np.ndarray:
        """Return a file's bytes, or a picture uint8 [h, w, c]; raise Unreadable."""
        ...


Fact = tuple[int, int, str, str]  # width and height in the source, mode, what was done


@dataclass(eq=False)
class Chunk:
    """What became of some entries; `kept` and `skipped` count from the chunk's first entry.

    `rows` is uint8 [k, h, w, c], premultiplied, c the least that holds all k; `facts[n]` belongs
    to row k when `fact[k]` is n.
    """

    rows: np.ndarray
    hashes: np.ndarray
    kept: list[int] = field(default_factory=list)
    sha256: list[str] = field(default_factory=list)
    fact: list[int] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    skipped: list[tuple[int, str]] = field(default_factory=list)

    def pack(self) -> bytes:
        """Return the chunk as bytes: a line of JSON, the hashes, the rows."""
        head = {
            "shape": self.rows.shape,
            **{
                name: getattr(self, name) for name in ("kept", "sha256", "fact", "facts", "skipped")
            },
        }
        return b"\n".join([json.dumps(head).encode(), self.hashes.tobytes() + self.rows.tobytes()])


def unpack(data: bytes) -> Chunk:
    """Read what `Chunk.pack` wrote; raise ValueError if it is anything else."""
    end = data.index(b"\n")
    head = json.loads(data[:end])
    shape = tuple(head.pop("shape"))
    hashes = np.frombuffer(data, np.uint64, shape[0], end + 1)
    rows = np.frombuffer(data, np.uint8, offset=end + 1 + hashes.nbytes).reshape(shape)
    return Chunk(rows, hashes, **head)


def lost(sentence: str, target: Target) -> Chunk:
    """Return the chunk of a single entry that was skipped."""
    rows = np.zeros((0, target.height, target.width, 1), np.uint8)
    return Chunk(rows, np.zeros(0, np.uint64), skipped=[(0, sentence)])


def make(reader: Reads, wheres: Sequence[list], target: Target) -> Chunk:
    """Read, decode and fit the entries at `wheres`; bad ones are skipped with a sentence."""
    rows: list[np.ndarray] = []
    chunk, known = lost("", target), {}
    chunk.skipped.clear()
    for k, where in enumerate(wheres):
        try:
            data = reader.read(where)
            decoded = _decoded(data, target)
            row, done = fitted(decoded.picture, target, decoded.photo)
        except Unreadable as error:
            chunk.skipped.append((k, str(error)))
            continue
        except MemoryError:
            chunk.skipped.append((k, "The picture needs more memory than there is."))
            continue
        notes = "; ".join([*decoded.notes, done] if done else decoded.notes)
        fact = (*decoded.size, decoded.mode, notes)
        rows.append(row)
        chunk.kept.append(k)
        chunk.sha256.append(hashlib.sha256(_bytes(data)).hexdigest())
        chunk.fact.append(known.setdefault(fact, len(known)))
    chunk.facts = list(known)
    if rows:
        chunk.rows = _together(rows, target.channels == "auto")
        chunk.hashes = dhash(chunk.rows)
    return chunk


def _bytes(data: bytes | np.ndarray) -> bytes:
    return data if isinstance(data, bytes) else data.tobytes()


def _decoded(data: bytes | np.ndarray, target: Target) -> Decoded:
    if isinstance(data, bytes):
        return decode(data, (target.width, target.height))
    mode = {1: "L", 3: "RGB", 4: "RGBA"}[data.shape[-1]]
    return Decoded(data, (data.shape[1], data.shape[0]), mode, photo=mode == "L")


def _together(rows: list[np.ndarray], auto: bool) -> np.ndarray:
    """Stack rows of 1, 3 or 4 channels; all grey become 1 channel if that is left to us."""
    channels = max(row.shape[-1] for row in rows)
    stack = np.stack([widened(row, channels) for row in rows])
    first = stack[..., 0]
    if auto and channels == 3 and all(np.array_equal(first, stack[..., k]) for k in (1, 2)):
        return np.ascontiguousarray(stack[..., :1])
    return stack
