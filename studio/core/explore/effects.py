"""What can be told of a picture in numbers and words: how light, warm, large or busy it is."""

import torch
from torch import Tensor
from torch.nn import functional

# Each attribute, and what a picture with more of it is called, and one with less.
WORDS = {
    "light": ("lighter", "darker"),
    "warm": ("warmer color", "cooler color"),
    "green": ("greener", "pinker"),
    "colorful": ("more colorful", "greyer"),
    "large": ("larger", "smaller"),
    "right": ("moves right", "moves left"),
    "low": ("moves down", "moves up"),
    "wide": ("wider", "taller"),
    "leaning": ("leans left", "leans right"),
    "lit": ("lighter on the right", "lighter on the left"),
    "sunk": ("lighter below", "lighter above"),
    "contrast": ("more contrast", "softer"),
    "busy": ("busier", "plainer"),
}
EDGE = 1e-3
SIDE = 8  # pixels of the small picture whose values are features


def attributes(images: Tensor) -> Tensor:
    """Return the attributes [n, len(WORDS)] of images [n, 1|3|4, h, w] in [-1, 1].

    Colors are means over what is not ground; places are in picture sides. Without alpha the ground
    is what equals the mean of the picture's edge, as far as there is one.
    """
    color, cover = parted(images)
    h, w = images.shape[2:]
    y = torch.linspace(-0.5, 0.5, h).to(images)[:, None]
    x = torch.linspace(-0.5, 0.5, w).to(images)
    mass = cover.sum((1, 2)).clamp_min(EDGE)

    def mean(values: Tensor) -> Tensor:
        return (values * cover).sum((1, 2)) / mass

    red, green, blue = color.unbind(1)
    grey = color.mean(1)
    cx, cy = mean(x.expand_as(cover)), mean(y.expand_as(cover))
    dx, dy = x - cx[:, None, None], y - cy[:, None, None]
    light = mean(grey)
    away = grey - light[:, None, None]
    steps = [(grey * cover).diff(dim=k).abs().sum((1, 2)) / mass for k in (1, 2)]
    found = (
        light,
        mean(red - blue),
        mean(green - (red + blue) / 2),
        mean(color.amax(1) - color.amin(1)),
        cover.mean((1, 2)),
        cx,
        cy,
        mean(dx.square()) - mean(dy.square()),
        mean(dx * dy),
        mean(away * dx),
        mean(away * dy),
        mean(away.square()),
        steps[0] + steps[1],
    )
    return torch.stack(found, 1)


def parted(images: Tensor) -> tuple[Tensor, Tensor]:
    """Return straight color [n, 3, h, w] and cover [n, h, w], both in 0..1."""
    levels = (images + 1) / 2
    if images.shape[1] == 4:
        cover = levels[:, 3]
        return (levels[:, :3] / cover[:, None].clamp_min(0.05)).clamp(0, 1), cover
    color = levels.expand(-1, 3, -1, -1)
    frame = torch.cat([color[:, :, 0], color[:, :, -1], color[..., 0], color[..., -1]], 2)
    ground = frame.median(2).values[:, :, None, None]
    return color, ((color - ground).abs().amax(1) * 4).clamp(0, 1)


def small(images: Tensor) -> Tensor:
    """Return images shrunk to at most 8 x 8 pixels, flat [n, c·8·8]."""
    height, width = (min(SIDE, side) for side in images.shape[2:])
    return functional.adaptive_avg_pool2d(images, (height, width)).flatten(1)


def extents(images: Tensor) -> Tensor:
    """Return the share of rows and of columns [n, 2] of images in which something is drawn."""
    _, cover = parted(images)
    return torch.stack([cover.amax(2).mean(1), cover.amax(1).mean(1)], 1)
