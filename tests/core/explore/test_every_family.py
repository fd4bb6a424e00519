"""One explorer for all six families: each way to move works, or says in a sentence why it can't."""

import time
from dataclasses import replace

import numpy as np
import pytest

from studio.core.assets.video import save_video
from studio.core.events import Drawn, Note, Refused
from studio.core.explore import atlas, inverting, live, mixing, moves, opening, route, studies
from studio.core.explore.directions import find_directions
from studio.core.explore.kept import holds_place
from studio.core.explore.place import from_json
from studio.core.explore.tagging import tag_direction
from studio.core.families import families
from tests.core.toys import finish

FEW = 12  # pictures of a map


@pytest.fixture(params=sorted(families()))
def explored(request, explorers):
    """An explorer of each family, a few steps old, and its project."""
    return explorers(request.param)


def drawable(explorer, places):
    """Return the pictures of places, having looked that there is one of each."""
    pictures = explorer.pictures(places)
    size = explorer.size
    assert pictures.shape == (len(places), size.height, size.width, size.channels)
    assert pictures.dtype == np.uint8
    return pictures


def test_seeds_and_the_plane_of_seeds(explored):
    explorer, _ = explored
    seeds = [explorer.seed(seed) for seed in range(4)]
    pictures = drawable(explorer, seeds)
    assert len({picture.tobytes() for picture in pictures}) == 4
    assert np.array_equal(explorer.pictures([explorer.seed(2)]), explorer.pictures([seeds[2]]))
    plane = [moves.on_seed_plane(explorer, x, 0.0, seeds[0].label) for x in (0.0, 0.5, 1.0)]
    drawable(explorer, plane)
    assert np.array_equal(plane[0].latent, explorer.seed(0, seeds[0].label).latent)


def test_truncation_draws_towards_what_is_typical(explored):
    """As far as one picture, or as the middle of a component where there are several."""
    explorer, _ = explored
    seeds = [explorer.seed(seed, 1 if explorer.classes else None) for seed in range(8)]
    around = []
    for truncation in (0.0, 0.5, 1.0, 1.5):
        places = [replace(seed, truncation=truncation) for seed in seeds]
        around.append(explorer.points(places).flatten(1).std(0).mean().item())
        drawable(explorer, places[:1])
    assert around == sorted(around) and around[0] < 0.7 * around[2]


def test_dragging_the_pad_and_breeding_stay_as_typical(explored):
    explorer, _ = explored
    corners = [explorer.seed(seed, 0 if explorer.classes else None) for seed in range(4)]
    dragged = moves.dragged(corners[0], 0.2, -0.1)
    mixed = moves.on_pad(corners, 0.3, 0.6)
    bred = moves.children(corners[:2], 3, 0.3, seed=5)
    lengths = [np.linalg.norm(corner.latent) for corner in corners]
    for place in (dragged, mixed, *bred):
        assert 0.7 * min(lengths) < np.linalg.norm(place.latent) < 1.4 * max(lengths)
    drawable(explorer, [dragged, mixed, *bred])


def test_another_class_is_drawn_where_there_are_some(explored):
    explorer, _ = explored
    place = explorer.seed(3, label=0)
    other = explorer.relabeled(place, 2)
    assert other.label == 2 and other.latent.shape == explorer.shape
    drawable(explorer, [other])


def test_directions_found_are_sliders(explored):
    explorer, _ = explored
    try:
        found = finish(find_directions(explorer, count=2))[1]
    except Refused as refused:
        assert "train it further" in str(refused)
        return
    assert 1 <= len(found) <= 2 and len({d.name for d in found}) == len(found)
    knowing = explorer.with_directions({d.id: d.vector for d in found})
    place = knowing.seed(0)
    moved = place.with_slider(found[0].id, 4.0)
    assert not np.array_equal(knowing.points([moved]), knowing.points([place]))
    drawable(knowing, [moved])


def test_tags_make_a_direction_or_are_refused_with_their_accuracy(explored):
    explorer, _ = explored
    label = 0 if explorer.classes else None
    places = [explorer.seed(11, label, k) for k in range(24)]
    light = explorer.pictures(places).mean((1, 2, 3))
    order = [places[k] for k in light.argsort()]
    try:
        made = finish(tag_direction(explorer, order[-6:], order[:6], "Light", label=label))[1]
    except Refused as refused:
        assert "% of cases" in str(refused)
        return
    assert made.name == "Light" and made.vector.shape == explorer.shape
    assert 0.65 <= made.accuracy <= 1 and np.isfinite(made.vector).all()


def test_two_pictures_mix_by_depth_where_there_is_depth(explored):
    explorer, _ = explored
    label = 0 if explorer.classes else None
    a, b = explorer.seed(1, label), explorer.seed(2, label)
    names = mixing.depths(explorer)
    if not names:
        with pytest.raises(Refused, match="none"):
            mixing.mixed(explorer, a, b, ())
        return
    none, every = ([one] * len(names) for one in (False, True))
    assert np.allclose(mixing.mixed(explorer, a, b, none).latent, a.latent, atol=1e-5)
    assert np.allclose(mixing.mixed(explorer, a, b, every).latent, b.latent, atol=1e-4)
    drawable(explorer, [mixing.mixed(explorer, a, b, [*every[1:], False])])


