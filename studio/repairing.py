"""The verb `atelier repair`: paint the damage elsewhere, fill it here."""

from pathlib import Path
from typing import Annotated

import typer

from studio.options import JsonOption, ProvenanceOption, RunOption, guarded, refused


@guarded
def repair(
    pictures: Annotated[
        list[Path], typer.Argument(metavar="PICTURE", help="PNG, JPEG, TIFF, WebP, BMP or GIF.")
    ],
    mask: Annotated[
        Path, typer.Option(help="A picture of the same size: white is repaired, black stays.")
    ],
    method: Annotated[
        str | None, typer.Option(help="auto, thin, patch, telea, ns, biharmonic or model.")
    ] = None,
    candidates: Annotated[
        int | None, typer.Option(help="How many ways of filling are written, up to 4; 1.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Another number gives other candidates; 0.")
    ] = None,
    wrap: Annotated[bool, typer.Option("--wrap", help="The picture repeats, as a tile.")] = False,
    adapt_color: Annotated[
        bool, typer.Option(help="The fill's colors follow those around the hole, or stay exact.")
    ] = True,
    grow: Annotated[float, typer.Option(help="Make the mask wider by so many pixels.")] = 0.0,
    feather: Annotated[
        float, typer.Option(help="Soften the mask's edge outwards: sigma in pixels.")
    ] = 0.0,
    allow: Annotated[
        Path | None, typer.Option(help="Texture may only come from where this picture is white.")
    ] = None,
    project: Annotated[
        Path | None, typer.Option(help="A project whose model fills too, or alone: --method model.")
    ] = None,
    run: RunOption = None,
    out: Annotated[
        str | None,
        typer.Option(help="A .png, .tif, .webp or .jpg, or a folder/; NAME-repaired.png if not."),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace files that are there, the picture too.")
    ] = False,
    provenance: ProvenanceOption = True,
    json_: JsonOption = False,
) -> None:
    """Fill what a mask covers, in one picture or in many of one size; nothing else changes.

    Depth, transparency, color profile and EXIF are kept. Each file is read back and compared.
    """
    from studio import repair_actions as actions

    if run is not None and project is None:
        raise refused("--run needs --project.")
    given = {"method": method, "candidates": candidates, "seed": seed}
    asked = {key: value for key, value in given.items() if value is not None}
    masking = actions.Masking(mask, grow, feather, allow)
    model = None if project is None else (project, run)
    asked |= {"wrap": wrap, "adapt_color": adapt_color}
    actions.repair(
        pictures, masking, asked, actions.Target(out, overwrite, provenance), model, json_
    )
