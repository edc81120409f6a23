"""Writes the lock files: every dependency with its hashes, and no index host in them."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def lock(target: str, *extra: str) -> None:
    """Resolve for every platform at once with uv."""
    subprocess.run(
        [
            *(sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--universal", "--generate-hashes"),
            *(
                "--python-version",
                "3.11",
                "--no-emit-index-url",
                "--no-strip-extras",
                "--no-annotate",
                "--no-header",
            ),
            *("--output-file", target, "pyproject.toml", *extra),
        ],
        cwd=ROOT,
        check=True,
    )


lock("requirements.lock", "--extra", "build")
lock("requirements-dev.lock", "--extra", "build", "--extra", "dev")
