"""What the environment of a task is made of: its image, and what it installs when it starts."""

from mlops_lint.graph import Graph, Node
from mlops_lint.predicates.registry import Answer, predicate

# Tools that a platform keeps under one name for all.
_BUILDERS = ("gcr.io/cloud-builders/", "gcr.io/google.com/cloudsdktool/")


@predicate
def fixed_environment(task: Node, _graph: Graph) -> Answer:
    """The image of a task, and each package that it installs, is one exact version."""
    image, packages = task.fields.get("image_pinned", False), task.fields.get("packages_pinned", False)
    known = "image_pinned" in task.fields, "packages_pinned" in task.fields
    said: list[str] = []
    name = task.fields.get("image")
    if isinstance(name, str) and name.startswith(_BUILDERS):
        known, image = (False, known[1]), None
    if known[0] and image is False:
        said.append(f"image {name}" if isinstance(name, str) else "its image")
    if known[1] and packages is False:
        listed = task.fields.get("packages")
        loose = [one for one in listed if "==" not in one] if isinstance(listed, tuple) else []
        said.append(f"packages {', '.join(loose[:4])}" if loose else "its packages")
    if said:
        return Answer(False, " and ".join(said))
    return Answer(True if all(known) else None)
