"""Drawing that takes steps, as loops of a graph: their bodies are written down once.

A loop keeps what it carries in one shape, so tables say what changes from step to step.
"""

import math
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch._higher_order_ops import while_loop

from studio.core.events import Refused
from studio.core.families.diffusion import CLEANED, DiffusionModel
from studio.core.families.vqvae import VqvaeModel
from studio.core.latents import normal_to_uniform, precise
from studio.core.nets.players import row
from studio.core.nets.samplers import guided
from studio.core.nets.symbols import drawn_symbol
from studio.core.nets.token_drawing import CHANCE, schedule
from studio.core.nets.token_prior import UNKNOWN
from studio.core.nets.transformer import Transformer

Step = Callable[..., tuple[Tensor, ...]]


def repeated(step: Step, count: int, carried: Iterable[Tensor]) -> tuple[Tensor, ...]:
    """Return what is carried after `step(k [], *carried)` for each k below `count`."""

    def going(k: Tensor, *_: Tensor) -> Tensor:
        return k < count

    def one(k: Tensor, *now: Tensor) -> tuple[Tensor, ...]:
        return (k + 1, *step(k, *now))

    if not torch.compiler.is_exporting():  # to be tried without a trace
        for k in range(count):
            carried = step(torch.tensor(k), *carried)
        return tuple(carried)
    began = torch.zeros((), dtype=torch.int64)
    fixed = isinstance(count, int) and not count
    return tuple(carried) if fixed else while_loop(going, one, (began, *carried))[1:]


def told(table: Tensor, k: Tensor) -> Tensor:
    """Return the entry [...] of number k [] of a table [t, ...]."""
    return table.index_select(0, k.reshape(1))[0]


class Diffusing(nn.Module):
    """The sampler of a diffusion model as a loop; what it asks last stands behind it."""

    levels: Tensor
    slides: Tensor
    bends: Tensor
    scales: Tensor

    def __init__(self, model: DiffusionModel):
        super().__init__()
        self.denoiser, chosen = model.denoiser, model.settings
        renewed = chosen.sampler == "ddpm" or (chosen.sampler == "ddim" and chosen.eta)
        if renewed and not chosen.instant:
            raise Refused(
                "A sampler that renews its noise can't be a graph; draw with another, such as"
                " --set sampler=dpm-solver."
            )
        self.high = model.denoiser.levels.high
        self.heun = chosen.sampler == "heun" and not chosen.instant
        path = model.instant_path() if chosen.instant else model.denoiser.levels.path(chosen.steps)
        bent = chosen.sampler == "dpm-solver" and not chosen.instant
        inside = [chosen.guidance_low <= s <= chosen.guidance_high for s in path]
        known = self.denoiser.net.condition.labels is not None and not chosen.instant
        self.guided = known and chosen.guidance != 1 and any(inside)
        tables = {
            "levels": path[:-1],
            "slides": [then / now for now, then in pairwise(path)],
            "bends": bends(path) if bent else [0.0] * (len(path) - 1),
            "scales": [chosen.guidance if i else 1.0 for i in inside],
        }
        for name, values in tables.items():
            self.register_buffer(name, torch.tensor(values, dtype=torch.float32))

    def forward(self, latent: Tensor, label: Tensor | None = None) -> Tensor:
        """Return the images of the last step, cleaned as `draw` does."""
        rows = row(label, latent)
        x, last = latent * self.high, len(self.levels) - 1
        step = self._heun if self.heun else self._step
        x, _ = repeated(
            lambda k, x, before: step(k, x, before, rows), last, (x, torch.zeros_like(x))
        )
        image = (self._guess(x, torch.tensor(last), rows) * CLEANED).clamp(-1, 1)
        return torch.minimum(image, image[:, 3:]) if image.shape[1] == 4 else image

    def _guess(self, x: Tensor, k: Tensor, rows: Tensor) -> Tensor:
        level = told(self.levels, k).expand(x.shape[0])
        if not self.guided:
            return self.denoiser(x, level, rows)
        both = torch.cat([x, x]), level.repeat(2), torch.cat([torch.zeros_like(rows), rows])
        without, asked = self.denoiser(*both).chunk(2)
        return guided(without, asked, told(self.scales, k))  # type: ignore[arg-type]  # a number

    def _step(self, k: Tensor, x: Tensor, before: Tensor, rows: Tensor) -> tuple[Tensor, Tensor]:
        guess = self._guess(x, k, rows)
        line = guess + told(self.bends, k) * (guess - before)
        return line + told(self.slides, k) * (x - line), guess

    def _heun(self, k: Tensor, x: Tensor, before: Tensor, rows: Tensor) -> tuple[Tensor, Tensor]:
        now, then = told(self.levels, k), told(self.levels, k + 1)
        slope = (x - self._guess(x, k, rows)) / now
        ahead = x + (then - now) * slope
        slope = (slope + (ahead - self._guess(ahead, k + 1, rows)) / then) / 2
        return x + (then - now) * slope, before + 0


def bends(path: list[float]) -> list[float]:
    """Return by how much of the last change of mind DPM-Solver++ goes on at each level."""
    strides = [math.log(now / then) for now, then in pairwise(path[:-1])]
    found = [now / (2 * last) for last, now in pairwise(strides)]
    return [0.0, *found, 0.0][: len(path) - 1]


