"""What is searched for: a form's values, a command's options, or what is typed into one box."""

import re
from datetime import datetime
from typing import Any, Literal

from pydantic import field_validator

from studio.core.events import Refused
from studio.core.settings import Settings, field

Order = Literal["newest", "oldest", "name", "likeness"]
NUMBER_AT_MOST = 2**63 - 1
TERM = re.compile(r'(?:(\w+):)?(?:"([^"]*)"|(\S+))')
COLOR = re.compile(r"#[0-9a-fA-F]{6}")
SAME = {"after": "since", "before": "until", "sort": "order", "from": "workspace"}
FLAGS = {"star": "starred", "starred": "starred", "trash": "trashed", "trashed": "trashed"}


class Query(Settings):
    """A search: a picture is found where all that is given holds. Empty finds everything."""

    text: str = field(
        "", label="Words", help="Words of the name, title, tags, boards, family or settings."
    )
    tag: str = field("", label="Tag", help="Only pictures with this tag.")
    board: str = field("", label="Board", help="Only pictures on this board.")
    starred: bool = field(False, label="Starred", help="Only pictures with a star.")
    workspace: str = field("", label="From", help="explore, style, repair, train or export.")
    family: str = field("", label="Family", help="Only what a model of this family drew.")
    model: str = field("", label="Model", help="The first letters of the model's hash.")
    run: int | None = field(None, label="Run", help="Only what this run drew.", ge=0)
    step_from: int | None = field(None, label="From step", help="Drawn at this step or later.")
    step_to: int | None = field(None, label="To step", help="Drawn at this step or before.")
    seed: int | None = field(None, label="Seed", help="Only what was drawn from this seed.")
    color: str = field("", label="Color", help="Pictures that show this color, as #ff8800.")
    like: str = field("", label="Like", help="The most similar to the picture of this name first.")
    since: str = field("", label="Since", help="Kept on this day or later, as 2026-11-01.")
    until: str = field("", label="Until", help="Kept on this day or before, as 2026-11-30.")
    order: Order | None = field(
        None, label="Order", help="Newest first; by likeness where a color or picture is given."
    )
    trashed: bool = field(False, label="Trash", help="Search in the gallery's trash instead.")

    @field_validator("color")
    @classmethod
    def _is_color(cls, value: str) -> str:
        if value and not COLOR.fullmatch(value):
            raise ValueError("a color is written #rrggbb, as #ff8800")
        return value.lower()

    @field_validator("since", "until")
    @classmethod
    def _is_date(cls, value: str) -> str:
        if value:
            try:
                day(value)
            except (ValueError, OverflowError, OSError):
                raise ValueError("a day is written 2026-11-30") from None
        return value

    @field_validator("run", "step_from", "step_to", "seed")
    @classmethod
    def _is_number(cls, value: int | None) -> int | None:
        if value is not None and abs(value) > NUMBER_AT_MOST:
            raise ValueError("it is too large")
        return value

    def ordered(self) -> Order:
        """Return the order that is meant."""
        return self.order or ("likeness" if self.like or self.color else "newest")


def day(text: str) -> float:
    """Return when a day begins here, in seconds since 1970."""
    return datetime.strptime(text, "%Y-%m-%d").astimezone().timestamp()


def parse(text: str) -> Query:
    """Read what is typed into a search box: `run:3 seed:7 star #ff8800 like:hero-0003 old boss`.

    Words with a known key before a colon, a color and "star" are understood; all others are words
    to look for. Raises Refused for a value that does not fit, such as run:x.
    """
    words: list[str] = []
    given: dict[str, Any] = {}
    for match in TERM.finditer(text):
        key, value = (match[1] or "").lower(), match[2] if match[2] is not None else match[3]
        known = _known(key, value) if key else _flag(value, quoted=match[2] is not None)
        given |= known
        if not known:
            words.append(f"{match[1]}:{value}" if key else value)
    return Query().updated(given | {"text": " ".join(words)})


def _flag(word: str, quoted: bool) -> dict[str, Any]:
    if quoted:
        return {}
    if COLOR.fullmatch(word):
        return {"color": word}
    return {FLAGS[word.lower()]: True} if word.lower() in FLAGS else {}


def _known(key: str, value: str) -> dict[str, Any]:
    """Return what KEY:VALUE asks for; {} where the key is none."""
    name = SAME.get(key, key)
    if name == "is":
        return _flag(value, quoted=False)
    if name == "step":
        first, dash, last = value.partition("-")
        ends = {"step_from": first, "step_to": last if dash else first}
        return {end: _number("step", text) for end, text in ends.items() if text}
    if name in ("run", "seed", "step_from", "step_to"):
        return {name: _number(name, value)}
    return {name: value} if name in Query.model_fields and name not in FLAGS.values() else {}


def _number(name: str, value: str) -> int:
    try:
        return int(value)
    except ValueError:
        raise Refused(f"'{name}:{value}' names no number; write it as {name}:3.") from None
