"""An entry is a value."""

import subprocess
import sys
from dataclasses import FrozenInstanceError

import pytest

from studio.core.gallery.entry import Counts


def test_counts_are_a_value():
    counts = Counts(1, 0, 0, (), (("boss", 1),), (), (), (), ())
    assert counts == Counts(1, 0, 0, (), (("boss", 1),), (), (), (), ())
    with pytest.raises(FrozenInstanceError):
        counts.total = 2  # type: ignore[misc]  # that is what is tested


def test_the_window_may_import_it_at_once():
    code = "import studio.core.gallery.entry, sys; print({'torch', 'cv2'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
