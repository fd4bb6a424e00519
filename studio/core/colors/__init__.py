"""Color in OKLab; palettes, the files they lie in, and dither."""
