"""`mlops-lint policy`: the rules of a team to what is wrong with them, and to what their fixtures say of them."""

import argparse
from pathlib import Path

from mlops_lint.errors import UsageError
from mlops_lint.output import visible
from mlops_lint.rules import Rule, check, load


def arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `policy`."""
    parser.add_argument("action", choices=("check", "test"), help="check = are they valid; test = by their fixtures")
    parser.add_argument("folder", type=Path, metavar="DIR", help="the folder with rules")
    parser.add_argument(
        "--fixtures", type=Path, metavar="D", help="where ID-name.md lies; default: DIR, and `fixtures` beside it"
    )


def run(options: argparse.Namespace) -> int:
    """Says of each rule whether it holds; 1 where a test fails or a rule has none."""
    rules = _own(options.folder)
    check(rules)
    if options.action == "check":
        print(f"{len(rules)} rules are valid")
        return 0
    folders = (options.fixtures,) if options.fixtures else (options.folder, options.folder.resolve().parent)
    return max([_tested(rule, _fixture(rule, folders)) for rule in rules], default=0)


def _own(folder: Path) -> tuple[Rule, ...]:
    if not folder.is_dir():
        raise UsageError(f"{folder}: there is no such folder of rules")
    shipped = {rule.id for rule in load()}
    found = tuple(rule for rule in load((folder,)) if rule.id not in shipped)
    if not found:
        raise UsageError(
            f"{folder}: holds no rules; they are files called ID-name.yaml, as ACME001-task-without-owner.yaml"
        )
    return found


def _fixture(rule: Rule, folders: tuple[Path, ...]) -> Path | None:
    name = f"{rule.id}-{rule.name}.md"
    first, *others = folders
    within = sorted(first.glob(f"**/{name}"))
    beside = [path for folder in others for path in sorted((folder / "fixtures").glob(f"**/{name}"))]
    return next(iter((*within, *beside)), None)


def _tested(rule: Rule, fixture: Path | None) -> int:
    from mlops_lint.fixture import complaints, expectations, read

    if fixture is None:
        print(f"{rule.id}  no fixture {rule.id}-{rule.name}.md")
        return 1
    try:
        cases = read(fixture).cases
        found = [(case, complaint) for case in cases for complaint in complaints(rule, case)]
        shown = {one.outcome for case in cases for one in expectations(case)}
    except ValueError as error:
        raise UsageError(f"{fixture}: {error}") from None
    for case, complaint in found:
        print(f"{rule.id}  {fixture}:{case.line}: {visible(case.heading)}: {visible(complaint)}")
    lacking = [word for word, outcome in (("finding", "fail"), ("pass", "pass")) if outcome not in shown]
    for word in lacking:
        print(f"{rule.id}  {fixture}:1: no case shows a {word}")
    if not found and not lacking:
        print(f"{rule.id}  ok, {len(cases)} cases")
    return int(bool(found or lacking))
