"""`python -m mlops_lint`."""

import os
import sys

# `-m` puts the current folder first on the path: a scanned tree could then pass its own `yaml.py` off as ours.
if sys.path and os.path.abspath(sys.path[0] or ".") == os.getcwd():
    del sys.path[0]

from mlops_lint.cli import main

if __name__ == "__main__":
    sys.exit(main())
