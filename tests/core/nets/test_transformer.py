"""The transformer: causal where asked, and the cache changes nothing."""

import torch

from studio.core.nets.transformer import Transformer


def test_the_cache_draws_what_the_whole_pass_draws():
    net = Transformer(16, 2, 4, causal=True).eval()
    x = torch.randn(3, 7, 16)
    cache = []
    steps = torch.cat([net.next(x[:, k : k + 1], cache) for k in range(7)], 1)
    torch.testing.assert_close(steps, net(x), atol=1e-5, rtol=1e-5)


def test_causal_tokens_never_see_later_ones():
    for causal in (True, False):
        net = Transformer(16, 2, 4, causal=causal).eval()
        x = torch.randn(2, 6, 16)
        changed = x.clone()
        changed[:, 4:] = torch.randn(2, 2, 16)
        same = torch.allclose(net(x)[:, :4], net(changed)[:, :4], atol=1e-6)
        assert same == causal
