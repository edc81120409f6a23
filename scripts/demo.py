"""`make demo`: designs the sample yard with the built-in painter, and says where the pictures are."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "demo"
YARDA = Path(sys.executable).with_name("yarda")
AREAS = ("front_yard:japanese_zen", "walkway:english_garden")


def main() -> int:
    """Run the same command a person would."""
    sys.stdout.write("Designing the sample yard; this takes about a minute.\n")
    sys.stdout.flush()
    command = [str(YARDA), "design", str(ROOT / "src/yarda/sample/yard.jpg"), "--out", str(OUT), "--seed", "3"]
    for area in AREAS:
        command += ["--area", area]
    done = subprocess.run(command, check=False, cwd=ROOT)
    if done.returncode == 0:
        sys.stdout.write(
            f"\nThe designs are in {OUT.relative_to(Path.cwd()) if OUT.is_relative_to(Path.cwd()) else OUT}/\n"
        )
        sys.stdout.write("Open the studio: make serve, then http://127.0.0.1:8000\n")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
