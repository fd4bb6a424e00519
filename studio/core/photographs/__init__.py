"""Picture files of the user: opened with all they hold and saved again with nothing lost."""
