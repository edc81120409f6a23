"""What the photo tells: its camera, ground, horizon, light and grain."""
