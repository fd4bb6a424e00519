"""A file that a game can draw with: it says what it is, and is compared with the run it is of."""

import json

import numpy as np
import onnx
import onnxruntime
import pytest

from studio.core import checkpoint, latents
from studio.core.assets import onnx_worker
from studio.core.events import Refused
from tests.core.assets.trained import trained


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return trained(tmp_path_factory.mktemp("onnx"), "gan").run()


def wish(run, **changes):
    path = checkpoint.checkpoints(run.checkpoints)[-1]
    plain = {"changes": {}, "record": '{"schema": 2}', "pixels": "float", "half": False}
    return {"checkpoint": str(path), **plain, **changes}


def test_the_file_says_what_it_is_and_draws(run):
    data, answer = onnx_worker.made(wish(run, pixels="uint8"))
    assert answer["opset"] == 18 and answer["bytes"] == len(data)
    assert answer["difference"] <= 1 and answer["equal"] > 0.99
    graph = onnx.load_from_string(data)
    said = {each.key: each.value for each in graph.metadata_props}
    assert said["latent"] == "float32, standard normal"
    assert json.loads(said["classes"]) == ["a", "b", "c"]
    assert said["output"] == "[n, 16, 16, 4] uint8, 0 to 255, sRGB, straight alpha"
    session = onnxruntime.InferenceSession(data)
    given = {"latent": latents.draw(2, (64,), 0).numpy(), "label": np.array([-1, 2])}
    shape = session.get_inputs()[0].shape
    given["latent"] = latents.draw(2, tuple(shape[1:]), 0).numpy()
    found = np.asarray(session.run(None, given)[0])
    assert found.shape == (2, 16, 16, 4) and found.dtype == np.uint8
    assert str(run.folder).encode() not in data and graph.producer_name == "Atelier"


def test_colors_count_as_much_as_they_are_seen():
    pair = np.zeros((2, 1, 1, 4), np.uint8)
    pair[0] = 255, 255, 255, 1
    first, second = onnx_worker.seen(pair)
    assert np.abs(first - second).max() == 1
    assert onnx_worker.seen(np.full((1, 3, 2, 2), 0.5, np.float32)).max() == 0.5


def test_without_onnxruntime_it_is_not_compared(monkeypatch, run):
    monkeypatch.setattr(onnx_worker.importlib.util, "find_spec", lambda _: None)
    assert onnx_worker.compared(b"", None, 0, "float") == {}  # type: ignore[arg-type]  # not read


def test_what_can_not_be_done_is_answered(run, tmp_path):
    (tmp_path / "wish.json").write_text(json.dumps(wish(run, changes={"width": 3})))
    onnx_worker.main(str(tmp_path))
    assert "width" in json.loads((tmp_path / "answer.json").read_text())["refused"]
    assert not (tmp_path / "model.onnx").exists()
    with pytest.raises(Refused):
        onnx_worker.made(wish(run, changes={"sampler": "ddpm"}))
