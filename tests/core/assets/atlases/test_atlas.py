"""Atlases as values: pages taken apart, animations with them."""

from studio.core.assets.atlases.atlas import Atlas, Frame, Sheet
from studio.core.assets.trimming import Box


def atlas(**changes) -> Atlas:
    frames = [
        Frame("walk-0", 0, Box(0, 0, 8, 6), (1, 2), (10, 10)),
        Frame("idle", 1, Box(0, 0, 9, 9), (0, 0), (9, 9)),
        Frame("walk-1", 1, Box(9, 0, 8, 8), (0, 0), (8, 8)),
        Frame("walk-2", 0, Box(8, 0, 8, 8), (0, 0), (8, 8)),
    ]
    values = {
        "sheets": (Sheet("a-0.png", 16, 8), Sheet("a-1.png", 17, 9)),
        "frames": tuple(frames),
        "animations": {"walk": (0, 2, 3), "still": (1,)},
        "fps": 12.0,
        "pivot": (0.5, 1.0),
    }
    return Atlas(**(values | changes))


def test_a_frame_knows_whether_it_was_trimmed():
    assert [frame.trimmed for frame in atlas().frames] == [True, False, False, False]


def test_a_page_alone_has_its_frames_and_its_part_of_animations():
    first, second = atlas().page(0), atlas().page(1)
    assert [frame.name for frame in first.frames] == ["walk-0", "walk-2"]
    assert first.animations == {"walk": (0, 1)} and first.sheets[0].name == "a-0.png"
    assert second.animations == {"walk": (1,), "still": (0,)}
