"""Latents: counters instead of history, walks on the sphere."""

import pytest
import torch

from studio.core import latents


def test_latent_k_does_not_depend_on_how_many_are_drawn():
    assert torch.equal(latents.draw(3, (5,), 7), latents.draw(9, (5,), 7)[:3])


def test_seeds_steps_and_streams_are_unrelated():
    draws = [
        torch.randn(2000, generator=latents.rng(*key))
        for key in [(0,), (1,), (0, 1), (0, 0, 1), (1, 1, 1)]
    ]
    correlation = torch.corrcoef(torch.stack(draws)) - torch.eye(5)
    assert correlation.abs().max() < 0.1


def test_latents_are_standard_normal():
    drawn = latents.draw(500, (20,), 3)
    assert abs(drawn.mean().item()) < 0.03 and abs(drawn.std().item() - 1) < 0.03


def test_drawing_leaves_the_global_state_alone():
    before = torch.get_rng_state()
    latents.draw(4, (3, 2), 0)
    assert torch.equal(before, torch.get_rng_state())


def test_slerp_meets_its_ends_and_keeps_the_length():
    a, b = latents.draw(2, (64,), 0)
    a, b = a / a.norm(), b / b.norm()
    torch.testing.assert_close(latents.slerp(a, b, 0.0), a)
    torch.testing.assert_close(latents.slerp(a, b, 1.0), b)
    assert latents.slerp(a, b, 0.3).norm().item() == pytest.approx(1, abs=1e-5)
    torch.testing.assert_close(latents.slerp(a, a, 0.5), a)


def test_walk_passes_its_keys_and_loop_closes():
    keys = latents.draw(3, (4,), 0)
    path = latents.walk(keys, 5)
    assert len(path) == 11
    torch.testing.assert_close(path[[0, 5, 10]], keys)
    closed = latents.loop(keys, 5)
    assert len(closed) == 15
    step = (closed.roll(-1, 0) - closed).norm(dim=1)
    assert step[-1] < 2 * step.median()


def test_uniform_stays_inside_zero_and_one():
    u = latents.normal_to_uniform(torch.tensor([-40.0, 0.0, 40.0]))
    assert 0 < u[0] < 1e-6 and u[1] == 0.5 and 1 - 1e-6 < u[2] <= 1


class Apple:
    """Stands in for a tensor on a device that has no double precision."""

    device = torch.device("mps")

    def cpu(self) -> torch.Tensor:
        return torch.ones(2)

    def double(self) -> torch.Tensor:
        raise TypeError("no float64 here")


def test_double_precision_is_found_on_the_processor_where_a_device_has_none():
    found = latents.precise(Apple())  # type: ignore[arg-type]  # all that is asked of a tensor
    assert found.dtype == torch.float64 and found.device.type == "cpu"
    assert latents.precise(torch.ones(1)).dtype == torch.float64
