"""How long one picture of 64x64 takes to be drawn: what a slider in the explorer waits for.

    .venv/bin/python -m tests.bench.latency [ROUNDS]

GAN, VAE and a diffusion model made instant, their quick looks, fresh weights (the clock does not
mind), batch 1, on one thread and on two. Goals on two cores: 10, 10 and 60 ms at the median of the
better number of threads. Wall time: two threads mean nothing while another process is busy.
"""

import statistics
import sys
import time

import torch

from studio.core.families import families
from studio.core.family import ImageSize, Model
from studio.core.settings import Settings

SIZE = ImageSize(64, 64, 3)
CASES: dict[str, tuple[str, dict, float]] = {  # name: family, changed settings, goal in ms
    "gan": ("gan", {}, 10.0),
    "vae": ("vae", {}, 10.0),
    "diffusion, instant, 1 call": ("diffusion", {"instant": True, "calls": 1}, 60.0),
    "diffusion, instant, 2 calls": ("diffusion", {"instant": True, "calls": 2}, 60.0),
}
WARMING = 5
THREADS = (1, 2)


def fresh(family: str, changes: dict) -> Model:
    """Return an untrained model of a family's quick look, as it would be drawn from."""
    known = families()[family]
    settings: Settings = known.preset("quick").settings.updated(changes)
    torch.manual_seed(0)
    return known.model(settings, SIZE).eval().requires_grad_(False)


@torch.no_grad()
def milliseconds(model: Model, rounds: int) -> list[float]:
    """Return how long each of `rounds` single pictures took, after some to warm up."""
    found = []
    for k in range(WARMING + rounds):
        latents = torch.randn(1, *model.latent_shape)
        begun = time.perf_counter()
        *_, _ = model.draw(latents)
        found += [1000 * (time.perf_counter() - begun)] if k >= WARMING else []
    return found


def main(rounds: int) -> None:
    """Print a line for each model and number of threads."""
    print(f"one picture of 64x64, {rounds} rounds, ms")
    print(f"{'':30}{'threads':>8}{'least':>8}{'median':>8}{'p95':>8}{'goal':>8}")
    for name, (family, changes, goal) in CASES.items():
        medians = []
        for threads in THREADS:
            torch.set_num_threads(threads)
            times = sorted(milliseconds(fresh(family, changes), rounds))
            middle, late = statistics.median(times), times[int(0.95 * (len(times) - 1))]
            medians.append(middle)
            print(f"{name:30}{threads:8}{times[0]:8.1f}{middle:8.1f}{late:8.1f}{goal:8.0f}")
        print(f"{'':30}{'met' if min(medians) <= goal else 'missed'}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
