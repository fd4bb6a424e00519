"""The families: every module in this folder that exports FAMILY is one."""

import importlib
import pkgutil
from functools import cache

from studio.core.family import Family


@cache
def families() -> dict[str, Family]:
    """Return all families by id, in the order of their titles. A new one is a new file here."""
    modules = [
        importlib.import_module(f"{__name__}.{m.name}") for m in pkgutil.iter_modules(__path__)
    ]
    found = [m.FAMILY for m in modules if hasattr(m, "FAMILY")]
    return {f.id: f for f in sorted(found, key=lambda f: f.title)}
