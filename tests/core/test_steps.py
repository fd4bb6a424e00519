import pytest

from studio.core.events import Progress
from studio.core.steps import Steps, told


def counted(parts: int) -> Steps[str]:
    for part in range(parts):
        yield part / parts
    return "ready"


def test_shares_become_progress_and_the_result_is_passed_on():
    job = told(counted(4), 20, 60, "Lines")
    events = [next(job) for _ in range(4)]
    assert events == [Progress(done, 100, "Lines") for done in (20, 30, 40, 50)]
    with pytest.raises(StopIteration) as ended:
        next(job)
    assert ended.value.value == "ready"


def test_stop_reaches_the_steps():
    steps = counted(4)
    job = told(steps, 0, 100, "Lines")
    next(job)
    job.close()
    assert list(steps) == []
