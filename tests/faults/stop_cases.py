"""The table of all that can be stopped: everything the window starts in a lane, by what it is."""

import itertools
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from tests.faults.stop_shop import Shop
from tests.faults.stopping import Case

FAMILIES = ("gan", "vae", "vqvae", "flow", "autoregressive", "diffusion")


def importing(shop: Shop) -> Iterator[Case]:
    """Import, look again, advise."""
    from studio.core.data.import_settings import ImportSettings
    from studio.gui import engine

    folder = shop.project.folder
    small = ImportSettings(width=32, height=32)

    def left() -> list[str]:
        return [p.name for p in (folder / "datasets").glob(".*")]

    def loose() -> Any:
        found = shop.sprites(shop.size(8, 3000), 32)
        return engine.importing(found, small, folder)

    yield Case("import", lambda: engine.importing(shop.source, small, folder), left, 40.0)
    yield Case("import of loose pictures", loose, left)
    yield Case("advice", lambda: engine.advising(shop.project, shop.dataset))
    yield Case("check", lambda: engine.checking(shop.project, shop.request("gan")))


def training(shop: Shop) -> Iterator[Case]:
    """Train every family, as a CPU user would and far beyond; measure before."""
    from studio.core import checkpoint, probe
    from studio.core import training as trainings
    from studio.core.project import Plan

    def begun(family: str, preset: str) -> Callable[[], Any]:
        return lambda: trainings.start(shop.project, shop.request(family, preset), shop.known())

    def gone_on(family: str, preset: str) -> Callable[[], Any]:
        number = shop.run(family, preset).number
        return lambda: trainings.resume(shop.project, number, Plan(steps=100_000))

    def left() -> list[str]:
        if not shop.project.runs():
            return []  # it was stopped before there was one
        run = max(shop.project.runs(), key=lambda r: r.number)
        found = checkpoint.checkpoints(run.checkpoints)
        hidden = [p.name for p in run.checkpoints.glob(".*")]
        if found:
            checkpoint.load_checkpoint(found[-1])  # raises if it is damaged
        return hidden + ([] if run.history().status == "stopped" else [run.history().status])

    for family in FAMILIES:
        yield Case(f"training: {family}", begun(family, "quick"), left, 8.0)
    for preset in ("quick", "standard") if shop.full else ():
        for family in FAMILIES:
            yield Case(f"on: {family} {preset}", gone_on(family, preset), left, 12.0)
    for family in FAMILIES if shop.full else ("vae",):
        asked = shop.request(family)
        yield Case(f"forecast: {family}", lambda a=asked: probe.forecast(shop.project, a))


def drawing(shop: Shop) -> Iterator[Case]:
    """Draw samples, evaluate, tune until a model draws at once."""
    from studio.core.tools.sample import sample
    from studio.gui import engine

    for family in FAMILIES if shop.full else ("vae", "diffusion"):
        run = shop.run(family)
        sampled = partial(sample, shop.project, count=shop.size(16, 256))
        yield Case(f"sampling: {family}", partial(sampled, number=run.number))
        if shop.full:
            yield Case(
                f"evaluation: {family}",
                lambda n=run.number: engine.evaluating(shop.project, n),
                cap=60.0 if family == "vae" else 8.0,  # once to its end
            )
    if shop.full:
        number = shop.run("diffusion").number
        yield Case("instant", lambda: engine.tuning(shop.project, number), cap=10.0)


