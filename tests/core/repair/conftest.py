"""Models of every family, a few steps old, as the explorer's tests have them."""

from tests.core.explore.conftest import explorers

__all__ = ["explorers"]
