"""How long tests wait for what must come, on machines that are shared and slow."""

PATIENCE = 60.0
"""Seconds until what has not happened yet counts as not happening."""

SLACK = 6.0
"""Seconds on top of what is promised; docs/reference/performance.md has what it takes on an idle machine."""
