"""Desks: a workspace's parts that bring one widget and the session together."""
