"""Edges see edges; the critic weighs as much as the likelihood and learns to tell apart."""

import pytest
import torch

from studio.core import latents
from studio.core.family import ImageSize
from studio.core.nets.reconstruction import Critic, balanced, edges, unlikeness


def test_edges_ignore_flat_differences_but_not_sharp_ones():
    flat = torch.zeros(1, 1, 16, 16)
    assert float(edges(flat, flat + 0.3)) == pytest.approx(0, abs=1e-4)
    sharp = flat.clone()
    sharp[..., 8:] = 1.0
    assert float(edges(flat, sharp)) > 5


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_the_house_encoder_sees_a_shift_that_blurs_and_pulls_towards_the_picture(channels: int):
    images = torch.full((2, channels, 17, 23), -1.0)
    images[..., 4:12, 5:14] = 1.0
    assert float(unlikeness(images, images.clone())) == 0
    slightly, far = images.lerp(images.roll(2, 3), 0.2), images.roll(6, 3).requires_grad_()
    assert float(unlikeness(images, slightly)) < 0.5 * float(unlikeness(images, far).detach())
    (pull,) = torch.autograd.grad(unlikeness(images, far), far)
    nearer = (far - 0.01 * pull / pull.abs().max()).detach()
    assert float(unlikeness(images, nearer)) < float(unlikeness(images, far).detach())


def test_the_critic_weighs_as_much_as_the_likelihood():
    drawn = torch.randn(4, 3, 8, 8, requires_grad=True)
    likelihood, criticism = 3 * drawn.square().sum(), 0.01 * drawn.sum()
    theirs = torch.autograd.grad(balanced(criticism, likelihood, drawn), drawn, retain_graph=True)
    ours = torch.autograd.grad(likelihood, drawn)
    assert float(theirs[0].norm()) == pytest.approx(float(ours[0].norm()), rel=1e-4)


def test_the_critic_learns_to_tell_real_from_drawn():
    torch.manual_seed(0)
    critic = Critic(ImageSize(16, 16, 3, 2), 8)
    labels = torch.arange(8) % 2
    losses = []
    for step in range(30):
        real = torch.rand(8, 3, 16, 16, generator=latents.rng(0, step)) * 2 - 1
        drawn = real.mean((2, 3), keepdim=True).expand_as(real)
        losses.append(float(critic.learn(real, labels, drawn, latents.rng(1, step), 0.0)))
    assert losses[-1] < 0.5 * losses[0]
    drawn = drawn.clone().requires_grad_()
    (pull,) = torch.autograd.grad(
        critic.objects(real, labels, drawn, (real - drawn).square().sum()), drawn
    )
    assert float(pull.abs().max()) > 0
