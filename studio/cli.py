"""Every action of the window without a window: train, resume, evaluate, sample, explore …"""

from pathlib import Path
from typing import Annotated, Any

import typer

from studio import browsing, exploring, exporting, repairing, styling, tracing
from studio.options import (
    JsonOption,
    ProjectArgument,
    ProvenanceOption,
    RunOption,
    assigned,
    guarded,
    refused,
)

ABOUT = """An offline studio that turns a folder of pictures into a picture generator.

`atelier` opens the window, `atelier PROJECT` opens it on a project; the commands below do the
same work without a window. `atelier COMMAND --help` explains each."""

verbs = typer.Typer(
    help=ABOUT,
    add_completion=False,
    rich_markup_mode=None,  # plain help: loading rich for it would double the time of --help
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=True,
)
verbs.add_typer(exploring.verbs, name="explore")
verbs.add_typer(exporting.verbs, name="export")
verbs.add_typer(browsing.verbs, name="gallery")
verbs.command("import")(exporting.take_in)
verbs.command()(repairing.repair)
verbs.command()(styling.style)
verbs.command()(tracing.provenance)
verbs.command()(tracing.rights)

DataArgument = Annotated[
    str,
    typer.Argument(
        metavar="DATA", help="A folder, a zip, idx files, starter:sprites or starter:digits."
    ),
]
SizeOption = Annotated[
    str | None,
    typer.Option(help="Size of the pictures: 32, or WIDTHxHEIGHT as 48x32; 16 to 256."),
]
FitOption = Annotated[str | None, typer.Option(help="Other shapes: crop, pad or stretch.")]
ChannelsOption = Annotated[str | None, typer.Option(help="Colors: auto, grey, rgb or rgba.")]
StepsOption = Annotated[int | None, typer.Option(help="Train this many steps.")]
MinutesOption = Annotated[float | None, typer.Option(help="Train this many minutes.")]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="A setting of the family."),
]


def app(arguments: list[str] | None = None) -> None:
    """Run the command line on `arguments` (the process's own if None); ends in SystemExit."""
    verbs(arguments, prog_name="atelier")


