"""Where the steps of a tree stand: later to the right, branches below, no lines that cross."""

from collections.abc import Sequence

import numpy as np


def placed(parents: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    """Return columns and rows, int [n] each, of steps whose parents stand before them (-1: none).

    A first child stays in its parent's row. Every other chain goes to the highest row that is free
    over its whole length; the latest fork of a chain is served first, so that no line down to a
    chain has to cross another.
    """
    columns = np.zeros(len(parents), int)
    children: list[list[int]] = [[] for _ in parents]
    roots = []
    for step, parent in enumerate(parents):
        if parent < 0:
            roots.append(step)
        else:
            columns[step] = columns[parent] + 1
            children[parent].append(step)
    rows = np.zeros(len(parents), int)
    floor = np.full(int(columns.max(initial=0)) + 1, -1)  # the lowest row taken in each column
    waiting = roots[::-1]
    while waiting:
        chain = _chain(waiting.pop(), children)
        fork = max(0, columns[chain[0]] - 1)  # the line down to the chain begins there
        span = slice(fork, columns[chain[-1]] + 1)
        rows[chain] = floor[span] = floor[span].max() + 1
        for step in chain:
            waiting.extend(reversed(children[step][1:]))
    return columns, rows


def _chain(step: int, children: list[list[int]]) -> list[int]:
    """Return the step, its first child, that one's first child, and so on."""
    chain = [step]
    while children[chain[-1]]:
        chain.append(children[chain[-1]][0])
    return chain
