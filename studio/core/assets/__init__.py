"""Assets: what leaves the studio, as films, sheets and files other programs read."""
