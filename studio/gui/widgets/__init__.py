"""Widgets: they show values and tell what the user did; none of them knows the session."""
