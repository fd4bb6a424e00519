"""Colors as they are written: #rrggbb."""

import re

import numpy as np

from studio.core.events import Refused


def rgb(text: str) -> np.ndarray:
    """Return a written color, uint8 [3]; raise Refused for what is no #rrggbb."""
    if not re.fullmatch("#[0-9a-fA-F]{6}", text):
        raise Refused(f"'{text}' is no color; write one as #rrggbb, like #202020.")
    return np.frombuffer(bytes.fromhex(text[1:]), np.uint8)
