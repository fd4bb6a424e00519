"""What learners share: an optimiser that survives bad numbers and full memory; an average."""

import copy
from collections.abc import Callable, Iterable, Mapping
from typing import Generic, TypeVar

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import get_ema_multi_avg_fn

from studio.core.device import is_oom

CHUNKS_AT_MOST = 64
M = TypeVar("M", bound=nn.Module)


class Optimizer:
    """AdamW with warm-up, clipping, batch splitting on out-of-memory and a non-finite guard.

    A step whose gradient is not finite is left out by the fused kernel itself (its `found_inf`),
    without waiting for the device; `skipped` counts such steps in a row.
    """

    def __init__(
        self,
        parameters: Iterable[nn.Parameter],
        rate: float,
        betas: tuple[float, float] = (0.9, 0.99),
        decay: float = 0.0,
        clip: float | None = None,
        warmup: int = 0,
        final: float = 1.0,
    ):
        """`final` is the rate at the end of the plan as a fraction of `rate`, reached along a
        cosine.
        """
        self.parameters = [p for p in parameters if p.requires_grad]
        self.rate, self.clip, self.warmup, self.final = rate, clip, warmup, final
        self.chunks = 1
        fused = self.parameters[0].device.type in ("cpu", "cuda", "mps")
        self.adam = torch.optim.AdamW(self.parameters, rate, betas, weight_decay=decay, fused=fused)
        self.scale = 1.0
        device = self.parameters[0].device
        self.steps = 0
        self.skipped = torch.zeros((), device=device)

    def minimize(
        self, loss: Callable[..., Tensor], *batch: Tensor | None, progress: float = 0.0
    ) -> Tensor:
        """Take one step down `loss(*batch)`, a mean over the batch; return its value, detached.

        When memory runs out the batch is split (and stays split) and the gradients of the parts
        are summed, so the step is that of the whole batch; what failed has changed nothing.
        """
        while True:
            try:
                value = self._backward(loss, batch)
                self._step(progress)
                return value
            except Exception as error:
                if not is_oom(error) or not self.split(_length(batch)):
                    raise
                self._give_back()

    def split(self, length: int) -> bool:
        """Compute a batch of `length` in twice as many parts from now on; False if it can't be."""
        if self.chunks >= min(CHUNKS_AT_MOST, length):
            return False
        self.chunks *= 2
        return True

    def _give_back(self) -> None:
        """Forget gradients, and moments of which only a part could be begun."""
        self.adam.zero_grad(set_to_none=True)
        for parameter, entry in list(self.adam.state.items()):
            if "exp_avg_sq" not in entry:
                del self.adam.state[parameter]

    def _backward(self, loss: Callable[..., Tensor], batch: tuple[Tensor | None, ...]) -> Tensor:
        self.adam.zero_grad(set_to_none=True)
        if self.chunks == 1:
            value = loss(*batch)
            value.backward(inputs=self.parameters)
            return value.detach()
        total = torch.zeros_like(self.skipped)
        size = _length(batch)
        for part in _split(batch, self.chunks):
            value = loss(*part) * (_length(part) / size)
            value.backward(inputs=self.parameters)
            total = total + value.detach()
        return total

    def _step(self, progress: float) -> None:
        gradients = [p.grad for p in self.parameters if p.grad is not None]
        norm = nn.utils.get_total_norm(gradients)
        bad = (~torch.isfinite(norm)).float()
        if self.clip is not None:
            nn.utils.clip_grads_with_norm_(self.parameters, self.clip, norm)
        self.adam.found_inf = bad  # type: ignore[attr-defined]  # the fused kernel looks for it
        for group in self.adam.param_groups:
            group["lr"] = self.rate_at(progress)
        self.adam.step()
        self.steps += 1
        self.skipped = (self.skipped + 1) * bad

    def rate_at(self, progress: float) -> float:
        """Return the learning rate at `progress` in 0..1: warm-up, then a cosine to `final`."""
        cosine = 0.5 + 0.5 * torch.cos(torch.tensor(min(1.0, progress) * torch.pi)).item()
        warm = min(1.0, (self.steps + 1) / self.warmup) if self.warmup else 1.0
        return self.rate * self.scale * warm * (self.final + (1 - self.final) * cosine)

    def to(self, device: torch.device) -> None:
        """Move the optimiser's own tensors (the parameters move with their module)."""
        for entry in self.adam.state.values():
            entry.update({k: v.to(device) for k, v in entry.items() if isinstance(v, Tensor)})
        self.skipped = self.skipped.to(device)

    def state(self) -> tuple[dict[str, Tensor], dict[str, float]]:
        """Return (tensors, numbers) from which `restore` continues exactly."""
        stored = self.adam.state_dict()["state"]
        tensors = {
            f"{k}.{name}": value for k, entry in stored.items() for name, value in entry.items()
        }
        return tensors, {"steps": self.steps, "scale": self.scale, "chunks": self.chunks}

    def restore(self, tensors: dict[str, Tensor], numbers: dict[str, float]) -> None:
        """Continue from what `state` returned."""
        state: dict[int, dict[str, Tensor]] = {}
        for key, value in tensors.items():
            k, name = key.split(".", 1)
            state.setdefault(int(k), {})[name] = value
        self.adam.load_state_dict(
            {"state": state, "param_groups": self.adam.state_dict()["param_groups"]}
        )
        self.steps, self.scale = int(numbers["steps"]), numbers["scale"]
        self.chunks = int(numbers["chunks"])
        self.skipped = torch.zeros_like(self.skipped)


