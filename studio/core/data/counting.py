"""Counts what an import did, once all pictures are read."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from studio.core.data.chunk import Fact
from studio.core.data.duplicates import Duplicates
from studio.core.data.import_settings import ImportSettings
from studio.core.data.packed import Packing
from studio.core.data.report import Report

PREVIEWS = 64
PAIRS = 100


def counted(
    pictures: Sequence[Packing],
    facts: Sequence[Fact],
    classes: Sequence[str],
    copies: Duplicates,
    settings: ImportSettings,
    dropped: int,
    **told: object,
) -> Report:
    """Count what happened to `pictures`, to which `facts` and `copies` belong.

    `told` are the report's fields that are known without counting: source, found, skipped …
    """
    labels = Counter(p.label for p in pictures)
    notes = Counter(note for fact in facts for note in fact[3].split("; ") if note)
    near = np.flatnonzero(copies.near >= 0).tolist()
    preview = np.unique(np.linspace(0, len(pictures) - 1, min(PREVIEWS, len(pictures))).round())
    return Report.model_validate(
        {
            "kept": len(pictures),
            "width": settings.width,
            "height": settings.height,
            "converted": dict(notes.most_common()),
            "exact_duplicates": int((copies.exact >= 0).sum()) + dropped,
            "dropped": dropped,
            "near_duplicates": len(near),
            "near_pairs": [(pictures[k].name, pictures[copies.near[k]].name) for k in near[:PAIRS]],
            "classes": {name: labels[k] for k, name in enumerate(classes)},
            "sizes": dict(Counter(f"{fact[0]}×{fact[1]}" for fact in facts).most_common()),
            "modes": dict(Counter(fact[2] for fact in facts).most_common()),
            "preview": [int(k) for k in preview],
            **told,
        }
    )
