"""Evidence: only what was measured since the last remedy counts."""

import numpy as np

from studio.core.events import Note
from studio.core.health.evidence import Evidence
from tests.core.health.logs import history, remedied


def test_only_what_was_measured_since_the_remedy_counts():
    values = np.arange(10.0)
    known = Evidence(history([remedied(150)], codes=values), {})
    assert known.since == 150
    assert list(known.measured("codes")[1]) == [5, 6, 7, 8, 9]
    assert list(known.measured("codes", whole=True)[1]) == list(values)
    assert known.latest("codes") == 8 and known.latest("codes", 6) is None


def test_gaps_are_no_measurements():
    known = Evidence(history(codes=[1.0, np.nan, 3.0]), {})
    assert list(known.measured("codes")[1]) == [1.0, 3.0]
    assert known.latest("nothing") is None


def test_rollbacks_before_the_remedy_are_forgiven():
    rollback = Note("went back", "warning", "rollback", 90)
    assert Evidence(history([rollback, rollback]), {}).rollbacks == 2
    assert Evidence(history([rollback, remedied(80), rollback]), {}).rollbacks == 1
