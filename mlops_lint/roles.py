"""The roles of links: how one subject may name another."""

# role -> (the same edge read backwards, what it says).
ROLES: dict[str, tuple[str, str]] = {
    "reads": ("read_by", "a call, task or pipeline reads a dataset"),
    "writes": ("written_by", "a call or task writes a dataset"),
    "saves": ("saved_by", "a call or task saves a model"),
    "loads": ("loaded_by", "a call or service loads a model or a file"),
    "within": ("holds", "a subject stands in a function or module body"),
    "calls": ("called_by", "a function calls, or hands on, another"),
    "makes": ("made_by", "a function makes an instance of a class, and hands it to nobody"),
    "inherits": ("subclasses", "a class has another as its base"),
    "imports": ("imported_by", "a module imports a module"),
    "starts": ("started_by", "an entry point or task starts the code of a function or module"),
    "runs": ("run_by", "a task runs a file"),
    "needs": ("needed_by", "a task names a file, stage or setting that must exist"),
    "part_of": ("parts", "a task belongs to a pipeline"),
    "depends_on": ("depended_on_by", "a task waits for another"),
    "uses": ("used_by", "code or a task reads a setting"),
    "feeds": ("fed_by", "what one call makes goes into another"),
    "declares": ("declared_by", "a file declares a dependency or a dataset"),
    "inside": ("contains", "a path lies below another"),
    "defines": ("defined_by", "a notebook writes a file of code"),
    "consumes": ("consumed_by", "a consumer uses a model or dataset"),
    "triggers": ("triggered_by", "a pipeline starts another"),
}
