"""What enemies send: a corpus of files and requests, driven over HTTP against a served studio."""
