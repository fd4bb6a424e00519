"""The verbs `atelier provenance` and `atelier rights`: where pictures come from, and whose."""

from pathlib import Path
from typing import Annotated

import typer

from studio.options import JsonOption, ProjectArgument, guarded


@guarded
def provenance(
    picture: Annotated[
        Path, typer.Argument(metavar="PICTURE", help="A picture, or a film with its record beside.")
    ],
    project: Annotated[
        Path | None, typer.Option(help="The project it was made in; found if it lies in one.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="A PNG: the picture beside the nearest training pictures."),
    ] = None,
    json_: JsonOption = False,
) -> None:
    """Say where a picture came from: model, run, picture set, rights, nearest training pictures."""
    from studio import provenance_actions as actions

    actions.show(picture, project, out, json_)


@guarded
def rights(
    project: ProjectArgument,
    dataset: Annotated[
        str | None, typer.Argument(metavar="SET", help="A picture set's id; all are listed if not.")
    ] = None,
    author: Annotated[str | None, typer.Option(help="Who made the pictures.")] = None,
    licence: Annotated[
        str | None, typer.Option("--license", "--licence", help="As CC0, or bought from whom.")
    ] = None,
    consent: Annotated[
        str | None,
        typer.Option(help="unknown, own, given, public or refused; refused stops exports."),
    ] = None,
    note: Annotated[str | None, typer.Option(help="What else shall travel along.")] = None,
    copies: Annotated[
        str | None,
        typer.Option(help="What exports do about copies of training pictures: warn, block, off."),
    ] = None,
    json_: JsonOption = False,
) -> None:
    """Show or enter whose pictures a set holds; it travels into everything made of them."""
    from studio import provenance_actions as actions

    given = {"author": author, "licence": licence, "consent": consent, "note": note}
    entered = {key: value for key, value in given.items() if value is not None}
    actions.rights(project, dataset, entered, copies, json_)
