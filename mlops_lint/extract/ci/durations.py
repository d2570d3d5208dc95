"""What CI systems write for a length of time to seconds.

Source: https://docs.gitlab.com/ci/yaml/#timeout, https://cloud.google.com/build/docs/build-config-file-schema#timeout
"""

import re

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]*)")


def seconds(text: str) -> float | None:
    """Gives `1h 30m`, `90 minutes` or `5400s` as seconds; a bare number is seconds; None = not a length of time."""
    found = _PART.findall(text[:60].lower())
    rest = _PART.sub("", text[:60].lower()).replace("and", "").replace(",", "").strip()
    # `mo` and `y` are allowed too, and nobody gives a job so long.
    if not found or rest or any(unit and unit[0] not in _UNITS for _, unit in found):
        return None
    total = sum(float(number) * _UNITS[unit[0] if unit else "s"] for number, unit in found)
    return int(total) if total == int(total) else total
