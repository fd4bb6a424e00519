"""Style transfer with the user's own VGG19: reading the file, its features, two optimizers."""
