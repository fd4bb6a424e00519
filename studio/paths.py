"""Where things are: resources shipped with the program and the user's own folders."""

import sys
from pathlib import Path

import platformdirs


def resources() -> Path:
    """Return the folder of shipped resources, from a source tree, a wheel or a frozen program."""
    frozen = getattr(sys, "_MEIPASS", None)
    return (
        Path(frozen) / "resources"
        if frozen
        else Path(__file__).resolve().parent.parent / "resources"
    )


def projects() -> Path:
    """Return the folder in which new projects are made when the user names none."""
    return Path(platformdirs.user_documents_dir()) / "Atelier"


def logs() -> Path:
    """Return the folder for the program's own log."""
    return Path(platformdirs.user_log_dir("Atelier", appauthor=False))


def settings() -> Path:
    """Return the folder for the program's own settings (window layout, recent projects)."""
    return Path(platformdirs.user_config_dir("Atelier", appauthor=False))


def repairs() -> Path:
    """Return the folder of the repairs that are not exported yet."""
    return Path(platformdirs.user_data_dir("Atelier", appauthor=False)) / "repairs"


def recovery() -> Path:
    """Return the folder of what is not saved yet, which a crash would lose."""
    return Path(platformdirs.user_data_dir("Atelier", appauthor=False)) / "recovery"


def under_way() -> Path:
    """Return the folder of notes on what is being written, for the start after a crash."""
    return Path(platformdirs.user_data_dir("Atelier", appauthor=False)) / "under way"


def presets() -> Path:
    """Return the folder of the user's own presets of style."""
    return Path(platformdirs.user_data_dir("Atelier", appauthor=False)) / "presets"


def gallery() -> Path:
    """Return the user's own gallery: what is kept while no project is open."""
    return Path(platformdirs.user_data_dir("Atelier", appauthor=False)) / "gallery"
