"""The workspaces: one file each, layout plus short methods between session and widgets."""
