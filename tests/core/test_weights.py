"""Weights that come with the program are read whole or not at all."""

import hashlib
from pathlib import Path

import pytest
import torch
from safetensors.torch import save

from studio.core import weights
from studio.core.events import Refused


def test_the_tensors_come_back_as_float32(tmp_path: Path):
    data = save({"a": torch.tensor([0.5, -2.0]).half()})
    (tmp_path / "net.safetensors").write_bytes(data)
    read = weights.read(tmp_path / "net.safetensors", hashlib.sha256(data).hexdigest())
    assert read["a"].dtype == torch.float32 and read["a"].tolist() == [0.5, -2.0]


def test_one_changed_bit_and_no_file_are_refused(tmp_path: Path):
    data = bytearray(save({"a": torch.zeros(4)}))
    digest = hashlib.sha256(data).hexdigest()
    data[-1] ^= 1
    (tmp_path / "net.safetensors").write_bytes(data)
    with pytest.raises(Refused, match=r"net\.safetensors of this program is damaged"):
        weights.read(tmp_path / "net.safetensors", digest)
    with pytest.raises(Refused, match="missing"):
        weights.read(tmp_path / "other.safetensors", digest)


def test_a_head_that_names_too_much_is_refused_by_its_first_bytes():
    weights.check_head(save({"a": torch.zeros(4)}))
    for length in (weights.HEAD_AT_MOST + 1, 2**63):
        with pytest.raises(ValueError, match="too long"):
            weights.check_head(length.to_bytes(8, "little") + b"{}")
