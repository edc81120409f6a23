"""From ground and style to a garden: plots, zones, places, ways and planting."""
