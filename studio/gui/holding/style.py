"""Style: the picture, the styles, both settings, masks, and the history of looks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from studio.core.events import Job, Refused
from studio.core.painting.preview import prepare
from studio.core.photographs.photograph import Photograph
from studio.core.recovery.shelf import Found, Held
from studio.core.style.look import eight_bits, fitting
from studio.core.style.methods import methods
from studio.gui.desks.looks import Entry
from studio.gui.desks.wish import Masks, Setup, Wish
from studio.gui.restyling import (
    LAYERS,
    THUMBNAIL,
    Content,
    Result,
    Source,
    open_content,
    source_of,
)


@dataclass(frozen=True, eq=False)
class Loaded:
    """All that was held, ready to be shown."""

    content: Content
    slots: list[Setup | None]
    styles: tuple[tuple[Source, float], ...]
    masks: Masks
    entries: list[Entry]
    result: Result | None


class Numbered:
    """Values in the order they were met, each once: what is the same object has one number."""

    def __init__(self) -> None:
        self.known: list[Any] = []

    def of(self, value: Any) -> int:
        """Return the number of a value."""
        for number, each in enumerate(self.known):
            if each is value:
                return number
        self.known.append(value)
        return len(self.known) - 1


def take(window: Any) -> Held | None:
    """Return the picture and all that was wished of it."""
    page = window.pages.get("style")
    if page is None or page.content.content is None:
        return None
    content = page.content.content
    sources, masksets = Numbered(), Numbered()
    entries = list(page.looks.entries.values())
    made = page.content.made
    values = {
        "path": str(content.path) if content.path else None,
        "name": content.name,
        "slots": [_setup(each) for each in page.setups.slots],
        "at": page.setups.at,
        "styles": [[sources.of(source), weight] for source, weight in page.sources.weighed],
        "masks": masksets.of(page.masking.masks),
        "history": [_entry(each, sources, masksets) for each in entries],
        "made": next((k for k, each in enumerate(entries) if each.result is made and made), None),
    }
    values["sources"] = [source.name for source in sources.known]
    values["masksets"] = [sorted(masks.layers) for masks in masksets.known]
    pictures = {f"source{k}": each.photograph.pixels for k, each in enumerate(sources.known)}
    for k, masks in enumerate(masksets.known):
        pictures |= {_layer(k, layer): pixels for layer, pixels in masks.layers.items()}
    pictures |= {f"entry{k}": entry.picture for k, entry in enumerate(entries)}
    if content.path is None:
        pictures["content"] = content.photograph.pixels
    if values["made"] is not None:
        pictures["made"] = made.pixels
    return Held(content.name, _about(window, page), values, pictures, _look(page, content))


def _about(window: Any, page: Any) -> str:
    parts = [window.tr(page.setups.way.title)]
    styles, entries = len(page.sources.sources), len(page.looks.entries)
    if styles and page.setups.way.styled:
        told = window.tr("1 style") if styles == 1 else window.tr("{n} styles")
        parts.append(told.format(n=styles))
    if entries:
        told = window.tr("1 look") if entries == 1 else window.tr("{n} looks")
        parts.append(told.format(n=entries))
    return ", ".join(parts)


def _look(page: Any, content: Content) -> Callable[[], np.ndarray]:
    """Return what shows the restyled picture, else the picture itself."""
    proof, result = page.proofs.slots[page.setups.at].proof, page.proofs.result
    seen = result.thumbnail if result is not None else proof.picture if proof is not None else None
    return lambda: eight_bits(
        fitting(content.photograph.pixels if seen is None else seen, THUMBNAIL)
    )


def _setup(setup: Setup | None) -> list[Any] | None:
    return None if setup is None else [setup.method, setup.settings.model_dump(mode="json")]


def _entry(entry: Entry, sources: Numbered, masksets: Numbered) -> dict[str, Any]:
    wish = entry.wish
    return {
        "setup": _setup(wish.setup),
        "styles": [[sources.of(source), weight] for source, weight in wish.styles],
        "masks": masksets.of(wish.masks),
        "words": entry.words,
    }


def _layer(number: int, layer: str) -> str:
    return f"mask{number}{layer.replace(' ', '')}"


def load(found: Found) -> Job[Loaded]:
    """Open the picture and all that was wished of it; raises Refused where it is gone."""
    values = found.values
    source = Path(values["path"]) if values["path"] else found.read("content")
    if source is None:
        raise Refused(f"The picture {found.title} that was restyled could not be kept.")
    content = yield from open_content(source, values["name"])
    sources = [_source(found, k, name) for k, name in enumerate(values["sources"])]
    size = content.photograph.pixels.shape[:2]
    masksets = [_masks(found, k, layers, size) for k, layers in enumerate(values["masksets"])]

    def styles(told: Sequence[Any]) -> tuple[tuple[Source, float], ...]:
        return tuple((each, weight) for k, weight in told if (each := sources[k]) is not None)

    entries = [
        Entry(
            Wish(setup, styles(each["styles"]), masksets[each["masks"]], None, content),
            each["words"],
            picture,
        )
        for k, each in enumerate(values["history"])
        if (setup := _known(each["setup"])) and (picture := found.read(f"entry{k}")) is not None
    ]
    result = yield from _result(found, entries)
    if result is not None:
        made = next(k for k, each in enumerate(entries) if each.wish is result.wish)
        entries[made] = replace(entries[made], result=result)
    slots = [_known(each) for each in values["slots"]]
    held = masksets[values["masks"]]
    return Loaded(content, slots, styles(values["styles"]), held, entries, result)


def _result(found: Found, entries: list[Entry]) -> Job[Result | None]:
    """Return the whole picture that was made last, if it was not exported."""
    made, pixels = found.values["made"], found.read("made")
    if made is None or pixels is None or made >= len(entries):
        return None
    preview = yield from prepare(pixels)
    small = eight_bits(fitting(pixels, THUMBNAIL))
    return Result(entries[made].wish, pixels, preview, small, 0.0, entries[made].words)


def _source(found: Found, number: int, name: str) -> Source | None:
    pixels = found.read(f"source{number}")
    return None if pixels is None else source_of(Photograph(pixels), name)


def _masks(found: Found, number: int, layers: list[str], size: tuple[int, int]) -> Masks:
    """Return masks that were painted; those of another size are left out, as the file changed."""
    read = {layer: found.read(_layer(number, layer)) for layer in layers}
    known = (*LAYERS, "mask")
    return Masks(
        {
            layer: np.ascontiguousarray(pixels[..., 0])
            for layer, pixels in read.items()
            if pixels is not None and pixels.shape[:2] == size and layer in known
        }
    )


def _known(said: list[Any] | None) -> Setup | None:
    """Return a setup as far as this version knows its method and settings."""
    way = methods().get(said[0]) if said is not None else None
    if said is None or way is None:
        return None
    settings = way.settings()
    known = {k: v for k, v in said[1].items() if k in way.settings.model_fields}
    try:
        return Setup(said[0], settings.updated(known))
    except Refused:
        return Setup(said[0], settings)


def give(window: Any, found: Found, loaded: Loaded) -> None:
    """Show the picture and all that was wished of it."""
    window.page("style").leave(lambda: _show(window.page("style"), found, loaded))


def _show(page: Any, found: Found, loaded: Loaded) -> None:
    page.content.show(loaded.content)
    page.sources.put(loaded.styles)
    page.setups.bring_back(loaded.slots, found.values["at"])
    page.masking.put(loaded.masks)
    page.steps.clear()
    weights = page.session.memory.weights()
    entries = [_weighed(each, weights) for each in loaded.entries]
    page.looks.bring_back(entries)
    made = next((each.result for each in entries if each.result is not None), None)
    if made is not None:
        page.content.note(made)
        if made.wish == page.proofs.wish():
            page.proofs.bring_back(made)


def _weighed(entry: Entry, weights: Path | None) -> Entry:
    """Return an entry with the user's VGG19 file where its method takes one."""
    if not methods()[entry.wish.setup.method].weighted or weights is None:
        return entry
    wish = replace(entry.wish, weights=weights)
    result = entry.result and replace(entry.result, wish=wish)
    return replace(entry, wish=wish, result=result)
