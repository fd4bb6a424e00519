"""Painting: strokes and masks as arrays, undone by tiles; no window is needed for it."""
