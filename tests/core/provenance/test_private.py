"""Nothing that is written names the user, the host or a folder of the pictures."""

import re
import socket
import zlib

import numpy as np
import pytest

from studio import cli
from studio.core.photographs.encoding import encoded
from studio.core.photographs.photograph import Photograph
from tests.core import toys

USER, HOST, FOLDER = "zebulonquux", "gorthaxhost", "sekritfolder"


def unpacked(data: bytes) -> bytes:
    """Return a file's bytes, and what its compressed parts hold."""
    found = [data]
    for match in re.finditer(rb"\x78[\x01\x5e\x9c\xda]", data):
        reader = zlib.decompressobj()
        try:
            found.append(reader.decompress(data[match.start() :], 1 << 24))
        except zlib.error:
            continue
    return b"\n".join(found)


def run(*arguments: object) -> None:
    with pytest.raises(SystemExit) as left:
        cli.app([str(each) for each in arguments])
    assert left.value.code == 0


def test_no_file_names_user_host_or_folder(tmp_path, monkeypatch):
    home = tmp_path / USER / FOLDER
    home.mkdir(parents=True)
    for name in ("HOME", "USERPROFILE", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(home))
    for name in ("USER", "LOGNAME", "USERNAME"):
        monkeypatch.setenv(name, USER)
    monkeypatch.setattr(socket, "gethostname", lambda: HOST)
    monkeypatch.setenv("HOSTNAME", HOST)
    monkeypatch.chdir(home)
    photo = np.random.default_rng(0).integers(0, 256, (24, 32, 3), np.uint8)
    for name in ("photo.png", "style.png"):
        (home / name).write_bytes(encoded(Photograph(photo), ".png")[0])
    mask = np.zeros((24, 32, 1), np.uint8)
    mask[8:12, 8:12] = 255
    (home / "mask.png").write_bytes(encoded(Photograph(mask), ".png")[0])
    project = toys.project(home)
    from studio.core import training

    toys.finish(training.start(project, toys.request("vae", 2), toys.known(2)))
    out = home / "out"
    run("sample", project.folder, "--count", 2, "--out", f"{out}/drawn/")
    run("explore", "sample", project.folder, "--count", 1, "--out", out / "kept.png")
    run("explore", "walk", project.folder, "--frames", 3, "--out", out / "film.gif")
    run("style", home / "photo.png", "--method", "oil", "--out", out / "styled.webp")
    run("style", out / "kept.png", "--method", "pixel", "--out", out / "styled.tif")
    run("repair", home / "photo.png", "--mask", home / "mask.png", "--out", out / "fixed.jpg")
    run("export", "contact", out / "drawn", out / "kept.png", "--out", out / "all.png",
        "--credentials")  # fmt: skip
    files = [file for file in out.rglob("*") if file.is_file()]
    assert len(files) >= 11
    for file in files:
        whole = unpacked(file.read_bytes()).lower()
        for word in (USER, HOST, FOLDER, str(tmp_path).lower()):
            assert word.encode() not in whole, f"{file.name} names {word}"
    assert b"trainedAlgorithmicMedia" in unpacked((out / "kept.png").read_bytes())
