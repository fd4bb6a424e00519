"""Building blocks with no opinion: networks, grids and losses that several families share."""
