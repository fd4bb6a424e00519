"""Files of tensors that other programs wrote, read without running anything in them."""
