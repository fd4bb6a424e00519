"""A plain pre-norm transformer over tokens, causal or not, with a cache for drawing in order."""

import torch
from torch import Tensor, nn
from torch.nn import functional

Cache = list[tuple[Tensor, Tensor]]  # keys and values [n, heads, t, width / heads] of every block


def attention(q: Tensor, k: Tensor, v: Tensor, causal: bool) -> Tensor:
    """Return the values mixed by attention; on a processor in float32.

    There torch's bfloat16 attention takes three times as long (84 against 28 ms forth and back
    for 32 x 6 heads x 128 tokens).
    """
    if q.device.type != "cpu":
        return functional.scaled_dot_product_attention(q, k, v, is_causal=causal)
    with torch.autocast("cpu", enabled=False):
        return functional.scaled_dot_product_attention(
            q.float(), k.float(), v.float(), is_causal=causal
        )


class Attention(nn.Module):
    """Multi-head self-attention (Vaswani et al. 2017)."""

    def __init__(self, width: int, heads: int, causal: bool):
        super().__init__()
        self.heads, self.causal = heads, causal
        self.inner = nn.Linear(width, 3 * width)
        self.outer = nn.Linear(width, width)

    def forward(self, x: Tensor, past: tuple[Tensor, Tensor] | None = None):
        """Return the mixed tokens [n, t, width], and all keys and values so far.

        With `past` only one new token may come at a time: it sees everything before it.
        """
        n, t, width = x.shape
        q, k, v = self.inner(x).view(n, t, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        if past is not None:
            k, v = torch.cat([past[0], k], 2), torch.cat([past[1], v], 2)
        causal = self.causal and past is None and t > 1
        mixed = attention(q, k, v, causal)
        return self.outer(mixed.transpose(1, 2).reshape(n, t, width)), (k, v)


class Block(nn.Module):
    """Attention, then a GELU network four times as wide; both added to what came in."""

    def __init__(self, width: int, heads: int, causal: bool):
        super().__init__()
        self.before_attention = nn.LayerNorm(width)
        self.attention = Attention(width, heads, causal)
        self.before_network = nn.LayerNorm(width)
        self.network = nn.Sequential(
            nn.Linear(width, 4 * width),
            nn.GELU(),
            nn.Linear(4 * width, width),
        )

    def forward(self, x: Tensor, past: tuple[Tensor, Tensor] | None = None):
        """Return the tokens [n, t, width], and the attention's keys and values."""
        mixed, seen = self.attention(self.before_attention(x), past)
        x = x + mixed
        return x + self.network(self.before_network(x)), seen


class Transformer(nn.Module):
    """`depth` blocks and a last norm. Positions, classes and heads are the caller's."""

    def __init__(self, width: int, depth: int, heads: int, causal: bool):
        super().__init__()
        self.blocks = nn.ModuleList(Block(width, heads, causal) for _ in range(depth))
        self.norm = nn.LayerNorm(width)

    def forward(self, x: Tensor) -> Tensor:
        """Return tokens [n, t, width] for tokens [n, t, width]."""
        for block in self.blocks:
            x, _ = block(x)
        return self.norm(x)

    def next(self, x: Tensor, cache: Cache) -> Tensor:
        """Return the newest token's output [n, 1, width], for the newest token [n, 1, width].

        `cache` starts as [] and grows by what later tokens need; only for a causal transformer.
        """
        for k, block in enumerate(self.blocks):
            if k == len(cache):
                cache.append((x.new_empty(0), x.new_empty(0)))
            past = cache[k] if cache[k][0].numel() else None
            x, cache[k] = block(x, past)
        return self.norm(x)
