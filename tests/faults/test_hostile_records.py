"""Records that lie, bomb or make no sense: a sentence each, little memory, and no traceback."""

import json
import random
import resource
import shutil
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest

from studio.core.events import Refused, finished
from studio.core.explore import kept
from studio.core.photographs.encoding import encoded
from studio.core.photographs.photograph import Photograph
from studio.core.provenance.chain import trace
from studio.core.provenance.record import TEXT_AT_MOST, Record, made_from, parse
from studio.core.provenance.rights import check_consent
from studio.core.provenance.stamping import (
    HEAD,
    beside,
    embedded,
    said_by,
    sidecar,
    sidecar_bytes,
    stamped,
)
from studio.core.provenance.xmp import xmp

PLAIN = encoded(Photograph(np.zeros((4, 4, 3), np.uint8)), ".png")[0]
DEEP = 1000
TEXTS = {
    "nothing": "",
    "null": "null",
    "a number": "7",
    "a list": "[]",
    "no schema": "{}",
    "an odd schema": '{"schema": {}}',
    "an infinite schema": '{"schema": Infinity}',
    "a huge schema": '{"schema": 1e999}',
    "a newer schema": '{"schema": 9}',
    "many digits": f'{{"schema": {"9" * 9000}}}',
    "not a number": '{"schema": 2, "created": NaN}',
    "wrong types": '{"schema": 2, "run": [], "rights": 5, "sources": "x"}',
    "odd rights": '{"schema": 2, "rights": [{"consent": "maybe"}]}',
    "nested lists": '{"schema": 2, "settings": {"a": ' + "[" * DEEP + "]" * DEEP + "}}",
    "nested deeper": "[" * 200_000,
    "nested sources": '{"schema": 2, "sources": [' * DEEP + "]}" * DEEP,
    "half a letter": '{"schema": 2, "title": "\\ud800"}',
    "many parts": '{"schema": 2, "settings": {"a": [' + "[]," * 1_500_000 + "[]]}}",
}


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def with_itxt(body: bytes) -> bytes:
    return PLAIN[:HEAD] + chunk(b"iTXt", b"atelier\0" + body) + PLAIN[HEAD:]


def saying(text: str) -> bytes:
    return with_itxt(b"\1\0\0\0" + zlib.compress(text.encode()))


@pytest.mark.parametrize("what", TEXTS)
def test_what_makes_no_sense_is_a_sentence_inside_and_beside(tmp_path, what):
    path = tmp_path / "a.png"
    path.write_bytes(saying(TEXTS[what]))
    sidecar(path).write_text(TEXTS[what])
    for read in (embedded, beside):
        with pytest.raises(Refused) as refused:
            read(path)
        assert str(refused.value).count("\n") == 0 and len(str(refused.value)) < 200
    assert said_by(path) is None
    chain = finished(trace(path))
    assert chain.record is None and any(step.level == "warning" for step in chain.steps)
    assert not kept.holds_place(path)
    with pytest.raises(Refused):
        kept.read(path)


@pytest.mark.parametrize(
    "body", [b"", b"\1", b"\1\0en", b"\1\0\0\0no zlib", b"\0\0\0\0\xff\xfe", b"\1\0\0\0x\x9c"]
)
def test_chunks_that_are_none_are_refused_or_passed_over(tmp_path, body):
    path = tmp_path / "a.png"
    path.write_bytes(with_itxt(body))
    with pytest.raises(Refused, match="damaged"):
        embedded(path)


def test_a_bomb_is_not_blown_up(tmp_path):
    path = tmp_path / "a.png"
    packer = zlib.compressobj(9)
    part = b" " * (1 << 24)
    bomb = b"".join(packer.compress(part) for _ in range(40)) + packer.flush()  # 640 MB
    path.write_bytes(with_itxt(b"\1\0\0\0" + bomb))
    words = (
        "import resource, sys\nfrom pathlib import Path\n"
        "from studio.core.provenance.stamping import embedded\n"
        "from studio.core.events import Refused\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try:\n    embedded(Path(sys.argv[1]))\nexcept Refused as refused:\n    print(refused)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", words, str(path)], capture_output=True, text=True, check=True
    )
    sentence, grown = done.stdout.splitlines()
    assert "too much text" in sentence
    assert int(grown) < 300_000  # kB; the limit's text as bytes and as letters


def test_a_huge_sidecar_is_not_read(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(PLAIN)
    with sidecar(path).open("wb") as file:
        file.truncate(TEXT_AT_MOST * 100)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(Refused, match="too much"):
        beside(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


@pytest.mark.parametrize("size", [0, 1, 7, 8, 30, 33, 41, 60])
def test_files_that_are_cut_off_say_nothing_or_that_they_are_damaged(tmp_path, size):
    path = tmp_path / "a.png"
    path.write_bytes(saying('{"schema": 2}')[:size])
    assert said_by(path) is None
    finished(trace(path))


def test_flipped_bits_never_make_a_traceback(tmp_path):
    rng = random.Random(0)
    record = made_from([Record(model="ab", run=3)], title="Sheet", settings={"method": "sheet"})
    whole = stamped(PLAIN, record)
    text = sidecar_bytes(record)
    path = tmp_path / "a.png"
    for _ in range(150):
        for data, target in ((whole, path), (text, sidecar(path))):
            changed = bytearray(data)
            for _ in range(rng.randint(1, 4)):
                changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
            target.write_bytes(bytes(changed))
        finished(trace(path))
        said_by(path)


def test_folders_and_missing_files_in_the_way(tmp_path):
    (tmp_path / "a.png.json").mkdir()
    (tmp_path / "a.png").write_bytes(PLAIN)
    assert beside(tmp_path / "a.png") is None
    assert said_by(tmp_path / "missing.png") is None
    assert said_by(tmp_path) is None


def test_foreign_words_in_xmp_of_other_formats(tmp_path):
    jpeg = encoded(Photograph(np.zeros((4, 4, 3), np.uint8)), ".jpg")[0]
    path = tmp_path / "a.jpg"
    for words in (b"{", b"\xff" * 9, b"x" * 200_000, b"{}", b"&lt;" * 9):
        path.write_bytes(jpeg + b"<atelier:Record>" + words + b"</atelier:Record>")
        assert said_by(path) is None
        finished(trace(path))
    path.write_bytes(jpeg + xmp(Record(model="ab"), whole=True))
    assert said_by(path) == Record(model="ab")


def test_what_was_read_can_always_be_written_again(tmp_path):
    odd = {"schema": 2, "title": "\x00\x1f </x> é", "settings": {"ä\x01": [1e300, None, "\x7f"]}}
    record = parse(json.dumps(odd), "a.png")
    made = made_from([record], title="Sheet")
    path = Path(shutil.copy(__file__, tmp_path / "a.png"))
    path.write_bytes(stamped(PLAIN, made))
    assert embedded(path) == made
    assert parse(sidecar_bytes(made).decode(), "a.png.json") == made
    check_consent([made, None])