def finite(tensors: Mapping[str, Tensor]) -> bool:
    """Tell whether all numbers are finite, by one sum each: cheap beside a step of training."""
    sums = [t.sum() for t in tensors.values() if t.is_floating_point()]
    return bool(torch.stack([s.float().to(sums[0].device) for s in sums]).isfinite().all())


def _length(batch: tuple[Tensor | None, ...]) -> int:
    return next(len(t) for t in batch if t is not None)


def _split(batch: tuple[Tensor | None, ...], count: int) -> Iterable[tuple[Tensor | None, ...]]:
    size = -(-_length(batch) // count)
    for start in range(0, _length(batch), size):
        yield tuple(None if t is None else t[start : start + size] for t in batch)


class Ema(Generic[M]):
    """A model's moving average whose half-life is a fraction of what was seen so far.

    The ramp (Karras et al. 2022, EDM: 0.05 of the images seen) keeps short runs from being blurred
    by their own beginning; `longest` bounds it in steps.
    """

    def __init__(self, model: M, ramp: float = 0.05, longest: float = 20_000.0):
        self.model: M = copy.deepcopy(model).eval().requires_grad_(False)
        self.ramp, self.longest = ramp, longest
        self._kept: list[Tensor] = []  # buffers, off the device

    @torch.no_grad()
    def update(self, model: nn.Module, step: int) -> None:
        """Move the average towards `model` after `step` (0-based) was done."""
        half_life = max(1e-8, min((step + 1) * self.ramp, self.longest))
        weight = 1 - 0.5 ** (1 / half_life)
        mine: list[Tensor] = list(self.model.parameters())
        theirs: list[Tensor] = list(model.parameters())
        get_ema_multi_avg_fn(1 - weight)(mine, theirs, step)
        for kept, new in zip(self.model.buffers(), model.buffers(), strict=True):
            kept.copy_(new)

    def keep(self, model: nn.Module) -> None:
        """Remember the average's buffers, if `model`, which has just been completed, is it."""
        if model is self.model:
            self._kept = [buffer.to("cpu", copy=True) for buffer in self.model.buffers()]

    def recall(self) -> bool:
        """Give the average the buffers it had when it was completed last; False if it never was."""
        for buffer, kept in zip(self.model.buffers(), self._kept, strict=False):
            buffer.copy_(kept.to(buffer.device))
        return bool(self._kept) or not list(self.model.buffers())
