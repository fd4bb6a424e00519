"""A model as a file of its own: traced in another process, stamped, stopped at once."""

import time

import pytest

from studio.core.assets import onnx_model
from studio.core.assets.onnx_model import OnnxSettings, export_onnx, words
from studio.core.events import Refused, finished
from studio.core.provenance.record import Rights
from studio.core.provenance.rights import keep_rights
from studio.core.provenance.stamping import beside
from tests.core.assets.trained import trained


def test_a_model_leaves_with_its_record(tmp_path):
    project = trained(tmp_path, "gan")
    keep_rights(project.dataset("toy"), Rights(author="Ada", consent="given"))
    found = finished(export_onnx(project, None, tmp_path / "toy", OnnxSettings()))
    assert [path.name for path in found.paths] == ["toy.onnx", "toy.onnx.json"]
    assert found.facts["difference"] < onnx_model.NEAR and "MB" in found.words
    record = beside(found.paths[0])
    assert record is not None and record.rights[0].author == "Ada" and record.step == 2
    assert record.settings == {"method": "onnx", "pixels": "float", "half": False}
    assert record.model.encode() in found.paths[0].read_bytes()
    assert str(tmp_path).encode() not in found.paths[0].read_bytes()
    with pytest.raises(Refused, match="there already"):
        next(export_onnx(project, None, tmp_path / "toy", OnnxSettings()))


def test_refused_before_anything_is_traced(tmp_path):
    project = trained(tmp_path, "diffusion")
    with pytest.raises(Refused, match="no run 7"):
        next(export_onnx(project, 7, tmp_path / "a", OnnxSettings()))
    keep_rights(project.dataset("toy"), Rights(author="Ada", consent="refused"))
    with pytest.raises(Refused, match="Ada"):
        next(export_onnx(project, 1, tmp_path / "a", OnnxSettings()))
    assert not list(tmp_path.glob("a*"))


def test_a_stop_ends_the_process_at_once(tmp_path):
    project = trained(tmp_path, "gan")
    job = export_onnx(project, None, tmp_path / "a", OnnxSettings())
    for _ in range(4):
        next(job)
    began = time.monotonic()
    job.close()
    assert time.monotonic() - began < 1
    assert not list(tmp_path.glob("a*"))


def test_a_tracer_that_dies_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(onnx_model, "PROGRAM", "import sys; sys.exit('boom')")
    project = trained(tmp_path, "gan")
    with pytest.raises(Refused, match="boom"):
        finished(export_onnx(project, None, tmp_path / "a", OnnxSettings()))
    assert not list(tmp_path.glob("a*"))


def test_a_line_on_a_file():
    known = {"bytes": 2_140_000, "opset": 18, "difference": 0.000005, "equal": 1.0}
    assert words(known, OnnxSettings()).endswith("to within 0.000005")
    assert "99.95%" in words(known | {"equal": 0.9995}, OnnxSettings())
    assert words({"bytes": 1, "opset": 18}, OnnxSettings()).endswith("not compared")
    assert "grey levels" in words(known | {"difference": 1.0}, OnnxSettings(pixels="uint8"))
