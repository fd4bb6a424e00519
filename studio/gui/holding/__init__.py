"""What each workspace holds that is not saved yet: taken as a value, given back after a crash.

A module for each: `take(window)` returns a Held or None, in the window's thread and quickly;
`load(found)` is a worker's job that reads what is needed, which `give(window, found, loaded)` puts
back in its place.
"""
