"""Scrubbing: nothing planted is left, what helps is."""

import random

import pytest

from studio.core.recovery import scrubbing

PLANTED = ("Zoltan", "Mallory", "wolkenkratzer", "Großvater", "日本語", "tabby", "ACME", "holiday")
SHAPES = (
    "/home/{0}/{1}/{2}.png",
    "/home/{0}/My {1} Pictures/{2} and {3}.jpeg",
    "C:\\Users\\{0}\\Documents\\{1} {2}.webp",
    "C:/Users/{0}/{1} of {2}/x.tif",
    "\\\\{0}-SERVER\\share\\{1}\\{2}.psd",
    "//{0}/share/{1}",
    "~{0}/{1}.txt",
    "~/{0} {1}/{2}",
    "'{0} {1}'",
    '"{0}\\{1} {2}.png"',
    "“{0} {1}”",
    "{0}.atelier",
    "{0}@{1}.example.org",
    "https://{0}.example.org/{1}?{2}={3}",
    "file:///home/{0}/{1}%20{2}.png",
    "{0}",
    "{0}_{1}-{2}",
    "{0}'s {1}",
    "/Volumes/{0} {1}/{2} {3}/{0}.gif: {1}",
    "{0}/{1}/../{2}",
)
SAID = (
    "can't open {}",
    "[Errno 2] No such file or directory: {}",
    "{}: permission denied",
    "the picture {} is {} and can't be read",
    "key {} not found in {}",
)


def planted(seed: int) -> tuple[str, tuple[str, ...]]:
    """Return a message with planted words in it, and those words."""
    rng = random.Random(seed)
    some = [rng.choice(PLANTED) for _ in range(4)]
    shape, said = SHAPES[seed % len(SHAPES)], SAID[seed // len(SHAPES) % len(SAID)]
    filled = [shape.format(*some) for _ in range(said.count("{}"))]
    return said.format(*filled), tuple(some)


def left(text: str, words: tuple[str, ...]) -> list[str]:
    """Return the planted words that are still there."""
    return [word for word in words if word.lower() in text.lower()]


@pytest.mark.parametrize("seed", range(100))
def test_nothing_planted_is_left(seed: int) -> None:
    message, some = planted(seed)
    assert left(scrubbing.words(message), some) == []


def test_the_test_can_fail() -> None:
    message, some = planted(0)
    assert left(message, some)


@pytest.mark.parametrize(
    ("message", "kept"),
    [
        (
            "The size of tensor a (3) must match the size of tensor b (4)",
            "The size of tensor a (3) must match the size of tensor … (4)",
        ),
        ("CUDA out of memory. Tried to allocate 2.00 GiB", "CUDA out of memory. Tried to allocate"),
        ("list index out of range", "list index out of range"),
        ("studio.core.recovery.scrubbing broke", "studio.core.recovery.scrubbing broke"),
        ("index 7 is out of bounds", "index 7 is out of"),
    ],
)
def test_what_helps_is_kept(message: str, kept: str) -> None:
    assert scrubbing.words(message).startswith(kept)


def test_a_user_called_like_a_known_word(monkeypatch: pytest.MonkeyPatch) -> None:
    scrubbing._own.cache_clear()
    monkeypatch.setenv("USER", "Kernel")
    assert scrubbing.words("the kernel is broken") == "the … is broken"
    scrubbing._own.cache_clear()


def test_frames_name_modules_only() -> None:
    def outer() -> None:
        raise ValueError("x")

    with pytest.raises(ValueError, match="x") as caught:
        outer()
    found = scrubbing.frames(caught.value.__traceback__)
    assert found[-1].startswith(f"  {__name__}:") and found[-1].endswith(" in outer")
    assert not any("/" in line or ".py" in line for line in found)


def test_a_fault_names_modules_only() -> None:
    home = scrubbing.HOME
    text = f"""Fatal Python error: Segmentation fault

Current thread 0x00007f0c (most recent call first):
  File "{home}/studio/gui/panels/train.py", line 44 in _on_project
  File "/home/Mallory/my plugin/Zoltan.py", line 3 in steal
  File "{scrubbing.LIBRARIES[0]}/numpy/core/x.py", line 9 in <module>
  File "{scrubbing.LIBRARIES[1]}/threading.py", line 9 in run

Extension modules: Mallory.secret, numpy
"""
    assert scrubbing.fault(text) == [
        "Fatal error: Segmentation fault",
        "Current thread:",
        "  studio.gui.panels.train:44 in _on_project",
        "  elsewhere",
        "  numpy.core.x:9 in <module>",
        "  threading:9 in run",
    ]
    assert scrubbing.fault("") == []


def test_the_log_keeps_time_level_module_and_known_words() -> None:
    import logging

    logging.getLogger("studio.known")
    lines = [
        "2026-11-22 08:00:00,123 ERROR studio.known: can't read /home/Mallory/tabby cat.png",
        "2026-11-22 08:00:01,123 INFO Mallory.tabby: saved",
        "Traceback (most recent call last):",
        f'  File "{scrubbing.HOME}/studio/cli.py", line 7, in train',
        "    secret = open('/home/Mallory/tabby')",
        "FileNotFoundError: [Errno 2] No such file: '/home/Mallory/tabby'",
        "Mallory: tabby",
    ]
    found = scrubbing.log_lines(lines)
    assert found[0] == "2026-11-22 08:00:00,123 ERROR studio.known: … read …" or "read" in found[0]
    assert found[1] == "2026-11-22 08:00:01,123 INFO …: saved"
    assert "  studio.cli:7 in train" in found and len(found) == 4
    assert left("\n".join(found), ("Mallory", "tabby", "secret")) == []
