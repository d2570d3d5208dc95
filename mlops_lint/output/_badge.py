"""A score to a badge: as a picture, and as shields.io asks for it.

Source: https://shields.io/badges/endpoint-badge
"""

import json

from mlops_lint.score import Score

_LABEL = "MLOps maturity"
# Level -> colour; each has a contrast of at least 4.5 to the white text on it.
_COLOURS = ("#b3261e", "#a15c00", "#7a6a00", "#3f7a1f", "#1a7f37")
_GREY = "#57606a"
# Width of a letter of Verdana in 11 pixels, on the average; a badge is stretched to it.
_LETTER, _PADDING = 6.6, 6


def as_badge(score: Score) -> str:
    """Gives an SVG that asks for nothing from elsewhere."""
    message, colour = _message(score), _colour(score)
    left, right = _width(_LABEL), _width(message)
    whole, said = left + right, f"{_LABEL}: {message}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{whole}" height="20" role="img" aria-label="{said}">'
        f"<title>{said}</title>"
        f'<clipPath id="r"><rect width="{whole}" height="20" rx="3"/></clipPath><g clip-path="url(#r)">'
        f'<rect width="{left}" height="20" fill="#444d56"/>'
        f'<rect x="{left}" width="{right}" height="20" fill="{colour}"/></g>'
        '<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">'
        f'<text x="{left / 2:g}" y="14" textLength="{left - 2 * _PADDING}">{_LABEL}</text>'
        f'<text x="{left + right / 2:g}" y="14" textLength="{right - 2 * _PADDING}">{message}</text></g></svg>\n'
    )


def as_shields(score: Score) -> str:
    """Gives the JSON that `https://img.shields.io/endpoint?url=...` reads."""
    content = {"schemaVersion": 1, "label": _LABEL, "message": _message(score), "color": _colour(score)}
    return json.dumps(content, indent=2) + "\n"


def _message(score: Score) -> str:
    # No level without its score: two repositories of one level may be far apart.
    return "nothing to score" if score.score is None else f"level {score.level} | {score.score:.0%}"


def _colour(score: Score) -> str:
    return _GREY if score.score is None else _COLOURS[score.level]


def _width(text: str) -> int:
    return round(len(text) * _LETTER) + 2 * _PADDING
