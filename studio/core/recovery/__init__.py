"""What a crash would lose, kept beside the user's files, found again, and told without names."""
