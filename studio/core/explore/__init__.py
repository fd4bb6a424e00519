"""Explore: walk a trained model's latent space, find pictures, and keep what was found."""
