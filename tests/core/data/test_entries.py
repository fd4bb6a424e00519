"""Names tell what is worth trying, and can always be stored and shown."""

import json

from studio.core.data.entries import Listing, is_picture, printable


def test_names():
    assert is_picture("a/b.PNG") and is_picture("a/raw") and is_picture("x.y.jpeg")
    assert not is_picture("a.txt") and not is_picture("png.zip")
    assert printable("a\udcff.png") == "a?.png"


def test_a_listing_can_be_stored_whatever_files_are_called():
    listing = Listing()
    listing.add("\udcff.png", 3, ["\udcff.png"])
    listing.skip("b\udc80", "Locked.")
    assert listing.entries[0][:2] == ("?.png", 3)
    assert listing.entries[0].where == ["\udcff.png"]  # the reader still finds the file
    assert listing.skipped == [("b?", "Locked.")]
    json.dumps([listing.entries[0].name, *listing.skipped]).encode()
    assert Listing().entries == []
