"""What Yarda is about, pure: no I/O, no framework, no clock."""
