"""Where a file of a dbt project stands in it, and how its models are called in symbols.

The project is the folder above `models`, `snapshots` or `tests`, where dbt_project.yml lies: a file cannot know
other names that dbt_project.yml may give to these.
Source: https://docs.getdbt.com/reference/project-configs/model-paths
"""

FILE = "dbt_project.yml"
_FOLDERS = ("models", "snapshots", "tests", "data-tests", "analyses", "macros", "seeds")


def root(path: str, *folders: str) -> str | None:
    """Gives the folder of the project with its slash, "" for the root; None = the path is in none of `folders`."""
    parts = path.split("/")
    for place, part in enumerate(parts[:-1]):
        if part in (folders or _FOLDERS):
            return "".join(f"{one}/" for one in parts[:place])
    return None


def pipeline(project: str) -> str:
    """Gives the symbol of a project."""
    return f"pipeline:{project}{FILE}"


def task(project: str, model: str) -> str:
    """Gives the symbol of a model, snapshot or seed of a project: names are unique in it."""
    return f"task:{project}{FILE}#{model}"


def source(group: str, table: str) -> str:
    """Gives the symbol of a table that others fill."""
    return f"dataset:table:{group}.{table}"
