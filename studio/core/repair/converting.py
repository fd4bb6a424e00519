"""Colors between what a picture holds and what a model draws: grey, RGB, RGB with alpha."""

import numpy as np

LUMA = np.array([0.299, 0.587, 0.114], np.float32)


def to_channels(colors: np.ndarray, channels: int) -> np.ndarray:
    """Return premultiplied colors float32 [h, w, c] with the `channels` of a model.

    Transparency is laid on white, as an import does; what has none is opaque.
    """
    if colors.shape[2] == channels:
        return colors
    if colors.shape[2] == 4:
        colors = colors[..., :3] + (1 - colors[..., 3:])
    if channels == 1:
        return (colors @ LUMA)[..., None]
    rgb = np.broadcast_to(colors, (*colors.shape[:2], 3))
    return rgb if channels == 3 else np.concatenate([rgb, np.ones_like(rgb[..., :1])], -1)


def from_channels(drawn: np.ndarray, plain: np.ndarray) -> np.ndarray:
    """Return drawn colors float32 [h, w, c] with the channels of `plain` [h, w, c].

    `plain` is a simple fill of the same hole. What the model does not draw is taken from it: tint
    where it draws in grey, alpha where it knows none, and what lies behind where it draws clear.
    """
    channels = plain.shape[2]
    if drawn.shape[2] == channels:
        return drawn
    ground = plain if channels < 4 else plain[..., :3] + (1 - plain[..., 3:])
    if drawn.shape[2] == 4:
        drawn = drawn[..., :3] + (1 - drawn[..., 3:]) * ground
    if channels == 1:
        return (drawn @ LUMA)[..., None] if drawn.shape[2] == 3 else drawn
    if drawn.shape[2] == 1:
        drawn = (ground + (drawn - (ground @ LUMA)[..., None])).clip(0, 1)
    if channels == 3:
        return drawn
    alpha = plain[..., 3:]
    return np.concatenate([(drawn - (1 - alpha)).clip(0, alpha), alpha], -1)


def lost(picture: int, model: int) -> str:
    """Say what a model of so many channels leaves to the surroundings of a hole, "" if nothing."""
    if picture == 4 and model != 4:
        words = "knows no transparency: that of the hole follows its edges"
    elif picture != 1 and model == 1:
        words = "draws in grey: the tint of the hole follows its edges"
    else:
        return ""
    return f"The model {words}."
