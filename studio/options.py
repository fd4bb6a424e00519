"""What the verbs of the command line share: common options, and exit codes for what goes wrong."""

import errno
import functools
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, ParamSpec, TypeVar

import typer
from typer.exceptions import TyperException

P = ParamSpec("P")
R = TypeVar("R")

ProjectArgument = Annotated[Path, typer.Argument(metavar="PROJECT", help="The project's folder.")]
RunOption = Annotated[int | None, typer.Option(help="The run's number; the newest if left out.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Write one JSON object a line.")]

ProvenanceOption = Annotated[
    bool, typer.Option(help="Write into the files and beside them where they come from.")
]


def guarded(verb: Callable[P, R]) -> Callable[P, R]:
    """Turn what a verb raises into exit codes: 2 for bad input, 130 when the user stopped it, 0
    when the system did.
    """

    @functools.wraps(verb)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        from studio.core.events import Refused

        try:
            return verb(*args, **kwargs)
        except Refused as refusal:
            typer.echo(f"atelier: {refusal}", err=True)
            raise typer.Exit(2) from None
        except KeyboardInterrupt as stop:
            raise typer.Exit(getattr(stop, "code", 130)) from None
        except BrokenPipeError:
            unheard()
            raise typer.Exit(0) from None
        except OSError as error:
            if error.errno == errno.EIO and not error.filename:  # the terminal is closed
                unheard()
                raise typer.Exit(0) from None
            typer.echo(
                f"atelier: {error.filename or 'A file'}: {error.strerror or error}.", err=True
            )
            raise typer.Exit(2) from None
        except (typer.Exit, typer.Abort, TyperException):  # typer's own way of saying no
            raise
        except Exception as error:
            typer.echo(f"atelier: {_reported(error)}", err=True)
            raise typer.Exit(1) from None

    return run


def _reported(error: Exception) -> str:
    """Write a report of what nobody foresaw, and return a sentence about it."""
    from studio.core.recovery import reports

    file = reports.report(error, "The command line broke")
    where = f"a report without names is in {file}" if file else "no report could be written"
    return f"Something broke; what was saved is safe, and {where}."


def unheard() -> None:
    """Let what is still said go nowhere: whoever read the output has gone."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())


def refused(text: str) -> Exception:
    """Make a refusal; loaded only now, since it loads numpy."""
    from studio.core.events import Refused

    return Refused(text)


def assigned(pairs: list[str]) -> dict[str, Any]:
    """Read KEY=VALUE pairs; a value is a number, true, false, a JSON list, or else a word."""
    found: dict[str, Any] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key.strip():
            raise refused(f"'{pair}' is not a setting; write --set KEY=VALUE.")
        try:
            found[key.strip()] = json.loads(value)
        except ValueError:
            found[key.strip()] = value
    return found
