"""What `atelier style` does, once its words are read."""

import contextlib
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from studio.core.events import Refused
from studio.terminal import pull, seldom, write_json

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

    from studio.core.photographs.photograph import Photograph
    from studio.core.provenance.record import Record
    from studio.core.style.live import Restyled
    from studio.core.style.look import Look
    from studio.core.style.method import Method, StyleSettings

BRITISH = {"watercolour": "watercolor", "colours": "colors"}
WHOLE = "-"  # instead of a style's mask


@dataclass(frozen=True)
class Wish:
    """How to restyle: a method's name, a preset's title, settings by name, the file of VGG19."""

    method: str | None = None
    preset: str | None = None
    changes: dict[str, Any] | None = None
    weights: Path | None = None


@dataclass(frozen=True)
class Sources:
    """The style's files with the weight and the mask's file of each, and where anything changes."""

    styles: tuple[Path, ...] = ()
    weights: tuple[float, ...] = ()
    masks: tuple[str, ...] = ()
    mask: Path | None = None

    def check(self) -> None:
        """Raise Refused where weights or masks are not as many as the styles."""
        for option, given in (("--weight", self.weights), ("--style-mask", self.masks)):
            if given and len(given) != len(self.styles):
                raise Refused(
                    f"There are {len(given)} {option} and {len(self.styles)} --style; give one for "
                    "each, in the same order."
                )

    def files(self) -> list[Path]:
        """Return every file that is read."""
        masks = [Path(file) for file in self.masks if file != WHOLE]
        return [*self.styles, *masks, *([self.mask] if self.mask else [])]

    def masked(self, look: "Look", size: tuple[int, int]) -> "Look":
        """Return the look with the masks for a picture of `size` (width, height); raise Refused."""
        from studio.core.painting.masks import load_mask

        where = [None if file == WHOLE else load_mask(Path(file), size) for file in self.masks]
        where += [None] * (len(look.styles) - len(where))
        styles = tuple(
            replace(style, mask=mask) for style, mask in zip(look.styles, where, strict=True)
        )
        return replace(look, styles=styles, mask=self.mask and load_mask(self.mask, size))


@dataclass(frozen=True)
class Target:
    """Where restyled pictures go: a file or a folder, whether what is there is replaced, and
    whether they say where they come from.
    """

    out: str
    overwrite: bool = False
    told: bool = True

    def file(self, content: Path) -> Path:
        """Return the file of one picture: `out`, or in that folder the picture's own name."""
        from studio.core.photographs.encoding import ENDINGS
        from studio.core.style.batch import written_as

        file = Path(self.out)
        if self.out.endswith(("/", "\\")) or file.is_dir():
            return file / written_as(content.name)
        if file.suffix.lower() not in ENDINGS:
            raise Refused(
                f"{self.out} can't be written; name it .png, .tif, .webp or .jpg, or a folder/."
            )
        return file


@dataclass(frozen=True, eq=False)
class Prepared:
    """A look without masks whose styles are still as their files have them."""

    look: "Look"
    photographs: "tuple[Photograph, ...]"
    sources: Sources
    told: bool = True

    def for_content(self, photograph: "Photograph") -> "Look":
        """Return the look for one picture: masks of its size, styles in its colors."""
        from studio.core.style.profiles import in_colors_of

        styles = tuple(
            replace(style, pixels=in_colors_of(source, photograph))
            for style, source in zip(self.look.styles, self.photographs, strict=True)
        )
        h, w = photograph.pixels.shape[:2]
        return self.sources.masked(replace(self.look, styles=styles), (w, h))


def style(
    content: Path, wish: Wish, sources: Sources, target: Target, json_lines: bool = False
) -> None:
    """Restyle a picture, or every picture of a folder; raise Refused."""
    prepared = replace(_prepared(wish, sources), told=target.told)
    kept = [*sources.files(), *([wish.weights] if wish.weights else [])]
    if content.is_dir():
        _style_folder(content, prepared, target, kept, json_lines)
        return
    file = target.file(content)
    _free(file, target.overwrite, _identities(kept))
    _tell(content, *_styled(content, file, prepared, json_lines), json_lines)


