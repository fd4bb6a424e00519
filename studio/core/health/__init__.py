"""What is wrong with a run, in plain words, with the remedy; judged from its log alone."""

from collections.abc import Mapping
from typing import Any

from studio.core.health.evidence import WARM, Evidence
from studio.core.health.signs import SIGNS, progressing
from studio.core.health.verdict import Remedy, Verdict, written
from studio.core.runlog import History

__all__ = ["WARM", "Remedy", "Verdict", "judge", "written"]


def judge(history: History, settings: Mapping[str, Any] | None = None) -> Verdict:
    """Return the most important sentence about the run, with a remedy where there is one.

    `settings` are those the run was started with: a remedy is a change to them. What happened
    before the last remedy is not held against the run again.
    """
    known = Evidence(history, {**(settings or {}), **history.changes})
    found = (sign(known) for sign in SIGNS)
    return next((verdict for verdict in found if verdict), None) or progressing(known)
