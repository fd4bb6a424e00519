"""The methods of style: every module in this folder that exports METHOD is one."""

import importlib
import pkgutil
from functools import cache

from studio.core.style.method import Method


@cache
def methods() -> dict[str, Method]:
    """Return all methods by name, in the order they are offered. A new one is a new file here."""
    modules = [
        importlib.import_module(f"{__name__}.{m.name}") for m in pkgutil.iter_modules(__path__)
    ]
    found = [m.METHOD for m in modules if hasattr(m, "METHOD")]
    return {m.name: m for m in sorted(found, key=lambda m: (m.rank, m.title))}