def test_a_picture_is_read_in_and_judged_honestly(explored):
    """What is shown is what the place draws, and how well it fits is said in words."""
    explorer, _ = explored
    picture = explorer.pictures([explorer.seed(7, 0 if explorer.classes else None)])[0]
    events, found = finish(inverting.invert(explorer, picture, seconds=0.5))
    assert any(isinstance(event, inverting.Fitted) for event in events)
    assert found.place.latent.shape == explorer.shape
    redrawn = drawable(explorer, [found.place])[0].astype(int)
    close = 1 if explorer.family.smooth else 0
    assert np.abs(redrawn - found.picture.astype(int)).max() <= close
    assert found.text and np.isfinite([found.psnr, found.fit, found.off]).all()
    assert found.seconds < 20


def test_every_spot_of_the_map_is_a_place(explored):
    explorer, project = explored
    made = finish(atlas.atlas(explorer, project, count=FEW))[1]
    assert made.real.any() and not made.real.all()
    assert ((made.points >= 0) & (made.points <= 1)).all()
    spots = [atlas.place_at(made, x, y) for x, y in ((0.5, 0.5), (0.0, 1.0), (1.5, -3.0))]
    drawable(explorer, spots)
    opened = finish(opening.open_run(project, explorer.run))[1]
    picture = explorer.pictures(spots[:1])[0]
    assert finish(studies.judged(opened, made, spots[0], picture))[1].text


@pytest.mark.parametrize("kind", ["circle", "noise_loop"])
def test_loops_have_their_frames_and_close(explored, kind):
    explorer, _ = explored
    if kind == "noise_loop" and not explorer.family.smooth:
        kind = "circle"  # slow, and a jump is a jump on either
    path = getattr(route, kind)(explorer.seed(0, label=0), 0.1, 8, 0)
    events, frames = finish(route.render(explorer, path))
    assert len(frames) == len(path) == 8
    jumps = any(isinstance(event, Note) and event.kind == "jump" for event in events)
    assert jumps != explorer.family.smooth
    step = [np.linalg.norm(path[(k + 1) % 8].latent - path[k].latent) for k in range(8)]
    assert step[-1] <= 1.5 * np.median(step)
    if explorer.family.smooth:
        seen = route.steps(frames, closed=True)
        assert seen[-1] <= 1.5 * np.median(seen) + 0.5


def test_a_path_of_keys_begins_and_ends_at_them(explored, tmp_path):
    explorer, _ = explored
    a, b = explorer.seed(0, label=0), explorer.seed(1, label=0)
    path = route.transition(a, b, 5)
    events, frames = finish(route.render(explorer, path))
    assert len(frames) == 5
    known = drawable(explorer, [path[0], path[-1]]).astype(int)
    assert np.abs(frames[[0, -1]].astype(int) - known).max() <= (1 if explorer.family.smooth else 0)
    assert any(isinstance(event, Drawn) for event in events)
    strip = finish(save_video(frames, tmp_path / "path.png"))[1]
    assert strip.stat().st_size > 0


def test_a_kept_picture_opens_at_its_place_bit_by_bit(explored, tmp_path):
    explorer, project = explored
    opened = finish(opening.open_run(project, explorer.run))[1]
    vector = np.random.default_rng(0).standard_normal(explorer.shape).astype(np.float32)
    opened = replace(opened, explorer=opened.explorer.with_directions({"abc": vector}))
    place = replace(explorer.seed(4, label=1), truncation=0.8).with_slider("abc", 0.5)
    picture = opened.explorer.pictures([place])[0]
    path = finish(opening.kept(project, opened, place, picture, tmp_path / "kept.png"))[1]
    assert holds_place(path)
    again, found = finish(opening.open_kept(project, path))[1]
    assert np.array_equal(found.latent, place.latent) and found.sliders == place.sliders
    assert np.array_equal(again.explorer.pictures([found])[0], picture)


def test_looking_settles_as_one_step(explored, tmp_path):
    explorer, _ = explored
    tree = opening.Exploration(tmp_path)
    seen = finish(live.look(explorer, lambda e: e.seed(1), draft=True))[1]
    assert seen.draft == explorer.drafts and not tree.steps
    full = finish(live.settle(explorer, tree, lambda e: e.seed(1), "Seed 1", ()))[1]
    assert not full.draft and tree.at == full.step == 0
    assert np.array_equal(full.picture, explorer.pictures([explorer.seed(1)])[0])


@pytest.mark.parametrize("draft", [False, True])
def test_one_pull_is_short_so_that_stop_is_instant(explored, draft):
    explorer, _ = explored
    begun = time.monotonic()
    job = live.laid_out(explorer, "x", lambda e: [e.seed(0, k=k) for k in range(16)], draft)
    next(job)
    job.close()
    assert time.monotonic() - begun < 5, "16 pictures at 16 px must not be one long pull"


def test_what_is_no_place_of_it_is_refused(explored):
    explorer, _ = explored
    place = explorer.seed(0)
    for wrong, said in (
        (replace(place, latent=np.full_like(place.latent, np.nan)), "not finite"),
        (replace(place, latent=place.latent[..., None]), "another model"),
        (replace(place, truncation=float("nan")), "not finite"),
        (replace(place, truncation=3.0), "truncation"),
        (place.with_slider("abc", float("inf")), "not finite"),
        (replace(place, label=7), "class"),
    ):
        with pytest.raises(Refused, match=said):
            explorer.pictures([wrong])
    damaged = place.to_json() | {"latent": "AAAA"}
    with pytest.raises(Refused, match="damaged"):
        from_json(damaged)
