"""The verbs below `atelier export`: one for each kind, its options drawn from its settings."""

import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args, get_origin

import typer
from typer.core import TyperGroup
from typing_extensions import override

from studio.options import (
    JsonOption,
    ProjectArgument,
    ProvenanceOption,
    RunOption,
    assigned,
    guarded,
)

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

    from studio.core.assets.kind import Kind

KINDS = ("sheet", "tile", "palette", "maps", "stickers", "video", "contact")


class Kinds(TyperGroup):
    """Makes a kind's command when it is asked for: `atelier --help` does not load their code."""

    @override
    def list_commands(self, ctx: Any) -> list[str]:
        return [*KINDS, *super().list_commands(ctx)]

    @override
    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in KINDS:
            return super().get_command(ctx, cmd_name)
        from studio.core.assets.kinds import kinds

        found = kinds().get(cmd_name)
        return _command(found) if found else None


verbs = typer.Typer(
    cls=Kinds,
    help="Take pictures and models away: sheets, tiles, palettes, films, ONNX.",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@verbs.callback()
def export() -> None:
    """Take pictures and models away: sheets, tiles, palettes, films, ONNX."""


OverwriteOption = Annotated[bool, typer.Option("--overwrite", help="Replace files that are there.")]
CredentialsOption = Annotated[
    bool,
    typer.Option(
        "--credentials", help="Sign the files (C2PA) with a certificate of this machine's own."
    ),
]
GuardOption = Annotated[
    Path | None,
    typer.Option(
        metavar="PROJECT",
        help="Look for copies of this project's training pictures; found if they lie in one.",
    ),
]
StepOption = Annotated[int | None, typer.Option(help="As it was at this step; the newest if not.")]


@verbs.command()
@guarded
def onnx(
    project: ProjectArgument,
    out: Annotated[str, typer.Option(help="Where it goes: .onnx.")],
    run: RunOption = None,
    step: StepOption = None,
    pixels: Annotated[
        str | None, typer.Option(help="What it draws: float (-1 to 1) or uint8 pixels. [float]")
    ] = None,
    half: Annotated[bool, typer.Option("--half", help="Keep the weights in half the space.")] = (
        False
    ),
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="A setting of drawing, as steps=8."),
    ] = None,
    overwrite: OverwriteOption = False,
    json_: JsonOption = False,
) -> None:
    """Write a run's model as ONNX, so that a game can draw at run time."""
    from studio import export_actions as actions

    given = {"half": half, **({} if pixels is None else {"pixels": pixels})}
    where = actions.Target(out, overwrite)
    actions.export_onnx(project, run, step, given, assigned(set_ or []), where, json_)


@verbs.command()
@guarded
def pack(
    project: ProjectArgument,
    out: Annotated[str, typer.Option(help="Where it goes: .atelierpack.")],
    run: RunOption = None,
    step: StepOption = None,
    overwrite: OverwriteOption = False,
    json_: JsonOption = False,
) -> None:
    """Write a run's model, a look at it and its rights as one file that opens on any machine."""
    from studio import export_actions as actions

    actions.export_pack(project, run, step, actions.Target(out, overwrite), json_)


@guarded
def take_in(
    pack: Annotated[Path, typer.Argument(metavar="PACK", help="A file that ends in .atelierpack.")],
    project: Annotated[
        Path | None, typer.Option(help="Project to add the model to; ./NAME.atelier if left out.")
    ] = None,
    about: Annotated[bool, typer.Option("--about", help="Only say what the pack is.")] = False,
    json_: JsonOption = False,
) -> None:
    """Take in a model that someone packed: it becomes a run of a project."""
    from studio import export_actions as actions

    actions.about(pack, json_) if about else actions.import_pack(pack, project, json_)


def _command(kind: "Kind") -> Any:
    """Return the command of a kind: pictures, --out, and an option for each of its settings."""

    def run(pictures: list[Path], out: str, overwrite: bool, json_: bool, **values: Any) -> None:
        from studio import export_actions as actions

        told = actions.Told(*(values.pop(name) for name in ("provenance", "credentials", "guard")))
        given = {name: value for name, value in values.items() if value is not None}
        actions.export(kind, pictures, given, actions.Target(out, overwrite), told, json_)

    places = ", ".join(ending or "a folder" for ending in kind.endings)
    parameters = [
        _parameter("pictures", Annotated[list[Path], typer.Argument(metavar="PICTURES")]),
        _parameter("out", Annotated[str, typer.Option(help=f"Where it goes: {places}.")]),
        *(_setting(name, info) for name, info in kind.settings.model_fields.items()),
        _parameter("overwrite", Annotated[bool, typer.Option("--overwrite")], False),
        _parameter("provenance", ProvenanceOption, True),
        _parameter("credentials", CredentialsOption, False),
        _parameter("guard", GuardOption, None),
        _parameter("json_", JsonOption, False),
    ]
    verb: Any = guarded(run)
    verb.__signature__ = inspect.Signature(parameters)
    verb.__annotations__ = {each.name: each.annotation for each in parameters}
    alone = typer.Typer(add_completion=False, rich_markup_mode=None)
    alone.command(kind.id, help=kind.summary)(verb)
    return typer.main.get_command(alone)


def _parameter(name: str, kind: Any, default: Any = inspect.Parameter.empty) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=kind, default=default)


def _setting(name: str, info: "FieldInfo") -> inspect.Parameter:
    """Return the option of a setting; left out, the setting keeps its default."""
    from studio.core.settings import extra

    unit = extra(info, "unit")
    choices = get_args(info.annotation) if get_origin(info.annotation) is Literal else ()
    others = ", ".join(str(choice) for choice in choices if choice != info.default)
    told = f"{info.default}{f' {unit}' if unit else ''}{f'; or {others}' if others else ''}"
    words = f"{info.description} [{told}]"
    kind: Any = info.annotation if info.annotation in (int, float, bool) else str
    return _parameter(name, Annotated[kind | None, typer.Option(help=words)], None)