@verbs.callback(invoke_without_command=True)
def program(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Answer --version."""
    if version:
        from studio import __version__

        typer.echo(f"atelier {__version__}")
        raise typer.Exit()


@verbs.command()
@guarded
def train(
    data: DataArgument,
    project: Annotated[
        Path | None, typer.Option(help="Project to add the run to; ./NAME.atelier if left out.")
    ] = None,
    family: Annotated[
        str,
        typer.Option(
            help="Kind of model; `atelier doctor` lists them. auto chooses by the pictures."
        ),
    ] = "auto",
    preset: Annotated[str | None, typer.Option(help="Its settings by intent, as quick.")] = None,
    size: SizeOption = None,
    fit: FitOption = None,
    channels: ChannelsOption = None,
    steps: StepsOption = None,
    minutes: MinutesOption = None,
    seed: Annotated[int, typer.Option(help="Another number gives another model.")] = 0,
    mirror: Annotated[bool, typer.Option("--mirror", help="Also learn mirrored pictures.")] = False,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")] = "auto",
    threads: Annotated[int, typer.Option(help="CPU threads; 0 finds the fastest.")] = 0,
    set_: SetOption = None,
    name: Annotated[str, typer.Option(help="The run's name.")] = "",
    json_: JsonOption = False,
) -> None:
    """Train a model on pictures and keep it in a project.

    Ctrl-C stops and saves; `atelier resume` goes on from there.
    """
    from studio import actions

    only_one(steps, minutes)
    folder = project or actions.default_project(data)
    plan = {
        "seed": seed,
        "mirror": mirror,
        "device": device,
        "threads": threads,
        **length(steps, minutes),
    }
    wish = actions.Wish(family, preset, assigned(set_ or []), plan, name)
    actions.train(folder, data, import_changes(size, fit, channels), wish, json_)


@verbs.command()
@guarded
def resume(
    project: ProjectArgument,
    run: RunOption = None,
    steps: StepsOption = None,
    minutes: MinutesOption = None,
    set_: SetOption = None,
    remedy: Annotated[
        bool, typer.Option("--remedy", help="Apply what `atelier health` proposes.")
    ] = False,
    json_: JsonOption = False,
) -> None:
    """Go on training a run: to the end of its plan, or for --minutes or --steps more.

    Settings changed with --set hold from then on.
    """
    from studio import actions

    only_one(steps, minutes)
    actions.resume(project, run, length(steps, minutes), assigned(set_ or []), remedy, json_)


@verbs.command()
@guarded
def health(project: ProjectArgument, run: RunOption = None, json_: JsonOption = False) -> None:
    """Say in words how a run does, and what would help."""
    from studio import actions

    actions.health(project, run, json_)


@verbs.command()
@guarded
def sample(
    project: ProjectArgument,
    run: RunOption = None,
    count: Annotated[int, typer.Option(help="How many pictures.")] = 64,
    seed: Annotated[int, typer.Option(help="The same number draws the same pictures.")] = 0,
    label: Annotated[str | None, typer.Option(help="Draw this class only.")] = None,
    out: Annotated[
        str | None, typer.Option(help="A PNG file for one grid, or a folder/ for single PNGs.")
    ] = None,
    set_: SetOption = None,
    provenance: ProvenanceOption = True,
    json_: JsonOption = False,
) -> None:
    """Draw pictures from a trained run."""
    from studio import actions

    actions.sample(project, run, count, seed, label, out, assigned(set_ or []), provenance, json_)


@verbs.command()
@guarded
def instant(
    project: ProjectArgument,
    run: RunOption = None,
    minutes: Annotated[float, typer.Option(help="Tune this many minutes.")] = 3.0,
    threads: Annotated[int | None, typer.Option(help="CPU threads; 0 finds the fastest.")] = None,
    json_: JsonOption = False,
) -> None:
    """Make a diffusion run draw at once: a new run that needs one or two looks, not dozens."""
    from studio import actions

    actions.instant(project, run, minutes, threads, json_)


@verbs.command()
@guarded
def evaluate(
    project: ProjectArgument,
    run: RunOption = None,
    count: Annotated[int, typer.Option(help="Judge by this many drawn pictures.")] = 1000,
    seed: Annotated[int, typer.Option(help="Another number draws other pictures.")] = 0,
    inception: Annotated[
        Path | None, typer.Option(help="A file of Inception weights, for FID and KID as published.")
    ] = None,
    json_: JsonOption = False,
) -> None:
    """Compare what a run draws with the pictures it learned from, copies included.

    Each number stands beside the same number of other real pictures. There is no overall score:
    look at the pictures too.
    """
    from studio import actions

    actions.evaluate(project, run, count, seed, inception, json_)


@verbs.command()
@guarded
def inspect(
    data: DataArgument,
    size: SizeOption = None,
    fit: FitOption = None,
    channels: ChannelsOption = None,
    json_: JsonOption = False,
) -> None:
    """Show what would be trained on: pictures, classes, what is converted or skipped and why."""
    from studio import actions

    actions.inspect(data, import_changes(size, fit, channels), json_)


@verbs.command()
@guarded
def doctor() -> None:
    """Look at this machine: devices, memory, libraries; train every family for a few steps."""
    from studio import doctor

    if not doctor.examine():
        raise typer.Exit(2)


def only_one(steps: int | None, minutes: float | None) -> None:
    """Refuse two lengths."""
    if steps is not None and minutes is not None:
        raise refused("Give --steps or --minutes, not both.")


def length(steps: int | None, minutes: float | None) -> dict[str, Any]:
    """Return the part of a plan that says how long; {} leaves it open."""
    if steps is not None:
        if steps < 1:
            raise refused(f"Can't train {steps} steps; ask for at least one.")
        return {"steps": steps}
    return {} if minutes is None else {"minutes": minutes, "steps": 0}


def import_changes(size: str | None, fit: str | None, channels: str | None) -> dict[str, Any]:
    """Return what differs from the default import, by the settings' names."""
    changes: dict[str, Any] = {} if size is None else sides(size)
    given = {"fit": fit, "channels": channels}
    return changes | {key: value for key, value in given.items() if value is not None}


def sides(size: str) -> dict[str, int]:
    """Read '32' or '48x32' (width x height)."""
    parts = size.lower().split("x")
    if len(parts) > 2 or not all(part.isdecimal() and part.isascii() for part in parts):
        raise refused(f"'{size}' is not a size; write 32, or WIDTHxHEIGHT as 48x32.")
    return {"width": int(parts[0]), "height": int(parts[-1])}
