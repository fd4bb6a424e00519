"""Pictures in: sources, inspection, packing, batches, augmentation and the starter sets."""
