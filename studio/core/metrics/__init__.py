"""How good drawn pictures are: pure functions on pictures and features, without torch in values."""
