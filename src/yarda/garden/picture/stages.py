"""How long each stage of a painting took."""

import time


class Stopwatch:
    """Seconds by stage, in the order in which they were passed."""

    def __init__(self) -> None:
        self.stages: dict[str, float] = {}
        self._since = time.monotonic()

    def passed(self, stage: str) -> None:
        """What went by since the last stage belongs to this one."""
        now = time.monotonic()
        self.stages[stage] = round(self.stages.get(stage, 0.0) + now - self._since, 4)
        self._since = now
