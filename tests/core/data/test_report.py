"""The report reads as lines that name what was found, and cuts long lists short."""

import pytest
from pydantic import ValidationError

from studio.core.data.report import Report


def report(**more) -> Report:
    plain = {
        "source": "cats", "found": 1200, "kept": 1200, "width": 32, "height": 24, "channels": 4
    }  # fmt: skip
    return Report.model_validate({**plain, **more})


@pytest.mark.parametrize(
    ("channels", "words"), [(1, "grey"), (3, "RGB"), (4, "RGB with transparency")]
)
def test_the_first_line_says_what_the_set_is(channels, words):
    assert str(report(channels=channels)) == f"cats: 1,200 pictures, 32×24, {words}"


def test_each_finding_has_its_line():
    text = str(
        report(
            sizes={"40×30": 1200},
            modes={"RGB": 1000, "P": 200},
            classes={"a": 7, "b": 1193},
            converted={"cropped": 12},
            exact_duplicates=3,
            other_files=1,
            skipped=[("x", "Empty.")],
        )
    )
    assert text.splitlines()[1:] == [
        "sizes: 40×30 1,200",
        "modes: RGB 1,000, P 200",
        "classes: a 7, b 1,193",
        "converted: cropped 12",
        "duplicates: exact 3",
        "other files: left alone 1",
        "skipped: x: Empty.",
    ]


def test_long_lists_are_cut_and_say_so():
    text = str(report(sizes={f"{k}×1": 1 for k in range(15)}))
    assert text.endswith(", 11×1 1, 3 more")
    lines = str(report(skipped=[(str(k), "Bad.") for k in range(1025)])).splitlines()
    assert len(lines) == 22 and lines[-2:] == ["skipped: 19: Bad.", "skipped: 1,005 more"]
    assert "more" not in str(report(skipped=[(str(k), "Bad.") for k in range(20)]))


def test_it_survives_json_and_refuses_what_it_does_not_know():
    made = report(skipped=[("x", "Empty.")], near_pairs=[("a", "b")], preview=[0, 4])
    assert Report.model_validate_json(made.model_dump_json()) == made
    with pytest.raises(ValidationError, match="extra"):
        report(surprise=1)
