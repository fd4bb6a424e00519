"""The verb `atelier style`: a picture, or a folder of them, in another hand."""

from pathlib import Path
from typing import Annotated

import typer

from studio.options import JsonOption, ProvenanceOption, assigned, guarded, refused


@guarded
def style(
    content: Annotated[
        Path | None, typer.Argument(metavar="CONTENT", help="A picture, or a folder of pictures.")
    ] = None,
    styles: Annotated[
        list[Path] | None,
        typer.Option("--style", metavar="STYLE", help="A picture to take the style from; 1 to 4."),
    ] = None,
    weight: Annotated[
        list[float] | None,
        typer.Option(
            metavar="NUMBER",
            help="How much each --style counts, in the same order; all alike if not.",
        ),
    ] = None,
    style_mask: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE", help="Where each --style goes, in the same order: white; - is all."
        ),
    ] = None,
    method: Annotated[
        str | None,
        typer.Option(
            help="patch, colors or vgg take a --style; oil, watercolor, pencil, ink and pixel need "
            "none. patch if a --style is given."
        ),
    ] = None,
    preset: Annotated[
        str | None, typer.Option(help="Settings by their title: the method's, or your own.")
    ] = None,
    strength: Annotated[
        float | None, typer.Option(help="How far the picture leaves the photograph, 0 to 1.")
    ] = None,
    scale: Annotated[
        float | None, typer.Option(help="How large the style's strokes become, where it has any.")
    ] = None,
    keep_colors: Annotated[
        bool | None,
        typer.Option("--keep-colors/--no-keep-colors", help="The colors stay the picture's own."),
    ] = None,
    mask: Annotated[
        Path | None,
        typer.Option(help="A picture of the same size: white is restyled, black stays."),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Another number, another picture; 0.")] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Any control; --controls lists them."),
    ] = None,
    weights: Annotated[
        Path | None, typer.Option(help="Your own file of VGG19's weights, for --method vgg.")
    ] = None,
    out: Annotated[
        str | None,
        typer.Option(help="A .png, .tif, .webp or .jpg, or a folder; of a folder, its mirror."),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace files that are there, the picture too.")
    ] = False,
    controls: Annotated[
        str | None,
        typer.Option(metavar="METHOD", help="Only list a method's controls and presets."),
    ] = None,
    provenance: ProvenanceOption = True,
    json_: JsonOption = False,
) -> None:
    """Restyle a picture: in the manner of other pictures, or of a painter's tool.

    Depth, transparency, color profile and EXIF are kept. Of a folder every picture is restyled
    into the same place below --out.
    """
    from studio import style_actions as actions

    if controls is not None:
        actions.show_controls(controls, json_)
        return
    if content is None or out is None:
        raise refused("Name a picture or a folder to restyle, and where it goes: --out OUT.")
    given = {"strength": strength, "scale": scale, "keep_colors": keep_colors, "seed": seed}
    changes = {key: value for key, value in given.items() if value is not None}
    wish = actions.Wish(method, preset, assigned(set_ or []) | changes, weights)
    sources = actions.Sources(
        tuple(styles or ()), tuple(weight or ()), tuple(style_mask or ()), mask
    )
    actions.style(content, wish, sources, actions.Target(out, overwrite, provenance), json_)
