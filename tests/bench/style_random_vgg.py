"""A peer of style transfer: Gatys' optimizer on VGG19 with random filters, no weights needed.

He, Wang and Hopcroft ("A powerful generative model using random weights for the deep image
representation", 2016) found random filters near to trained ones. `restyle` is called by the
results page; alone: `python -m tests.bench.style_random_vgg CONTENT STYLE OUT [SECONDS]`.
"""

import sys
import time
from itertools import pairwise

import cv2
import numpy as np
import torch

from studio.core import device
from studio.core.style.vgg import gatys
from studio.core.style.vgg.network import LAYERS, WIDTHS, Network
from studio.core.style.vgg.optimizing import Schedule, optimized
from studio.core.style.vgg.pictures import colors, fitted, padded, resized, tensor

SIDE = 256
STEPS = 150
CONTENT_WEIGHT = 0.1


def random_network(seed: int = 0) -> Network:
    """Return VGG19 with orthogonal filters of gain sqrt 2 and no bias, average pooling."""
    rng = torch.Generator().manual_seed(seed)
    filters = {}
    for name, (before, after) in zip(LAYERS, pairwise(WIDTHS), strict=True):
        weight = torch.empty(after, before, 3, 3)
        torch.nn.init.orthogonal_(weight, gain=2**0.5, generator=rng)
        filters[name] = (weight, torch.zeros(after))
    return Network(filters, pooling="average")


def _finished(job):
    while True:
        try:
            next(job)
        except StopIteration as ended:
            return ended.value


@torch.no_grad()
def restyle(content: np.ndarray, style: np.ndarray, seconds_limit: float = 90.0) -> np.ndarray:
    """Return `content` in the style of `style`, both uint8 [h, w, 3]: 150 steps at 256 pixels.

    It stops early when `seconds_limit` of this process' time has passed. The result has the
    content's size, enlarged by cubic interpolation.
    """
    begun = time.process_time()
    kind = torch.bfloat16 if device.has_fast_bf16() else torch.float32
    network = random_network().placed(torch.device("cpu"), kind)
    photo, painting = (
        tensor(padded(fitted(picture.astype(np.float32) / 255, SIDE)), torch.device("cpu"))
        for picture in (content, style)
    )
    losses = _finished(gatys.losses(network, photo, [gatys.Source(painting)], CONTENT_WEIGHT))
    job = optimized(network, photo, losses, Schedule(STEPS, rate=0.02, smoothness=1.0))
    picture = photo
    for _, _, now in job:
        picture = now
        if time.process_time() - begun > seconds_limit:
            break
    h, w = (max(1, round(side * SIDE / max(content.shape[:2]))) for side in content.shape[:2])
    painted = resized(colors(picture)[:h, :w], *content.shape[:2])
    return np.rint(painted * 255).astype(np.uint8)


if __name__ == "__main__":
    begun = time.process_time()
    photo, painting = (np.asarray(cv2.imread(path, cv2.IMREAD_COLOR_RGB)) for path in sys.argv[1:3])
    painted = restyle(photo, painting, seconds_limit=float((*sys.argv, 90)[4]))
    cv2.imwrite(sys.argv[3], painted[..., ::-1])
    print(f"{time.process_time() - begun:.1f} s of one core")
