"""Says in one line what is missing before anything is installed."""

import importlib.util
import sys

if sys.version_info < (3, 11):  # noqa: UP036 - this file is what tells people
    sys.exit(f"Yarda needs Python 3.11 or newer; this is {sys.version.split()[0]}. Try: make PYTHON=python3.12 …")
if importlib.util.find_spec("ensurepip") is None:
    sys.exit("This Python cannot make virtual environments; on Debian and Ubuntu: apt-get install python3-venv")
