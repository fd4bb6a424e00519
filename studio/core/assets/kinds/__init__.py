"""The kinds of export: every module in this folder that exports KIND is one."""

import importlib
import pkgutil
from functools import cache

from studio.core.assets.kind import Kind


@cache
def kinds() -> dict[str, Kind]:
    """Return all kinds by id, in the order they are offered. A new one is a new file here."""
    modules = [
        importlib.import_module(f"{__name__}.{m.name}") for m in pkgutil.iter_modules(__path__)
    ]
    found = [m.KIND for m in modules if hasattr(m, "KIND")]
    return {k.id: k for k in sorted(found, key=lambda k: (k.rank, k.title))}
