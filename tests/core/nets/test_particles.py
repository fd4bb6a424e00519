"""A particle filter in reading order: what comes later decides what was drawn before."""

import torch

from studio.core import latents
from studio.core.nets.particles import drawn_around, resampled, uniforms

COPIES = 0.99  # how surely the second row repeats the first


def copying(count, taken):
    """Return a pass over pictures of 2 x 2 bits whose second row is like the first."""

    def begin(choose):
        known = torch.zeros(count, 1, 2, 2, dtype=torch.int64)
        for y in range(2):
            for x in range(2):
                p = torch.full((count, 2), 0.5, dtype=torch.float64)
                if y:
                    p.fill_(1 - COPIES)
                    p.scatter_(1, known[:, 0, 0, x : x + 1], COPIES)
                known[:, 0, y, x] = choose(p, 0, y, x)
            order = yield known
            taken.append(order)
            known = known if order is None else known[order]

    return begin


def test_what_is_hidden_fits_what_comes_after():
    given = torch.randint(2, (16, 1, 2, 2), generator=latents.rng(0))
    hidden = torch.zeros(16, 1, 2, 2, dtype=torch.bool)
    hidden[:, :, 0] = True
    u = uniforms(latents.draw(16, (1, 2, 2), 1), 32)
    *_, last = drawn_around(copying(16 * 32, []), given, hidden, u)
    assert torch.equal(last[:, :, 1], given[:, :, 1]), "the known row stays"
    assert (last[:, :, 0] == given[:, :, 1]).float().mean() > 0.95, "by chance it were a half"


def test_the_first_particle_is_the_latents_own():
    drawn = latents.draw(3, (1, 4, 4), 0)
    u = uniforms(drawn, 5).view(3, 5, 1, 4, 4)
    assert torch.allclose(u[:, 0].float(), latents.normal_to_uniform(drawn))
    assert torch.equal(uniforms(drawn[1:], 5), u[1:].flatten(0, 1)), "each by itself"


def test_heavy_particles_go_on_and_even_ones_are_left_alone():
    weights = torch.tensor([[0.0, 0.1, 0.0, -0.1], [-50.0, 0.0, -50.0, -50.0]], dtype=torch.float64)
    order, left = resampled(weights)
    assert order.tolist() == [0, 1, 2, 3, 5, 5, 5, 5]
    assert left[0].tolist() == (weights[0] - 0.1).tolist() and not left[1].any()
