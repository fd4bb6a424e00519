"""Crash reports: what was seen is what is shared; only so many are kept."""

import logging
import os
from pathlib import Path

import pytest

from studio.core.recovery import reports


def broken(message: str) -> ValueError:
    """Return an error that was raised here."""
    try:
        try:
            raise KeyError("/home/Mallory")
        except KeyError as cause:
            raise ValueError(message) from cause
    except ValueError as error:
        return error


def test_a_report_tells_what_broke_and_where(tmp_path: Path) -> None:
    (tmp_path / reports.LOG).write_text(
        "2026-11-22 08:00:00,123 INFO studio.crash: saved /home/Mallory/cat.png\n"
    )
    logging.getLogger("studio.crash")
    file = reports.report(broken("can't read /home/Mallory/cat.png"), "It broke", tmp_path)
    assert file is not None and file.parent == tmp_path / "reports"
    text = file.read_text()
    assert text.startswith("Atelier crash report, 2") and "It broke" in text
    assert "ValueError: … read …" in text and "after KeyError" in text
    assert f"  {__name__}:" in text and " in broken" in text
    assert "INFO studio.crash: saved …" in text
    assert "Python 3" in text and "PySide6_Essentials 6" in text
    assert "Mallory" not in text and "cat" not in text


def test_who_and_where_one_is_is_never_in_it(tmp_path: Path) -> None:
    file = reports.report(broken(str(tmp_path)), "It broke", tmp_path)
    assert file is not None
    text = file.read_text()
    for word in (
        os.uname().nodename if hasattr(os, "uname") else "?",
        str(Path.home()),
        "pytest-of",
    ):
        assert word not in text


def test_only_the_newest_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "MOST", 3)
    made = [reports.report(broken("x"), f"number {k}", tmp_path) for k in range(5)]
    left = sorted((tmp_path / "reports").iterdir())
    assert len(left) == 3 and reports.newest(tmp_path) == made[-1]


def test_a_fault_becomes_a_report_once(tmp_path: Path) -> None:
    assert reports.report_fault(tmp_path) is None
    fault = tmp_path / reports.FAULTS
    fault.write_text(
        "Fatal Python error: Segmentation fault\n\n"
        "Current thread 0x0007f (most recent call first):\n"
    )
    file = reports.report_fault(tmp_path)
    assert file is not None and "Fatal error: Segmentation fault" in file.read_text()
    assert reports.report_fault(tmp_path) is None and fault.read_bytes() == b""


def test_a_folder_that_can_t_be_written_is_no_further_crash(tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("in the way")
    assert reports.report(broken("x"), "It broke", tmp_path) is None
    assert reports.newest(tmp_path) is None
