"""The window outlives the references that PySide6 6.12 loses on Python 3.11."""

import subprocess
import sys

BUSY = """
import studio.gui
from PySide6.QtCore import QObject, Signal
class Source(QObject):
    told = Signal()
source = Source()
for _ in range(200_000):
    source.told.emit()
    source.setObjectName("x")
print("alive")
"""


def test_a_program_survives_more_signals_than_true_and_none_have_references() -> None:
    ended = subprocess.run([sys.executable, "-c", BUSY], capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stdout.strip()) == (0, "alive"), ended.stderr
