"""The verbs below `atelier gallery`: kept pictures are found, marked, looked after."""

from pathlib import Path
from typing import Annotated

import typer

from studio.options import JsonOption, guarded

verbs = typer.Typer(
    help="Find kept pictures, mark them, look whether they are what their records say.",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

WhereOption = Annotated[
    Path | None,
    typer.Option(
        "--project", "-p", help="A project, or a gallery's folder; your own gallery if left out."
    ),
]
NamesArgument = Annotated[list[str], typer.Argument(metavar="NAME", help="Names of pictures.")]
OffOption = Annotated[bool, typer.Option("--off", help="Take it away again.")]

SEARCH = """Words, and run:3 step:100-900 seed:7 family:gan tag:boss board:Cave star #ff8800
like:NAME after:2026-11-01 before:2026-11-30 order:name trash"""


@verbs.command()
@guarded
def search(
    place: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PROJECT] [QUERY]", help=f"{SEARCH}; all if left out."),
    ] = None,
    duplicates: Annotated[
        bool, typer.Option("--duplicates", help="Show which of them repeat an earlier one.")
    ] = False,
    limit: Annotated[int, typer.Option(help="At most so many; 0 is all.", min=0)] = 0,
    out: Annotated[
        Path | None, typer.Option(help="Copy what is found to this folder, records and all.")
    ] = None,
    json_: JsonOption = False,
) -> None:
    """Find kept pictures, in a project or, without one, in your own gallery."""
    from studio import gallery_actions as actions

    where, words = actions.placed(place or [])
    if duplicates:
        actions.duplicates(where, words, json_)
    else:
        actions.search(where, words, limit, out, json_)


@verbs.command()
@guarded
def verify(
    project: Annotated[Path | None, typer.Argument(metavar="[PROJECT]")] = None,
    json_: JsonOption = False,
) -> None:
    """Compare every picture with what its record says; change nothing.

    The exit code is 1 where something is wrong.
    """
    from studio import gallery_actions as actions

    if not actions.verify(actions.folder(project), json_):
        raise typer.Exit(1)


@verbs.command()
@guarded
def rebuild(
    project: Annotated[Path | None, typer.Argument(metavar="[PROJECT]")] = None,
    json_: JsonOption = False,
) -> None:
    """Throw the gallery's index away and make it anew from the files."""
    from studio import gallery_actions as actions

    actions.rebuild(actions.folder(project), json_)


@verbs.command()
@guarded
def star(names: NamesArgument, project: WhereOption = None, off: OffOption = False) -> None:
    """Give pictures a star."""
    from studio import gallery_actions as actions

    actions.mark(actions.folder(project), names, lambda g, ids: g.star(ids, not off))


@verbs.command()
@guarded
def tag(
    tag: Annotated[str, typer.Argument(metavar="TAG")],
    names: NamesArgument,
    project: WhereOption = None,
    off: OffOption = False,
) -> None:
    """Put a tag on pictures."""
    from studio import gallery_actions as actions

    actions.mark(actions.folder(project), names, lambda g, ids: g.tag(ids, tag, not off))


@verbs.command()
@guarded
def board(
    board: Annotated[str, typer.Argument(metavar="BOARD")],
    names: NamesArgument,
    project: WhereOption = None,
    off: OffOption = False,
) -> None:
    """Pin pictures to a board."""
    from studio import gallery_actions as actions

    actions.mark(actions.folder(project), names, lambda g, ids: g.board(ids, board, not off))


@verbs.command()
@guarded
def trash(
    names: NamesArgument,
    project: WhereOption = None,
    off: Annotated[bool, typer.Option("--off", help="Take them back out.")] = False,
) -> None:
    """Move pictures to the gallery's own trash."""
    from studio import gallery_actions as actions

    actions.mark(
        actions.folder(project), names, lambda g, ids: (g.restore if off else g.remove)(ids)
    )
