"""A rule to the words that reports say of it."""

from mlops_lint.rules import Rule

SECURITY = "security"


def is_security(rule: Rule) -> bool:
    """Says whether the rule is about credentials, unsafe files or insecure channels."""
    return SECURITY in rule.tags


def tags(rule: Rule, limit: int) -> tuple[str, ...]:
    """Gives at most `limit` tags: `security`, the stage, then those of the rule."""
    first = (SECURITY,) if is_security(rule) else ()
    return tuple(dict.fromkeys((*first, rule.question.partition(".")[0], *sorted(rule.tags))))[:limit]


def one_line(text: str, limit: int = 1000) -> str:
    """Gives the text on one line of at most `limit` characters."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def page(rule: Rule) -> str:
    """Gives the rule in Markdown."""
    return (
        f"{rule.summary}.\n\n## Why\n\n{rule.why.strip()}\n\n## How to mend it\n\n{rule.how.strip()}\n\n"
        f"## How to ignore it\n\nOn the line, or alone on the line above:\n\n"
        f"```\n# mlops-lint: ignore[{rule.id}] the reason\n```\n"
    )