class Filling(nn.Module):
    """MaskGIT's rounds as a loop: ranks say which places a round fills, tables how many."""

    known: Tensor
    chances: Tensor

    def __init__(self, model: VqvaeModel):
        super().__init__()
        self.model, self.drawing = model, model._drawing()
        places = model.prior.histogram.shape[0]
        steps = schedule(places, model.settings.steps)
        more = [after - before for before, after in pairwise([0, *steps])]
        fading = [CHANCE * (1 - (k + 1) / len(steps)) for k in range(len(steps))]
        self.register_buffer("known", torch.tensor(more))
        self.register_buffer("chances", torch.tensor(fading))

    def forward(self, latent: Tensor, label: Tensor | None = None) -> Tensor:
        """Return the images of the tokens that the last round leaves."""
        symbols, order = latent.flatten(2).unbind(1)
        rows = self.drawing._doubled(self.model.rows(label, latent))
        gumbel = (-(-normal_to_uniform(precise(order)).log()).log()).float()

        def fill(k: Tensor, tokens: Tensor) -> tuple[Tensor]:
            logits = self.drawing._logits(tokens, rows)
            sure = logits.log_softmax(-1).amax(-1) + told(self.chances, k) * gumbel
            sure = sure.masked_fill(tokens != UNKNOWN, -torch.inf)
            rank = sure.argsort(dim=1, descending=True, stable=True).argsort(dim=1, stable=True)
            chosen = (rank < told(self.known, k)) & (tokens == UNKNOWN)
            return (torch.where(chosen, drawn_symbol(logits, symbols), tokens),)

        began = torch.zeros_like(symbols, dtype=torch.int64) + UNKNOWN
        (tokens,) = repeated(fill, len(self.known), (began,))
        return self.model.tokenizer.decoded(tokens)


class Past(NamedTuple):
    """Keys and values [depth, n, heads, t, width / heads] of a transformer's tokens so far."""

    keys: Tensor
    values: Tensor


def nothing(net: Transformer, count: Tensor, tokens: int) -> Past:
    """Return the past of as many sequences as `count` is long, before their first token."""
    first: Any = net.blocks[0]
    heads, width = first.attention.heads, net.norm.normalized_shape[0]
    shape = (len(net.blocks), count.shape[0], heads, tokens, width // heads)
    return Past(count.new_zeros(shape), count.new_zeros(shape))


def following(net: Transformer, x: Tensor, k: Tensor, past: Past) -> tuple[Tensor, Past]:
    """Return the output [n, 1, width] of token number k [] for its input, and the past with it."""
    place = torch.arange(past.keys.shape[3])
    here, later = (place == k)[:, None], place > k
    keys, values = [], []
    blocks: list[Any] = list(net.blocks)
    for number, block in enumerate(blocks):
        attention = block.attention
        n, _, width = x.shape
        told = attention.inner(block.before_attention(x)).view(n, 1, 3, attention.heads, -1)
        q, newest, value = told.permute(2, 0, 3, 1, 4)
        keys.append(torch.where(here, newest, past.keys[number]))
        values.append(torch.where(here, value, past.values[number]))
        like = q @ keys[-1].mT / math.sqrt(q.shape[-1])
        mixed = like.masked_fill(later, -torch.inf).softmax(-1) @ values[-1]
        x = x + attention.outer(mixed.transpose(1, 2).reshape(n, 1, width))
        x = x + block.network(block.before_network(x))
    return net.norm(x), Past(torch.stack(keys), torch.stack(values))


class Ordered(nn.Module):
    """A causal prior's tokens one after the other in a loop."""

    def __init__(self, model: VqvaeModel):
        super().__init__()
        self.model: Any = model
        self.drawing = model._drawing()

    def forward(self, latent: Tensor, label: Tensor | None = None) -> Tensor:
        """Return the images of the tokens."""
        prior, codes = self.model.prior, self.model.tokenizer.quantizer.codes
        symbols = latent.flatten(1)
        count = symbols.shape[0]
        rows = self.drawing._doubled(self.model.rows(label, latent))
        base, class_ = prior.base(), prior.labels(rows)[:, None]
        start = prior.start.expand(rows.shape[0], 1, -1) + 0
        place = torch.arange(base.shape[0])

        def step(k: Tensor, x: Tensor, keys: Tensor, values: Tensor, tokens: Tensor):
            seen = x + told(prior.places, k) + class_
            hidden, past = following(prior.body, seen, k, Past(keys, values))
            logits = self.drawing._guided(prior._rated(hidden, codes, told(base, k))[:, 0], count)
            found = drawn_symbol(logits, symbols.index_select(1, k.reshape(1))[:, 0])
            again = found.repeat(rows.shape[0] // count)[:, None]
            tokens = torch.where(place == k, found[:, None], tokens)
            return prior._embedded(again, codes), *past, tokens

        empty = torch.zeros_like(symbols, dtype=torch.int64)
        began = (start, *nothing(prior.body, start, base.shape[0]), empty)
        return self.model.tokenizer.decoded(repeated(step, base.shape[0], began)[-1])
