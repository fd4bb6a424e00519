"""Atelier: an offline studio that turns a folder of pictures into a picture generator."""

__version__ = "0.1.0"
