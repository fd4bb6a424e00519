"""Loops draw what the model draws step by step, before any trace."""

import pytest

from studio.core.assets.onnx_loops import Diffusing, bends
from studio.core.events import Refused
from tests.core.assets.models import apart, model

SAMPLERS = (
    {"guidance": 2.0},
    {"guidance": 3.0, "guidance_low": 0.0, "guidance_high": 200.0, "steps": 3},
    {"sampler": "heun", "steps": 4},
    {"sampler": "ddim", "steps": 5, "objective": "flow-matching"},
    {"instant": True},
    {"instant": True, "calls": 2},
    {"sampler": "dpm-solver", "steps": 1},
)


@pytest.mark.parametrize("changes", SAMPLERS, ids=str)
def test_a_sampler_as_a_loop(changes):
    assert apart(model("diffusion", **changes)) < 1e-4


@pytest.mark.parametrize("changes", [{"sampler": "ddpm"}, {"sampler": "ddim", "eta": 0.5}], ids=str)
def test_a_sampler_that_renews_its_noise_is_refused(changes):
    known = model("diffusion", **changes)
    with pytest.raises(Refused, match="dpm-solver"):
        Diffusing(known)  # type: ignore[arg-type]  # a diffusion model


def test_a_short_path_has_a_bend_for_each_level():
    assert bends([1.0, 0.0]) == [0.0]
    assert bends([4.0, 2.0, 0.0]) == [0.0, 0.0]
    assert bends([4.0, 2.0, 1.0, 0.0])[1] == pytest.approx(0.5)


@pytest.mark.parametrize(
    "changes",
    [{}, {"guidance": 3.0, "quantizer": "codebook"}, {"prior": "causal", "guidance": 2.0}],
    ids=str,
)
def test_tokens_as_a_loop(changes):
    assert apart(model("vqvae", **changes)) == 0