def exploring(shop: Shop) -> Iterator[Case]:
    """Open, look, lay out, study, map, invert, walk, film."""
    from studio.core.assets.video import VideoSettings
    from studio.core.explore import live, opening, studies
    from studio.core.explore.route import Route

    picture, frames = shop.file(shop.size(64, 512), "wanted"), shop.size(8, 48)
    for family in FAMILIES if shop.full else ("vae",):
        opened, number = shop.opened(family), shop.run(family).number
        explorer = opened.explorer
        place, other = explorer.seed(1), explorer.seed(2)
        many = [explorer.seed(k) for k in range(shop.size(10, 48))]
        route = Route().added(place, 0).added(other, frames)
        jobs: dict[str, Callable[[], Any]] = {
            "opening": lambda n=number: opening.open_run(shop.project, n),
            "look": lambda e=explorer, p=place: live.look(e, lambda _: p, False),
            "laid out": lambda e=explorer, m=many: live.laid_out(e, "k", lambda _: m, False),
            "directions": lambda o=opened: studies.discover(o),
            "map": lambda o=opened: studies.chart(o, shop.project),
            "inversion": lambda o=opened: studies.find_picture(o, picture, 10.0, shop.project),
            "tag": lambda o=opened, m=many: studies.tag(o, m[: len(m) // 2], m[len(m) // 2 :], "t"),
            "path": lambda o=opened, r=route: studies.draw_route(o, r),
            "loop": lambda o=opened, p=place: studies.draw_loop(o, "noise", p, 0.5, frames, 0),
        }
        for name, make in jobs.items():
            yield Case(f"{name}: {family}", make, cap=6.0 if family == "vae" else 3.0)
    side = shop.size(32, 512)
    film = np.tile(shop.picture(side), (shop.size(4, 240), 1, 1, 1))
    number = itertools.count()
    for ending in ("mp4", "gif", "webp", "apng", "png"):
        last = film if ending != "png" else film[:4]

        def make(ending: str = ending, frames: np.ndarray = last) -> Any:
            target = shop.out / f"film-{next(number)}.{ending}"
            return studies.film(shop.opened("vae"), frames, target, VideoSettings())

        yield Case(f"film {ending}", make, shop.empty)


def styling(shop: Shop) -> Iterator[Case]:
    """Every method on a large picture, its preview, the presets, the file."""
    from studio.core.style.methods import methods
    from studio.gui import restyling
    from studio.gui.desks.wish import Masks, Setup, Wish

    side = shop.size(96, 4096)
    file = shop.file(side)
    yield Case("opening to restyle", lambda: restyling.open_content(file, "picture"))
    content = ended(restyling.open_content(shop.picture(side), "picture"))
    _, sources = ended(restyling.open_sources([(shop.picture(shop.size(64, 1024)), "s")], 0))
    for name, way in methods().items():
        if way.weighted:
            continue  # asks for a file of the user's that is not shipped
        styles = ((sources[0], 1.0),) if way.styled else ()
        wish = Wish(Setup(name, way.settings()), styles, Masks({}), None, content)
        yield Case(f"style: {name}", lambda w=wish: restyling.restyled(content, w), cap=8.0)
        if shop.full:
            small = restyling.Shrunk()
            yield Case(
                f"preview: {name}", lambda w=wish, s=small: restyling.proof(content, w, s), cap=2.0
            )
    yield Case("presets", lambda: restyling.drawn(content, [(sources[0], 1.0)]))
    yield Case("thumbnails", lambda: restyling.thumbnails([file] * 4))
    yield from written(
        shop,
        "styled picture",
        lambda path: restyling.write_styled(content, content.photograph.pixels, path),
    )


def written(shop: Shop, name: str, make: Callable[[Path], Any]) -> Iterator[Case]:
    """Write a picture in every format, each time to another file."""
    number = itertools.count()
    for ending in ("png", "tif", "webp", "jpg") if shop.full else ("png",):
        yield Case(
            f"{name}, {ending}",
            lambda e=ending: make(shop.out / f"picture-{next(number)}.{e}"),
            shop.empty,
        )


def repairing(shop: Shop) -> Iterator[Case]:
    """Open, look ahead, fill large holes in every way, write."""
    from studio.core.repair import live
    from studio.core.repair.request import RepairSettings

    side = shop.size(96, 8192)
    file = shop.file(side)
    yield Case("opening to repair", lambda: live.open_picture(file, "picture"))
    opened = ended(live.open_picture(shop.picture(side), "picture"))
    pixels = opened.photograph.pixels
    mask = np.zeros((side, side), np.uint8)
    for k in range(4):
        at = side * k // 4 + side // 16
        mask[at : at + side // 10, side // 8 : side // 3] = 255
        mask[at : at + max(2, side // 500), side // 2 :] = 255
    yield Case("look at a mask", lambda: live.look_ahead(mask, False))
    methods = ("auto", "thin", "patch", "telea", "ns", "biharmonic") if shop.full else ("patch",)
    for method in methods:
        settings = RepairSettings().updated({"method": method})
        yield Case(f"fill: {method}", lambda s=settings: live.fill(pixels, mask, s, None), cap=10.0)
    yield from written(
        shop, "repaired picture", lambda path: live.export(opened, pixels, path, True)
    )
    yield Case("mask written", lambda: live.write_mask(shop.out / "mask.png", mask), shop.empty)


def exports(shop: Shop) -> Iterator[Case]:
    """Every kind of export at its largest, laid out and written."""
    from studio.core.assets.kinds import kinds
    from studio.gui import layouts

    large = [shop.file(shop.size(64, 4096), "texture")]
    many = shop.sprites(shop.size(6, 400), shop.size(16, 192))
    opened = {
        1: ended(layouts.opened_pictures(large)),
        0: ended(layouts.opened_pictures(many)),
    }
    yield Case("opening to export", lambda: layouts.opened_pictures(many))
    number = itertools.count()
    for id, kind in kinds().items():
        picks = opened[1] if kind.most == 1 or id == "palette" else opened[0]
        for ending in [e for e in kind.endings if e] if shop.full else kind.endings[:1]:
            name = f"export{ending}"
            wish = layouts.Wish(kind, picks, kind.settings(), name)

            def make(wish: Any = wish, name: str = name) -> Any:
                target = shop.out / f"{next(number)}" / name
                return layouts.written(wish, layouts.Goal(target, project=shop.project))

            yield Case(f"export: {id} {ending}", make, shop.empty, 8.0)
        shown = layouts.Wish(kind, picks, kind.settings(), f"export{kind.endings[0]}")
        yield Case(f"layout: {id}", lambda w=shown: layouts.previewed(w))


def galleries(shop: Shop) -> Iterator[Case]:
    """Read the whole gallery anew, search, look for the like, verify, take in."""
    from studio.core.gallery import verifying
    from studio.core.gallery.gallery import rebuild
    from studio.gui import browsing

    folder = shop.gallery
    yield Case("gallery read anew", lambda: rebuild(folder), cap=10.0)
    known = ended(browsing.open_folder(folder)).gallery
    name = known.entries(known.search(query("")))[0].name
    for words in ("", "picture", "#c05020", f"like:{name}"):
        yield Case(f"search {words.split(name)[0]}", lambda w=words: browsing.find(known, w))
    ids = [int(id) for id in known.search(query(""))]
    yield Case("wall", lambda: browsing.hang(known, ids[:2000], 256))
    yield Case("verify", lambda: verifying.verify(folder))
    files = [(path, path.stem) for path in shop.sprites(shop.size(8, 400), 192)]
    yield Case("taking in", lambda: browsing.take_in(shop.folder / "taken", files))


def query(words: str) -> Any:
    """Return what is searched for."""
    from studio.core.gallery.query import parse

    return parse(words)


def models(shop: Shop) -> Iterator[Case]:
    """Packs and ONNX files out and in; where a picture came from; copies."""
    from studio.core.assets import onnx_model, pack_export, pack_import
    from studio.gui import layouts

    settings = onnx_model.OnnxSettings()
    number = itertools.count()
    for family in FAMILIES if shop.full else ("vae",):
        run = shop.run(family).number

        def onnx(run: int = run) -> Any:
            target = shop.out / f"m{next(number)}.onnx"
            return onnx_model.export_onnx(shop.project, run, target, settings)

        def packed(run: int = run) -> Any:
            target = shop.out / f"m{next(number)}.atelierpack"
            return pack_export.export_pack(shop.project, run, target)

        yield Case(f"ONNX: {family}", onnx, shop.empty, 8.0)
        yield Case(f"pack: {family}", packed, shop.empty)
    pack = shop.folder / "whole.atelierpack"
    ended(pack_export.export_pack(shop.project, shop.run("vae").number, pack))
    yield Case("taking a pack in", lambda: pack_import.import_pack(pack, shop.project))
    yield Case("copies", lambda: layouts.about_copies(shop.project, None))


def ended(job: Any) -> Any:
    """Pull a job to its end; return its result."""
    from studio.core.events import finished

    return finished(job)


GROUPS: dict[str, Callable[[Shop], Iterator[Case]]] = {
    "import": importing,
    "training": training,
    "sampling and evaluation": drawing,
    "exploring": exploring,
    "styling": styling,
    "repair": repairing,
    "export": exports,
    "gallery": galleries,
    "models": models,
}
