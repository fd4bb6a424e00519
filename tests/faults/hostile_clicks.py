"""What a file manager may hand to the program by a double click, made in a folder."""

import os
import pickle
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

LARGE = 3 << 30  # bytes of a file that is nothing but a hole


def clicks(folder: Path, base: Path) -> dict[str, str]:
    """Make all of it in `folder`, beside copies of the project `base`; return what to click on, by
    what it is. Projects that open have "opens" in that.
    """
    folder.mkdir()
    found = {"what is not there": str(folder / "gone.atelier"), "nothing": ""}
    found |= {"a device": "/dev/zero", "a folder of pipes": "/proc/self/fd", "the root": "/"}
    found |= {"NUL in its name": str(folder / "a\0b.atelier"), "too long": "x" * 9000}
    for name, make in {**_files(), **_folders(), **_projects(base)}.items():
        path = folder / name.replace(" ", "-")
        try:
            found[name] = str(make(path) or path)
        except OSError:  # no name for this disk
            continue
    return found


Make = Callable[[Path], Path | None]


def _files() -> dict[str, Make]:
    """Return what makes files, most with the ending of a project."""

    def picture(path: Path) -> None:
        cv2.imwrite(str(path.with_suffix(".png")), np.zeros((9, 9, 3), np.uint8))

    def archive(path: Path) -> None:
        with zipfile.ZipFile(path, "w") as zipped:
            zipped.writestr("project.json", '{"schema": 2, "name": "a"}')

    def sparse(path: Path) -> None:
        with path.open("wb") as file:
            file.truncate(LARGE)

    return {
        "a text.atelier": lambda path: _text(path, "hello"),
        "a picture.atelier": lambda path: (picture(path), path.with_suffix(".png"))[1],
        "a zip.atelier": archive,
        "an empty file": lambda path: _text(path, ""),
        "a pipe.atelier": os.mkfifo,
        "a pack that is a pipe.atelierpack": os.mkfifo,
        "a pack that is text.atelierpack": lambda path: _text(path, "hello"),
        "a pack that is a zip.atelierpack": archive,
        "a large pack.atelierpack": sparse,
        "a ring of links.atelier": lambda path: path.symlink_to(path.name),
        "a link to nowhere.atelier": lambda path: path.symlink_to("nowhere"),
    }


def _text(path: Path, text: str) -> None:
    path.write_text(text)


def _folders() -> dict[str, Make]:
    """Return what makes folders that are no project, with something in the place of its file."""

    def holding(make: Callable[[Path], object]) -> Make:
        def folder(path: Path) -> None:
            path.mkdir()
            make(path / "project.json")

        return folder

    def sparse(path: Path) -> None:
        with path.open("wb") as file:
            file.truncate(LARGE)

    return {
        "empty.atelier": Path.mkdir,
        "holding a folder.atelier": holding(Path.mkdir),
        "holding a pipe.atelier": holding(os.mkfifo),
        "holding a ring.atelier": holding(lambda path: path.symlink_to(path.name)),
        "holding zeros without end.atelier": holding(lambda path: path.symlink_to("/dev/zero")),
        "holding a hole.atelier": holding(sparse),
        "holding a pickle.atelier": holding(
            lambda path: path.write_bytes(pickle.dumps(_Runs("touch ran")))
        ),
        "holding code.atelier": holding(lambda path: path.write_text("__import__('os')")),
        "holding words.atelier": holding(lambda path: path.write_text('{"schema": "import os"}')),
    }


class _Runs:
    """What runs a command where it is unpickled."""

    def __init__(self, command: str):
        self.command = command

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (self.command,)


def _projects(base: Path) -> dict[str, Make]:
    """Return what makes copies of a whole project, under odd names or with traps in them."""

    def copied(name: str | bytes, trap: Callable[[Path], object] = lambda _: None) -> Make:
        def copy(path: Path) -> Path:
            goal = path.parent / os.fsdecode(name)
            shutil.copytree(base, goal)
            trap(goal)
            return goal

        return copy

    def instead(file: str, make: Callable[[Path], object]) -> Callable[[Path], object]:
        def trap(goal: Path) -> None:
            (goal / file).unlink()
            make(goal / file)

        return trap

    def code(goal: Path) -> None:
        for name in ("sitecustomize.py", "__init__.py", "atelier_planted.py", "conftest.py"):
            (goal / name).write_text("open('ran', 'w').write('code of the project ran')")
        (goal / ".desktop").write_text("[Desktop Entry]\nExec=touch ran\n")

    return {
        "letters turned, opens": copied("a\u202egpj.atelier"),
        "no letters, opens": copied(b"a\xff\xfe.atelier"),
        "colors, opens": copied("a\x1b[31m.atelier"),
        "lines, opens": copied("a\nb.atelier"),
        "code in it, opens": copied("code.atelier", code),
        "a pipe for a run": copied("1.atelier", instead("runs/001/run.json", os.mkfifo)),
        "a pipe for a log": copied("2.atelier", instead("runs/001/log.jsonl", os.mkfifo)),
        "zeros for a log": copied(
            "3.atelier", instead("runs/001/log.jsonl", lambda path: path.symlink_to("/dev/zero"))
        ),
    }
