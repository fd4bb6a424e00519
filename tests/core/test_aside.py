"""Long work aside: the same result to the bit, its errors, and a Stop in the middle of it."""

import threading
import time

import pytest
import torch
from torch import nn

from studio.core.aside import ended, let_go, pulled
from studio.core.events import Note, Progress, Refused, finished

SAID = Progress(1, 2, "working")


def test_what_work_returns_and_raises_is_the_jobs() -> None:
    assert finished(let_go(lambda: 7, "counting")) == finished(ended(lambda: 7, SAID)) == 7
    for job in (let_go(refuse, "counting"), ended(refuse, SAID)):
        with pytest.raises(Refused, match="no seven"):
            finished(job)


def refuse() -> None:
    raise Refused("There is no seven here; choose another.")


def test_it_says_what_it_does_while_it_takes_long() -> None:
    job = let_go(lambda: time.sleep(0.2), "waiting")
    assert getattr(next(job), "text", "") == "waiting"
    job.close()


def test_work_that_is_let_go_comes_to_its_end_alone() -> None:
    over = threading.Event()
    job = let_go(lambda: time.sleep(0.2) or over.set(), "waiting")
    next(job)
    begun = time.monotonic()
    job.close()
    assert time.monotonic() - begun < 0.15 and over.wait(5)


def trained(steps: int) -> list[torch.Tensor]:
    """Train a small network of every kind of operation that the families use."""
    torch.manual_seed(0)
    net = nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1),
        nn.GroupNorm(2, 8),
        nn.SiLU(),
        nn.Flatten(),
        nn.Linear(512, 8),
    )
    attention = nn.MultiheadAttention(8, 2, batch_first=True)
    adam = torch.optim.AdamW([*net.parameters(), *attention.parameters()], fused=True)
    for k in range(steps):
        x = torch.rand(4, 3, 8, 8, generator=torch.Generator().manual_seed(k))
        y = net(x)[None]
        loss = nn.functional.scaled_dot_product_attention(y, y, y).square().mean()
        loss = loss + attention(y, y, y)[0].abs().mean()
        adam.zero_grad()
        loss.backward()
        adam.step()
    return [p.detach().clone() for p in (*net.parameters(), *attention.parameters())]


def test_torchs_work_is_the_same_to_the_bit() -> None:
    aside = finished(ended(lambda: trained(5), SAID))
    assert all(torch.equal(a, b) for a, b in zip(aside, trained(5), strict=True))


@pytest.mark.parametrize("backwards", [False, True])
def test_a_stop_ends_torchs_work_before_it_is_through(backwards: bool) -> None:
    begun, done = threading.Event(), []

    def work() -> None:
        x = torch.rand(200, 200, requires_grad=True)
        y = x
        for _ in range(300):
            y = (y @ x).tanh()
        begun.set()
        if backwards:
            y.sum().backward()
        else:
            for _ in range(10**6):
                y = (y @ x).tanh()
        done.append(True)

    job = ended(work, SAID)
    while not begun.is_set():
        next(job)
    job.close()
    assert backwards or not done
    assert not [t for t in threading.enumerate() if t.name == "aside"]


def test_a_job_pulled_aside_says_what_it_says() -> None:
    told = [Note("one"), Note("two")]
    assert [e for e in pulled(iter(told), SAID) if e is not SAID] == told


def test_it_takes_the_callers_threads() -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    assert finished(ended(torch.get_num_threads, SAID)) == 1
    torch.set_num_threads(before)
