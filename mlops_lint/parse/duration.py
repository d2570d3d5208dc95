"""A duration as Go and Kubernetes write it to seconds.

Source: https://pkg.go.dev/time#ParseDuration; days as Argo Workflows has them.
"""

import re

_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|us|ns|s|m|h|d)")
_WHOLE = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|us|ns|s|m|h|d))+")
_SECONDS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600, "d": 86400}


def seconds(written: object) -> int | float | None:
    """Gives the seconds of a number, which counts seconds, or of `30s`, `1h30m`; None where it is neither."""
    if isinstance(written, bool):
        return None
    if isinstance(written, (int, float)):
        return written
    if not isinstance(written, str):
        return None
    text = written.strip()
    if re.fullmatch(r"\d{1,15}(?:\.\d+)?", text):
        number = float(text)
    elif _WHOLE.fullmatch(text):
        number = sum(float(count) * _SECONDS[unit] for count, unit in _PART.findall(text))
    else:
        return None
    return int(number) if number.is_integer() else number
