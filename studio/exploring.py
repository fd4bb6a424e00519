"""The verbs below `atelier explore`: pictures, paths, directions, breeding, planes of seeds."""

from pathlib import Path
from typing import Annotated

import typer

from studio.options import (
    JsonOption,
    ProjectArgument,
    ProvenanceOption,
    RunOption,
    guarded,
    refused,
)

verbs = typer.Typer(
    help="Find pictures in a trained model: walk between them, bend, breed and keep them.",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

StepOption = Annotated[
    int | None, typer.Option(help="The model as it was at this step; the newest if left out.")
]
SeedOption = Annotated[
    str, typer.Option(help="A number, or a PNG that was kept: the place it was drawn from.")
]
LabelOption = Annotated[str | None, typer.Option(help="Draw this class.")]
TruncationOption = Annotated[
    float | None, typer.Option(help="1 as learned, less is more typical, 0 most; up to 2.")
]
DirectionOption = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME=SIGMAS", help="Move along a direction, as brighter=2."),
]
OutOption = Annotated[
    str | None,
    typer.Option(help="A PNG for one sheet, or a folder/ for PNGs that remember their places."),
]


@verbs.command()
@guarded
def sample(
    project: ProjectArgument,
    run: RunOption = None,
    step: StepOption = None,
    seed: SeedOption = "0",
    count: Annotated[int, typer.Option(help="How many pictures of a seed.")] = 16,
    truncation: TruncationOption = None,
    label: LabelOption = None,
    direction: DirectionOption = None,
    out: OutOption = None,
    provenance: ProvenanceOption = True,
    json_: JsonOption = False,
) -> None:
    """Draw pictures of a seed, or a kept picture anew, bent by truncation and directions."""
    from studio import explore_actions as actions
    from studio import explore_places as places

    bend = places.Bend(label, truncation, tuple(direction or ()))
    actions.sample(places.Model(project, run, step, json_, provenance), seed, count, bend, out)


@verbs.command()
@guarded
def walk(
    project: ProjectArgument,
    run: RunOption = None,
    step: StepOption = None,
    seeds: Annotated[
        str, typer.Option(help="The keys in order: seeds and kept PNGs, like 1,2,kept.png.")
    ] = "0,1",
    circle: Annotated[
        bool, typer.Option("--circle", help="A loop from the first key, in a circle.")
    ] = False,
    noise: Annotated[
        bool, typer.Option("--noise", help="A loop that wanders around the first key.")
    ] = False,
    frames: Annotated[
        int | None, typer.Option(help="From key to key (24), or of the whole loop (72).")
    ] = None,
    fps: Annotated[float, typer.Option(help="Frames shown in a second.")] = 24.0,
    closed: Annotated[bool, typer.Option("--closed", help="Go back to the first key.")] = False,
    easing: Annotated[str, typer.Option(help="linear, ease, ease-in, ease-out or hold.")] = "ease",
    radius: Annotated[float, typer.Option(help="How far a loop leads away: 0 to 1.")] = 0.5,
    chance: Annotated[int, typer.Option(help="Another number, another loop.")] = 0,
    even: Annotated[
        bool | None,
        typer.Option(help="Let pictures change equally fast all along; loops do by themselves."),
    ] = None,
    route: Annotated[
        Path | None, typer.Option(help="The keys from a file, as the window keeps route.json.")
    ] = None,
    truncation: TruncationOption = None,
    label: LabelOption = None,
    direction: DirectionOption = None,
    scale: Annotated[
        int, typer.Option(help="Every pixel becomes a square this wide; 0 decides by format.")
    ] = 0,
    ground: Annotated[
        str, typer.Option(help="Color under transparency in an MP4, as #202020.")
    ] = "#000000",
    columns: Annotated[
        int, typer.Option(help="Frames in a row of a sprite strip; 0 makes one row.")
    ] = 0,
    once: Annotated[bool, typer.Option("--once", help="Do not repeat when played.")] = False,
    out: Annotated[
        str | None,
        typer.Option(
            help="film.mp4, .gif, .webp, .apng, strip.png, or a folder/ of numbered PNGs."
        ),
    ] = None,
    provenance: ProvenanceOption = True,
    json_: JsonOption = False,
) -> None:
    """Walk through the latent space and write the way as a film, a strip or numbered pictures."""
    from studio import explore_actions as actions
    from studio import explore_places as places

    if circle and noise:
        raise refused("Give --circle or --noise, not both.")
    loop = "circle" if circle else "noise" if noise else ""
    way = actions.Way(seeds, loop, frames, closed, easing, radius, chance, even, route)
    bend = places.Bend(label, truncation, tuple(direction or ()))
    film = {"fps": fps, "scale": scale, "ground": ground, "columns": columns, "loop": not once}
    actions.walk(places.Model(project, run, step, json_, provenance), way, bend, film, out)


