"""What the verbs share: an error that nobody foresaw is one sentence and a report."""

from pathlib import Path

import pytest
import typer

from studio import paths
from studio.options import guarded


def test_an_unforeseen_error_is_a_sentence_and_a_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(paths, "logs", lambda: tmp_path / "logs")

    @guarded
    def verb() -> None:
        raise ZeroDivisionError("in /home/Mallory/cat.png")

    with pytest.raises(typer.Exit) as left:
        verb()
    assert left.value.exit_code == 1
    said = capsys.readouterr().err
    assert said.startswith("atelier: Something broke") and said.count("\n") == 1
    (report,) = (tmp_path / "logs" / "reports").iterdir()
    assert str(report) in said and "Mallory" not in report.read_text(encoding="utf-8")
    assert "ZeroDivisionError" in report.read_text(encoding="utf-8")


@pytest.mark.parametrize("error", [typer.Exit(3), typer.Abort(), typer.BadParameter("no")])
def test_what_typer_says_is_left_to_it(error: Exception, tmp_path: Path) -> None:
    @guarded
    def verb() -> None:
        raise error

    with pytest.raises(type(error)):
        verb()
