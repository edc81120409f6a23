"""Live progress of a generation in the terminal; a line per change where there is none."""

from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

STAGE_WORDS = {
    "queued": "Waiting",
    "gathering_imagery": "Finding the picture",
    "composing_prompt": "Writing the brief",
    "rendering": "Drawing",
    "checking": "Checking the house is untouched",
    "storing": "Saving",
    "done": "Ready",
}
END_WORDS = {"completed": "Ready", "failed": "Not drawn", "cancelled": "Cancelled"}


class LiveProgress:
    """A bar per area on a terminal, plain lines elsewhere."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bars = Progress(
            TextColumn("{task.fields[name]:<34}"),
            BarColumn(bar_width=30),
            TextColumn("{task.percentage:>3.0f} %"),
            TextColumn("{task.fields[stage]:<32}"),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._tasks: dict[str, TaskID] = {}
        self._said: dict[str, str] = {}

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def show(self, view: dict[str, Any]) -> None:
        for area in view["areas"]:
            words = END_WORDS.get(area["status"]) or STAGE_WORDS[area["stage"]]
            name = f"{area['area']} · {area['style']}".replace("_", " ")
            if not self._console.is_terminal:
                self._say(area["id"], f"{name}: {words}")
                continue
            task = self._tasks.get(area["id"])
            if task is None:
                task = self._tasks[area["id"]] = self._bars.add_task("", total=100, name=name, stage=words)
            self._bars.update(task, completed=area["progress"], stage=words)
            if area["status"] in END_WORDS:
                self._bars.stop_task(task)

    def _say(self, area: str, line: str) -> None:
        if self._said.get(area) != line:
            self._said[area] = line
            self._console.print(line)
