"""Steps: done, undone and done again in one line; a slider that is dragged is one of them."""

import pytest

from studio.gui.desks import steps as module
from studio.gui.desks.steps import Step, Steps


def test_steps_go_back_and_forth_and_tell_their_titles() -> None:
    steps, value = Steps(), ["a"]
    for before, after in (("a", "b"), ("b", "c")):
        steps.add(Step(after, lambda v=before: value.append(v), lambda v=after: value.append(v)))
    assert steps.titles == ("c", None)
    steps.undo()
    assert value[-1] == "b" and steps.titles == ("b", "c")
    steps.redo()
    assert value[-1] == "c"
    steps.undo()
    steps.add(Step("d", list, list))
    assert steps.titles == ("d", None), "what was undone is forgotten"
    steps.clear()
    assert steps.titles == (None, None)
    steps.undo()
    steps.redo()


def test_steps_of_one_kind_are_joined_only_while_they_follow_each_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now, told = [0.0], list[str]()
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    steps = Steps()

    def move(number: int, after: float) -> None:
        now[0] += after
        steps.add(
            Step(
                "Brush",
                lambda: told.append(f"undo {number}"),
                lambda: told.append(f"redo {number}"),
                "brush",
                joined=True,
            )
        )

    move(1, 0)
    move(2, 0.1)
    move(3, 0.1)
    assert len(steps.done) == 1
    steps.undo()
    steps.redo()
    assert told == ["undo 1", "redo 3"], "back to before the first, forth to the last"
    move(4, 0.1)
    assert len(steps.done) == 2, "after an undo another one begins"
    move(5, module.ONE + 0.1)
    assert len(steps.done) == 3
