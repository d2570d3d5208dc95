"""A file to the hashes by which GitHub code scanning knows an alert again after its line has moved."""

import re
import sys
from array import array
from collections import Counter

_BLOCK, _BASE, _MASK, _END = 100, 37, (1 << 64) - 1, 0xFFFF
_BASE_OF_BLOCK = pow(_BASE, _BLOCK, 1 << 64)
_LINE_END = re.compile(r"\r\n|\r|\n")
_BLANKS = str.maketrans("", "", " \t")
_NATIVE = "utf-16-le" if sys.byteorder == "little" else "utf-16-be"


def line_hashes(text: str) -> tuple[str, ...]:
    """Gives the `primaryLocationLineHash` of each line: of 100 UTF-16 units from its start, blanks left out.

    `text` is the file with its line ends and byte order mark. Equal hashes in a file are numbered from 1.
    The algorithm is that of https://github.com/github/codeql-action (src/fingerprints.ts).
    """
    lines = [line.translate(_BLANKS) for line in _LINE_END.split(text)]
    units = array("H", "\n".join(lines).encode(_NATIVE, "surrogatepass"))
    starts, position = [], 0
    for line in lines:
        starts.append(position)
        position += len(line.encode(_NATIVE, "surrogatepass")) // 2 + 1
    # The hash of everything before each unit: that of a block is then the difference of two of them.
    prefixes, value = [0], 0
    for unit in (*units, _END, *[0] * _BLOCK):
        value = (value * _BASE + unit) & _MASK
        prefixes.append(value)
    seen: Counter[str] = Counter()
    hashes = []
    for start in starts:
        digest = f"{(prefixes[start + _BLOCK] - prefixes[start] * _BASE_OF_BLOCK) & _MASK:x}"
        seen[digest] += 1
        hashes.append(f"{digest}:{seen[digest]}")
    return tuple(hashes)
