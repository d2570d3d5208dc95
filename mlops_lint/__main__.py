"""`python -m mlops_lint`."""

import sys

from mlops_lint.cli import main

if __name__ == "__main__":
    sys.exit(main())
