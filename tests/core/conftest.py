"""Every core test starts from the same global random state: networks built by hand are alike."""

import pytest
import torch


@pytest.fixture(autouse=True)
def seeded() -> None:
    """Seed torch; the product itself never reads this state."""
    torch.manual_seed(0)
