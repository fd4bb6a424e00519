"""Kept pictures, found again by how they look, what they say of themselves and what is said."""
