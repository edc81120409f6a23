"""Tests every part of an installation by itself, and says what to do about each failure."""