def _style_folder(
    folder: Path, prepared: Prepared, target: Target, kept: Sequence[Path], json_lines: bool
) -> None:
    """Restyle a folder's pictures into the same tree below `out`; bad ones are told and skipped."""
    from studio.core.style.batch import planned

    out = Path(target.out)
    if out.exists() and not out.is_dir():
        raise Refused(f"{out} is a file; the pictures of {folder} need a folder as --out.")
    batch = pull(planned(folder, out), json_lines)
    for name, reason in (*batch.links, *batch.skipped):
        _tell_failure(folder / name, reason, json_lines)
    inputs = _identities([*kept, *(source for source, _ in batch.pairs)])
    failed, said = len(batch.skipped), set()
    for source, file in batch.pairs:
        try:
            _below(file, out)
            _free(file, target.overwrite, inputs)
            made, notes = _styled(source, file, prepared, json_lines)
        except Refused as reason:
            failed += 1
            _tell_failure(source, str(reason), json_lines)
            continue
        fresh = tuple(note for note in notes if json_lines or note not in said)
        said.update(notes)
        _tell(source, made, fresh, json_lines)
    total = len(batch.pairs) + len(batch.skipped)
    if not total:
        raise Refused(f"{folder} holds no pictures; choose another folder, or one picture.")
    if failed:
        raise Refused(f"{failed} of {total} pictures were not restyled.")


def _below(file: Path, out: Path) -> None:
    """Raise Refused where a link leads a file out of `out`."""
    from studio.core.style.batch import real

    if not real(file.parent).is_relative_to(real(out)):
        raise Refused(f"{file.parent} is a link out of {out}; nothing is written there.")


def _identities(files: Iterable[Path]) -> set[tuple[int, int]]:
    """Return what tells files apart, whatever they are called: links, upper and lower case."""
    found = set()
    for file in files:
        with contextlib.suppress(OSError, ValueError):
            status = file.stat()
            found.add((status.st_dev, status.st_ino))
    return found


def _free(file: Path, overwrite: bool, inputs: set[tuple[int, int]]) -> None:
    """Raise Refused where something is written over that must stay."""
    if inputs & _identities([file]):
        raise Refused(f"{file} is read for this itself; choose another --out.")
    if not overwrite and file.exists():
        raise Refused(f"{file} is there already; use --overwrite, or another --out.")


@dataclass(frozen=True, eq=False)
class Made:
    """A file that was written, how, and in how many seconds."""

    file: Path
    look: "Look"
    restyled: "Restyled"


def _styled(
    content: Path, file: Path, prepared: Prepared, json_lines: bool
) -> tuple[Made, tuple[str, ...]]:
    """Restyle one picture into a file; return it, and in sentences what it does not hold."""
    from studio.core.photographs.photograph import open_photograph
    from studio.core.provenance.stamping import save_recorded
    from studio.core.style.live import restyle
    from studio.core.style.profiles import carried

    photograph = open_photograph(content)
    look = prepared.for_content(photograph)
    _writable(file, photograph)
    restyled = pull(seldom(restyle(photograph.pixels, look)), json_lines)
    whole = carried(photograph, restyled.pixels)
    record = _record(content, photograph, prepared, whole)
    lost = save_recorded(whole, file, record, told=prepared.told)  # whoever calls has looked
    if look.mask is None:  # where all is restyled, what JPEG does outside a mask is no news
        lost = tuple(note for note in lost if "outside the mask" not in note)
    return Made(file, look, restyled), (*whole.notes, *lost)


def _record(
    content: Path, photograph: "Photograph", prepared: Prepared, whole: "Photograph"
) -> "Record":
    """Return where a restyled picture comes from: its content, its styles, its settings."""
    from studio.core.events import finished
    from studio.core.provenance.origins import record_of_style, source_of

    found = (photograph, *prepared.photographs)
    files: list[Path | None] = [content, *prepared.sources.styles]
    files += [None] * (len(found) - len(files))  # a preset's own styles have none
    first, *others = (
        finished(source_of(each.pixels, file)) for each, file in zip(found, files, strict=True)
    )
    settings = prepared.look.settings.model_dump(mode="json")
    return record_of_style(first, others, prepared.look.method, settings).of(whole.pixels)


def _writable(file: Path, photograph: "Photograph") -> None:
    """Raise Refused, before minutes are spent, where a file of that kind can't be written there."""
    from studio.core.photographs.encoding import encoded

    for part in (photograph.pixels[:1], photograph.pixels[:, :1]):
        encoded(replace(photograph, pixels=part), file.suffix)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(
            f"The folder {file.parent} can't be made: {error.strerror}; choose another --out."
        ) from None
    if not os.access(file.parent, os.W_OK):
        raise Refused(f"Nothing can be written to {file.parent}; choose another --out.")


def _prepared(wish: Wish, sources: Sources) -> Prepared:
    from studio.core.photographs.photograph import Photograph, open_photograph
    from studio.core.style.look import Look, StylePicture
    from studio.core.style.styling import check

    sources.check()
    way, settings, styles = _chosen(wish, bool(sources.styles))
    found = tuple(open_photograph(file) for file in sources.styles)
    if found:
        weights = sources.weights or (1.0,) * len(found)
        styles = tuple(
            StylePicture(photograph.pixels, weight)
            for photograph, weight in zip(found, weights, strict=True)
        )
    look = Look(way.name, settings, styles, None, wish.weights)
    check(look)
    return Prepared(look, found or tuple(Photograph(s.pixels) for s in styles), sources)


