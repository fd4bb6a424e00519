"""How far a run goes: it ends by steps or time, and its schedules follow the pace."""

import pytest

from studio.core.course import UNLIMITED, Course
from studio.core.project import Plan


def test_a_run_by_steps_ends_at_them_whatever_the_time():
    course = Course(100, UNLIMITED)
    assert course.expected(10, 5.0) == 100 and course.progress(25) == 0.25
    course.replan(50, 1e6)
    assert course.steps == 100 and not course.done(99, 1e6) and course.done(100, 0.0)


def test_a_run_by_time_ends_with_it():
    course = Course(1000, 10.0)
    assert course.expected(100, 5.0) == 200 and not course.done(100, 5.0)
    assert course.expected(100, 0.0) == 1000
    assert course.done(100, 10.0)


def test_too_little_time_tells_no_pace():
    course = Course(1000, 100.0)
    course.replan(100, 9.0)
    assert course.steps == 1000
    course.replan(100, 50.0)
    assert course.steps == 200 and course.planned == (100, 0.1) and course.paced == (100, 50.0)


@pytest.mark.parametrize(("plan", "steps"), [(Plan(steps=5), 105), (Plan(minutes=1.0), 220)])
def test_more_is_added_to_what_is_done(plan, steps):
    course = Course(100, UNLIMITED)
    course.extend(plan, 100, 50.0)
    assert course.steps == steps and course.progress(100) == pytest.approx(100 / steps)
    assert not course.done(100, 50.0)


def test_it_continues_from_its_state():
    one, other = Course(1000, 100.0), Course(1, 1.0)
    one.replan(100, 50.0)
    other.load(one.state(), 100, 50.0)
    assert other == one
