"""Where a picture came from: its record, written into it, read back, followed to its sources."""