def _chosen(wish: Wish, styled: bool) -> "tuple[Method, StyleSettings, Any]":
    """Return the method, its settings and the styles of a preset of the user's own."""
    way = _method(wish.method) if wish.method is not None else None
    if way is None and styled:
        way = _method("patch")
    way, settings, styles = _preset(wish.preset, way, wish.method is not None)
    changes = wish.changes or {}
    if "scale" in changes and "scale" not in way.settings.model_fields:
        raise Refused(f"{way.title} has no scale; its controls are {_names(way)}.")
    return way, settings.updated(changes), styles


def _method(name: str) -> "Method":
    from studio.core.style.methods import methods

    known = BRITISH.get(name.lower(), name.lower())
    if known not in methods():
        raise Refused(f"There is no method '{name}'; choose one of {', '.join(methods())}.")
    return methods()[known]


def _preset(
    title: str | None, way: "Method | None", named: bool
) -> "tuple[Method, StyleSettings, Any]":
    """Return what a preset chooses: one of the method's, or of the user's own; those of other
    methods too unless the method was `named`.
    """
    from studio.core.events import finished
    from studio.core.style.methods import methods
    from studio.core.style.presets import load_presets

    if title is None:
        if way is None:
            free = ", ".join(m.name for m in methods().values() if not m.styled)
            raise Refused(f"Give a --style, or a --method that needs none: {free}.")
        return way, way.settings(), ()
    own = {} if way is None else {name.casefold(): name for name in way.presets}
    if way is not None and title.casefold() in own:
        changes = dict(way.presets[own[title.casefold()]])
        return way, way.settings().updated(changes), ()
    users = [p for p in finished(load_presets()) if not (named and way) or p.method == way.name]
    for preset in users:
        if preset.name.casefold() == title.casefold():
            return methods()[preset.method], preset.settings, preset.styles
    known = [*(way.presets if way else ()), *(preset.name for preset in users)]
    there = f"there are {', '.join(known)}" if known else "name its --method"
    raise Refused(f"There is no preset '{title}'; {there}.")


def _names(way: "Method") -> str:
    return ", ".join(way.settings.model_fields)


def _tell_failure(picture: Path, reason: str, json_lines: bool) -> None:
    if json_lines:
        write_json({"event": "refused", "picture": str(picture), "text": reason})
    else:
        print(f"{picture}: {reason}", flush=True)


def _tell(content: Path, made: Made, notes: Sequence[str], json_lines: bool) -> None:
    if json_lines:
        told = {
            "event": "result",
            "picture": str(content),
            "file": str(made.file),
            "method": made.look.method,
            "settings": made.look.settings.model_dump(),
            "seconds": round(made.restyled.seconds, 3),
            "notes": list(notes),
        }
        write_json(told)
        return
    print(f"{made.file}: {made.restyled.words}, {made.restyled.seconds:.1f} s", flush=True)
    for note in notes:
        print(f"  {note}", flush=True)


def show_controls(name: str, json_lines: bool = False) -> None:
    """Print a method's controls with their ranges and effects, and its presets; raise Refused."""
    from studio.core.settings import extra

    way = _method(name)
    fields = [
        {
            "name": field,
            "label": info.title,
            "help": info.description,
            "default": info.default,
            "range": _range(info),
            "unit": extra(info, "unit"),
        }
        for field, info in way.settings.model_fields.items()
    ]
    if json_lines:
        presets = {title: dict(changes) for title, changes in way.presets.items()}
        words = {"event": "controls", "method": way.name, "title": way.title}
        write_json({**words, "summary": way.summary, "controls": fields, "presets": presets})
        return
    print(f"{way.title}: {way.summary}")
    for each in fields:
        unit = f" {each['unit']}" if each["unit"] else ""
        print(f"  --set {each['name']}={_word(each['default'])}  {each['range']}{unit}")
        print(f"      {each['help']}")
    if way.presets:
        print(f"presets: {', '.join(way.presets)}")


def _range(info: "FieldInfo") -> str:
    """Return in words what a setting accepts."""
    if get_origin(info.annotation) is Literal:
        return " or ".join(map(str, get_args(info.annotation)))
    if info.annotation is bool:
        return "true or false"
    bounds = {type(each).__name__: each for each in info.metadata}
    low, high = bounds.get("Ge"), bounds.get("Le")
    return f"{_word(low.ge)} to {_word(high.le)}" if low and high else ""


def _word(value: object) -> str:
    """Return a value as --set takes it."""
    if isinstance(value, float):
        return f"{value:g}"
    return value if isinstance(value, str) else json.dumps(value)
