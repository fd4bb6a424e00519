"""How to repair: the settings that form, command line and Python share."""

from typing import Literal

from studio.core.settings import Settings, field

Method = Literal["auto", "thin", "patch", "telea", "ns", "biharmonic", "model"]


class RepairSettings(Settings):
    """How holes are filled. The same settings, seed, picture and mask give the same pixels."""

    method: Method = field(
        "auto",
        label="Method",
        help="Auto looks at the mask: thin damage is restored from what lies beside it, larger "
        "holes are filled with texture from elsewhere in the picture. Model asks your own.",
    )
    candidates: int = field(
        4,
        label="Candidates",
        help="How many ways of filling are offered to choose from.",
        ge=1,
        le=4,
    )
    seed: int = field(
        0, label="Seed", help="Another number gives other candidates.", ge=0, le=2**31 - 1
    )
    adapt_color: bool = field(
        True,
        label="Adapt color",
        help="Lets the fill's colors follow those around the hole. Off, they stay exactly those "
        "of the texture, as pixel art wants it.",
    )
    wrap: bool = field(
        False,
        label="Tile",
        help="The picture repeats: what leaves it on one side continues on the other.",
    )
