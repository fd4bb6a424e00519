"""Repair: what is painted over is filled anew, and nothing else changes."""
