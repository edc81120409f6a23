"""Image providers behind the port, one file each."""
