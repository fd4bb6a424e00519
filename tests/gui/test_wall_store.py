"""Thumbnails within a bounded memory."""

from PySide6.QtGui import QImage

from studio.gui.widgets.wall_store import Hung, WallStore


def picture(side: int = 10) -> Hung:
    """Return a picture of 4 × side² bytes."""
    return Hung(None, QImage(side, side, QImage.Format.Format_RGB32))


def test_those_looked_at_longest_ago_make_room() -> None:
    store = WallStore(room=3 * (400 + 512))
    for id in (1, 2, 3):
        store.put(id, picture())
    assert store.see(1) is not None
    store.put(4, picture())
    assert 2 not in store and all(id in store for id in (1, 3, 4))
    assert store.used <= store.room


def test_a_picture_put_anew_counts_once_and_forgetting_frees() -> None:
    store = WallStore()
    for _ in range(5):
        store.put(1, picture())
    assert len(store) == 1 and store.used == 912
    store.forget([1, 2])
    assert (len(store), store.used) == (0, 0)
    store.put(1, picture())
    store.clear()
    assert store.get(1) is None and store.used == 0


def test_one_that_is_larger_than_the_room_is_still_shown() -> None:
    store = WallStore(room=100)
    store.put(1, picture(100))
    assert 1 in store
    store.put(2, picture())
    assert 1 not in store and 2 in store
