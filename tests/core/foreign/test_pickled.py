"""Pickles are looked at, never run: what is no tensor is refused, whatever it would do."""

import contextlib
import os
import pickle
import subprocess
import time
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.foreign.pickled import Described, Foreign, Stored, walked

DAMAGE = (Foreign, ValueError, TypeError, IndexError, KeyError, AttributeError)


class Calling:
    """Pickles as a call, which pickle.load would make."""

    def __init__(self, function: Any, *given: Any):
        self.function, self.given = function, given

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        return self.function, self.given


def test_plain_values_come_back():
    value = {"a": [1, 2.5, None, True, (1, 2, 3, 4)], "b": {"c": 2**70}, "long": "x" * 300}
    for protocol in (2, 3, 4, 5):
        assert walked(BytesIO(pickle.dumps(value, protocol))) == value


@pytest.mark.parametrize("protocol", [0, 1, 2, 4])
@pytest.mark.parametrize("function", [os.system, subprocess.call, eval, exec, getattr, print])
def test_no_call_is_made(tmp_path: Path, protocol: int, function: Any):
    canary = tmp_path / "canary"
    for hidden in (lambda c: c, lambda c: {"features.0.weight": c}, lambda c: [(1, [c])]):
        data = pickle.dumps(hidden(Calling(function, f"touch {canary}")), protocol)
        with pytest.raises(Foreign):
            walked(BytesIO(data))
    assert not canary.exists()


@pytest.mark.parametrize(
    "text",
    [
        b"\x80\x02cos\nsystem\n(X\x02\x00\x00\x00lstR.",  # GLOBAL and REDUCE
        b"(S'ls'\nios\nsystem\n.",  # INST
        b"(cos\nsystem\nS'ls'\no.",  # OBJ
        b"\x80\x02\x82\x01.",  # EXT1
        b"\x80\x04\x8c\x02os\x8c\x06system\x93.",  # STACK_GLOBAL
        b"\x80\x04\x8c\x02os\x8c\x06system\x93)}\x92.",  # NEWOBJ_EX
        b"ctorch._utils\n_rebuild_tensor_v2 os.system\n.",
        b"ccollections\nOrderedDict.__init__\n.",
        b"ctorch.hub\nload\n(tR.",
        b"ctorch\nFloatStorage\n(K\x05tR.",  # a storage is no function
        b"ccollections\nOrderedDict\n}b.",  # a state for the class itself
        b"Pname\n.",  # PERSID
    ],
)
def test_every_way_to_name_a_function_is_foreign(text: bytes):
    with pytest.raises(Foreign):
        walked(BytesIO(text))


def test_a_tensor_is_described():
    kept = b"(X\x07\x00\x00\x00storagectorch\nFloatStorage\n"
    pid = kept + b"X\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x06tQ"
    text = (
        b"ctorch._utils\n_rebuild_tensor_v2\n("
        + pid
        + b"K\x00K\x02K\x03\x86K\x03K\x01\x86\x89Nt"
        + b"R."
    )
    expected = Described(Stored("torch.FloatStorage", "0", 6), 0, (2, 3), (3, 1))
    assert walked(BytesIO(b"\x80\x02" + text)) == expected


@given(st.binary(max_size=200))
def test_random_bytes_end_in_a_known_error_or_a_value(data: bytes):
    with contextlib.suppress(*DAMAGE):
        walked(BytesIO(b"\x80\x02" + data))


@given(st.integers(0, 10_000), st.integers(0, 255))
def test_one_changed_byte_ends_in_a_known_error_or_a_value(place: int, byte: int):
    data = bytearray(pickle.dumps({"a": [(1, 2), "word", {"b": 2.5}], "c": (1, 2, 3, 4)}, 2))
    data[place % len(data)] = byte
    with contextlib.suppress(*DAMAGE):
        walked(BytesIO(bytes(data)))


def test_many_calls_on_one_long_list_do_not_fill_the_memory():
    begun = time.process_time()
    long = b"(" + b"N" * 100_000 + b"lq\x00"  # LIST is no instruction of ours
    with pytest.raises(DAMAGE):
        walked(BytesIO(b"\x80\x02" + long + b"."))
    long = b"](" + b"N" * 100_000 + b"eq\x00ctorch\nSize\nq\x01"
    with pytest.raises(ValueError, match="too long"):
        walked(BytesIO(b"\x80\x02" + long + b"h\x01h\x00\x85R" * 20_000 + b"."))
    assert time.process_time() - begun < 5


def test_a_huge_declared_length_reads_no_more_than_there_is():
    with pytest.raises(DAMAGE):
        walked(BytesIO(b"\x80\x04X\xff\xff\xff\xffabc."))
    with pytest.raises(DAMAGE):
        walked(BytesIO(b"\x80\x04\x8d" + b"\xff" * 7 + b"\x7fabc."))
