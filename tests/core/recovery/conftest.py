"""Side files of a test stay in its own folder."""

from pathlib import Path

import pytest

from studio import paths


@pytest.fixture(autouse=True)
def recovery(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of side files; repairs have one, too."""
    monkeypatch.setattr(paths, "recovery", lambda: tmp_path / "recovery")
    monkeypatch.setattr(paths, "repairs", lambda: tmp_path / "repairs")
    return tmp_path / "recovery"