@verbs.command()
@guarded
def directions(
    project: ProjectArgument,
    run: RunOption = None,
    step: StepOption = None,
    find: Annotated[bool, typer.Option("--find", help="Search again; kept ones stay.")] = False,
    count: Annotated[int, typer.Option(help="Find up to this many.")] = 12,
    rename: Annotated[
        list[str] | None, typer.Option(metavar="OLD=NEW", help="Give one another name.")
    ] = None,
    keep: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Keep it when searching again.")
    ] = None,
    delete: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Forget one.")] = None,
    seed: SeedOption = "0",
    label: LabelOption = None,
    out: Annotated[
        str | None, typer.Option(help="A PNG with a row for each, from -3 to 3 sigmas.")
    ] = None,
    provenance: ProvenanceOption = True,
    json_: JsonOption = False,
) -> None:
    """List the directions of a model, found without labels; search them the first time."""
    from studio import explore_actions as actions
    from studio import explore_places as places

    edit = actions.Edit(find, count, tuple(rename or ()), tuple(keep or ()), tuple(delete or ()))
    model = places.Model(project, run, step, json_, provenance)
    actions.directions(model, edit, seed, places.Bend(label), out)


@verbs.command()
@guarded
def breed(
    project: ProjectArgument,
    run: RunOption = None,
    step: StepOption = None,
    parents: Annotated[
        str, typer.Option(help="One or two: seeds or kept PNGs, like 3,kept.png.")
    ] = "0",
    distance: Annotated[float, typer.Option(help="0 copies the parents, 1 forgets them.")] = 0.4,
    count: Annotated[int, typer.Option(help="How many children.")] = 16,
    chance: Annotated[int, typer.Option(help="Another number, other children.")] = 0,
    truncation: TruncationOption = None,
    label: LabelOption = None,
    out: OutOption = None,
    provenance: ProvenanceOption = True,
    json_: JsonOption = False,
) -> None:
    """Draw children of one or two pictures."""
    from studio import explore_actions as actions
    from studio import explore_places as places

    model = places.Model(project, run, step, json_, provenance)
    bend = places.Bend(label, truncation)
    actions.breed(model, parents, distance, count, chance, bend, out)


@verbs.command()
@guarded
def plane(
    project: ProjectArgument,
    run: RunOption = None,
    step: StepOption = None,
    x: Annotated[float, typer.Option(help="Middle of the sheet: whole numbers are seeds.")] = 0.0,
    y: Annotated[float, typer.Option(help="Middle of the sheet, the other way.")] = 0.0,
    columns: Annotated[int, typer.Option(help="Pictures in a row.")] = 9,
    rows: Annotated[int, typer.Option(help="Pictures in a column.")] = 9,
    spacing: Annotated[float, typer.Option(help="From picture to picture; 1 is a seed.")] = 0.25,
    truncation: TruncationOption = None,
    label: LabelOption = None,
    direction: DirectionOption = None,
    out: OutOption = None,
    provenance: ProvenanceOption = True,
    json_: JsonOption = False,
) -> None:
    """Draw a sheet of the plane of seeds, with mixtures in between."""
    from studio import explore_actions as actions
    from studio import explore_places as places

    model = places.Model(project, run, step, json_, provenance)
    bend = places.Bend(label, truncation, tuple(direction or ()))
    actions.plane(model, actions.Sheet(x, y, columns, rows, spacing), bend, out)


