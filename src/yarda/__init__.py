"""Designs of your own yard."""
