"""What says where each sprite of a sheet lies, as engines and editors read it."""