@verbs.command()
@guarded
def mix(
    project: ProjectArgument,
    base: Annotated[str, typer.Option(help="What is mixed into: seeds or kept PNGs, as 1,2.")],
    other: Annotated[str, typer.Option(help="What is mixed in, as 3,4,kept.png.")],
    take: Annotated[
        str, typer.Option(help="What to take: layout, shape, detail or color, as the model has.")
    ],
    run: RunOption = None,
    step: StepOption = None,
    truncation: TruncationOption = None,
    label: LabelOption = None,
    out: OutOption = None,
    provenance: ProvenanceOption = True,
    json_: JsonOption = False,
) -> None:
    """Draw the shape of one picture with the details or colors of another."""
    from studio import explore_actions as actions
    from studio import explore_places as places

    model, bend = (
        places.Model(project, run, step, json_, provenance),
        places.Bend(label, truncation),
    )
    actions.mix(model, base, other, take, bend, out)


@verbs.command(name="map")
@guarded
def show_map(
    project: ProjectArgument,
    run: RunOption = None,
    step: StepOption = None,
    count: Annotated[int, typer.Option(help="Training pictures, and as many samples.")] = 400,
    seed: Annotated[int, typer.Option(help="Another number, other samples.")] = 0,
    at: Annotated[
        tuple[float, float] | None,
        typer.Option(metavar="X Y", help="Keep what is drawn at this spot, each 0 to 1."),
    ] = None,
    out: Annotated[str | None, typer.Option(help="A PNG of the map, or of the spot.")] = None,
    provenance: ProvenanceOption = True,
    json_: JsonOption = False,
) -> None:
    """Lay training pictures and samples out by likeness; draw at any spot between them."""
    from studio import explore_actions as actions
    from studio import explore_places as places

    actions.show_map(places.Model(project, run, step, json_, provenance), count, seed, at, out)


@verbs.command()
@guarded
def tag(
    project: ProjectArgument,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the yes samples have.")],
    yes: Annotated[
        str, typer.Option(help="5 or more: seeds, kept PNGs, or a folder of those.")
    ] = "",
    no: Annotated[str, typer.Option(help="As many that have it not.")] = "",
    run: RunOption = None,
    step: StepOption = None,
    out: Annotated[
        str | None, typer.Option(help="A PNG of the first no sample, from -3 to 3 sigmas.")
    ] = None,
    provenance: ProvenanceOption = True,
    json_: JsonOption = False,
) -> None:
    """Make a direction from a few samples that have something and some that have not."""
    from studio import explore_actions as actions
    from studio import explore_places as places

    actions.tag(places.Model(project, run, step, json_, provenance), name, yes, no, out)


@verbs.command()
@guarded
def invert(
    project: ProjectArgument,
    picture: Annotated[Path, typer.Argument(metavar="PICTURE", help="A picture of your own.")],
    run: RunOption = None,
    step: StepOption = None,
    seconds: Annotated[
        float, typer.Option(help="Search at most so long; Ctrl-C keeps the best so far.")
    ] = 10.0,
    out: Annotated[
        str | None, typer.Option(help="The PNG to keep, which remembers its place.")
    ] = None,
    provenance: ProvenanceOption = True,
    json_: JsonOption = False,
) -> None:
    """Find the place that draws a picture of your own, as nearly as the model can."""
    from studio import explore_actions as actions
    from studio import explore_places as places

    actions.invert(places.Model(project, run, step, json_, provenance), picture, seconds, out)
