"""Optimiser and average: whole batch or parts, bad numbers, exact restore."""

import copy

import pytest
import torch
from torch import nn

from studio.core.learning import Ema, Optimizer, finite


def network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))


def loss_of(net):
    return lambda x, y: (net(x) - y).square().mean()


BATCH = (torch.linspace(-1, 1, 48).reshape(12, 4), torch.ones(12, 1))


@pytest.mark.parametrize("chunks", [2, 4, 8])
def test_parts_make_the_step_of_the_whole_batch(chunks):
    nets = [network(), network()]
    for net, parts in zip(nets, (1, chunks), strict=True):
        optimizer = Optimizer(net.parameters(), 0.01)
        optimizer.chunks = parts
        for _ in range(5):
            optimizer.minimize(loss_of(net), *BATCH)
    for a, b in zip(nets[0].parameters(), nets[1].parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-5, atol=1e-6)


def test_memory_error_splits_until_it_fits_and_leaves_no_half_step():
    net, reference = network(), network()

    def greedy(x, y):
        if len(x) > 4:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory")
        return loss_of(net)(x, y)

    optimizer = Optimizer(net.parameters(), 0.01)
    value = optimizer.minimize(greedy, *BATCH)
    whole = Optimizer(reference.parameters(), 0.01).minimize(loss_of(reference), *BATCH)
    assert optimizer.chunks == 4
    torch.testing.assert_close(value, whole)
    for a, b in zip(net.parameters(), reference.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-5, atol=1e-6)


def test_memory_that_runs_out_in_the_step_itself_changes_nothing():
    net, reference = network(), network()
    optimizer = Optimizer(net.parameters(), 0.01, clip=1e-3)
    original, left = optimizer.adam.step, [1]

    def step():
        if left:
            left.clear()
            optimizer.adam.state[optimizer.parameters[0]]["step"] = torch.zeros(())  # half begun
            raise MemoryError
        original()

    optimizer.adam.step = step
    optimizer.minimize(loss_of(net), *BATCH)
    Optimizer(reference.parameters(), 0.01, clip=1e-3).minimize(loss_of(reference), *BATCH)
    assert optimizer.chunks == 2 and optimizer.steps == 1
    for a, b in zip(net.parameters(), reference.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), float("-inf")])
def test_one_bad_number_among_all_is_found(bad):
    tensors = {"a": torch.randn(3, 4, 5), "b": torch.arange(4), "c": torch.full((9,), 1e30)}
    assert finite(tensors)
    tensors["a"][2, 1, 3] = bad
    assert not finite(tensors)


def test_memory_error_on_single_pictures_is_raised():
    net = network()

    def hopeless(x, y):
        raise RuntimeError("out of memory")

    with pytest.raises(RuntimeError, match="out of memory"):
        Optimizer(net.parameters(), 0.01).minimize(hopeless, *BATCH)


def test_other_errors_pass():
    def broken(x, y):
        raise RuntimeError("shapes differ")

    optimizer = Optimizer(network().parameters(), 0.01)
    with pytest.raises(RuntimeError, match="shapes"):
        optimizer.minimize(broken, *BATCH)
    assert optimizer.chunks == 1


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_step_that_is_not_finite_changes_nothing(bad):
    net = network()
    optimizer = Optimizer(net.parameters(), 0.01, clip=1.0)
    optimizer.minimize(loss_of(net), *BATCH)
    before = copy.deepcopy(net.state_dict())
    moments = {k: v.clone() for k, v in optimizer.state()[0].items()}
    for count in (1, 2):
        optimizer.minimize(loss_of(net), BATCH[0] * bad, BATCH[1])
        assert optimizer.skipped == count
    for name, value in net.state_dict().items():
        assert torch.equal(value, before[name])
    for name, value in optimizer.state()[0].items():
        assert torch.equal(value, moments[name])
    optimizer.minimize(loss_of(net), *BATCH)
    assert optimizer.skipped == 0 and not torch.equal(net[0].weight, before["0.weight"])


def test_restored_optimizer_continues_exactly():
    net = network()
    optimizer = Optimizer(net.parameters(), 0.01, warmup=5, final=0.1)
    for k in range(4):
        optimizer.minimize(loss_of(net), *BATCH, progress=k / 10)
    twin = copy.deepcopy(net)
    other = Optimizer(twin.parameters(), 0.01, warmup=5, final=0.1)
    tensors, numbers = optimizer.state()
    other.restore({k: v.clone() for k, v in tensors.items()}, numbers)
    for k in range(4, 9):
        optimizer.minimize(loss_of(net), *BATCH, progress=k / 10)
        other.minimize(loss_of(twin), *BATCH, progress=k / 10)
    for a, b in zip(net.parameters(), twin.parameters(), strict=True):
        assert torch.equal(a, b)


def test_rate_warms_up_and_falls_along_a_cosine():
    optimizer = Optimizer(network().parameters(), 1.0, warmup=4, final=0.2)
    assert optimizer.rate_at(0.0) == pytest.approx(0.25)
    optimizer.steps = 100
    assert optimizer.rate_at(0.5) == pytest.approx(0.6)
    assert optimizer.rate_at(1.0) == optimizer.rate_at(3.0) == pytest.approx(0.2)


def test_clipping_bounds_the_gradient():
    net = network()
    optimizer = Optimizer(net.parameters(), 0.01, clip=1e-3)
    optimizer.minimize(loss_of(net), *BATCH)
    norm = torch.stack([p.grad.norm() for p in net.parameters()]).norm()
    assert norm == pytest.approx(1e-3, rel=1e-2)


def test_average_follows_with_a_growing_half_life():
    net = nn.Linear(1, 1, bias=False)
    nn.init.zeros_(net.weight)
    average = Ema(net, ramp=0.5)
    nn.init.ones_(net.weight)
    average.update(net, 0)  # half-life of half a step: three quarters of the way
    assert average.model.weight.item() == pytest.approx(0.75)
    average.update(net, 19)  # half-life of ten steps
    assert average.model.weight.item() == pytest.approx(1 - 0.25 * 0.5**0.1)


def test_average_takes_buffers_as_they_are_and_needs_no_gradient():
    net = nn.BatchNorm1d(2)
    average = Ema(net)
    net.running_mean.fill_(3.0)
    average.update(net, 1000)
    assert torch.equal(average.model.running_mean, net.running_mean)
    assert not any(p.requires_grad for p in average.model.parameters())
