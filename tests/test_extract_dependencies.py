"""Requirements in every notation say whether only one version meets them, and no manifest makes the reader fail."""

import pytest

from mlops_lint.extract import extract
from mlops_lint.extract.dependencies.stated import group, pinned, stated

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def dependencies(path: str, text: str) -> dict[str, object]:
    subjects = extract(path, text.encode()).subjects
    return {one.name: one.fields["pinned"] for one in subjects if one.kind == "dependency"}


@pytest.mark.parametrize(
    ("specifier", "url"),
    [
        ("==1.2.3", None),
        ("== 1.2", None),
        ("===1.2-local", None),
        (">=1,==1.2.3", None),
        ("", f"git+https://git.example.org/x.git@{COMMIT}"),
        ("", f"git+ssh://git@git.example.org/x.git@{COMMIT}#egg=x"),
        ("", "https://files.example.org/x.zip#sha256=00"),
        ("", "https://files.example.org/x-1.2.3-py3-none-any.whl"),
        ("", "file:///srv/x"),
        ("", "../x"),
    ],
)
def test_one_version_is_pinned(specifier: str, url: str | None) -> None:
    assert pinned(specifier, url)


@pytest.mark.parametrize(
    ("specifier", "url"),
    [
        ("", None),
        ("==1.2.*", None),
        ("~=1.2.3", None),
        (">=1.2.3,<2", None),
        ("!=1.2.3", None),
        ("", "git+https://git.example.org/x.git"),
        ("", "git+https://git.example.org/x.git@v1.2.3"),
        ("", "https://files.example.org/x/main.zip"),
    ],
)
def test_many_versions_are_not_pinned(specifier: str, url: str | None) -> None:
    assert not pinned(specifier, url)


@pytest.mark.parametrize(
    ("written", "name", "specifier"),
    [
        ("Foo_Bar", "foo-bar", ""),
        ("foo[a, b] >=1,<2 ; python_version < '3.9'", "foo", ">=1,<2"),
        ("foo (>=1.2)", "foo", ">=1.2"),
        ("foo==1.2  # why", "foo", "==1.2"),
    ],
)
def test_a_requirement_is_taken_apart(written: str, name: str, specifier: str) -> None:
    found = stated(written)
    assert found is not None
    assert (found.name, found.specifier, found.url) == (name, specifier, None)


@pytest.mark.parametrize("written", ["", "-e .", "./local", "{{ cookiecutter.name }}", "foo bar baz"])
def test_what_is_no_requirement_gives_none(written: str) -> None:
    assert stated(written) is None


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("tests", "test"),
        ("ci", "test"),
        ("dev", "dev"),
        ("lint-and-types", "dev"),
        ("docs", "dev"),
        ("gpu", "optional"),
    ],
)
def test_the_name_of_a_group_tells_its_sort(label: str, expected: str) -> None:
    assert group(label, "optional") == expected


def test_latest_and_circles_are_no_tests() -> None:
    assert group("latest", "optional") == group("circles", "optional") == "optional"


@pytest.mark.parametrize(
    ("version", "exact"),
    [("1.2.3", True), ("==1.2", True), ("^1.2.3", False), ("~1.2", False), ("1.*", False), (">=1,<2", False)],
)
def test_versions_of_poetry(version: str, exact: bool) -> None:
    assert dependencies("pyproject.toml", f'[tool.poetry.dependencies]\nx = "{version}"\n') == {"x": exact}


@pytest.mark.parametrize(
    ("requirement", "exact"),
    [
        ("x", False),
        ("x=1.2", False),
        ("x=1.2.3", True),
        ("x==1.2", True),
        ("x=1.2.*", False),
        ("x=1.2=py311_0", True),
        ("x>=1.2.3", False),
        ("x 1.2.3", True),
        ("channel::x=1.2.3", True),
    ],
)
def test_requirements_of_conda(requirement: str, exact: bool) -> None:
    assert dependencies("environment.yml", f"name: e\ndependencies:\n  - {requirement}\n") == {"x": exact}


@pytest.mark.parametrize("path", ["pyproject.toml", "Pipfile", "pixi.toml"])
@pytest.mark.parametrize(
    "text",
    [
        "",
        "project = 1\npackages = 1\ndependencies = 2\nfeature = 3\ntool = 4\n",
        "[project]\ndependencies = 1\noptional-dependencies = []\n[dependency-groups]\na = 1\n[tool]\npoetry = 1\n",
        "[tool.poetry]\ndependencies = [1]\ngroup = {a = 1}\n[tool.uv]\nsources = {x = 1}\n[tool.hatch]\nenvs = {}\n",
        "[tool.poetry.dependencies]\nx = [1, {}]\ny = []\nz = {}\n[tool.pixi.dependencies]\na = []\n[feature.b]\n",
    ],
)
def test_odd_manifests_are_no_problem(path: str, text: str) -> None:
    assert extract(path, text.encode()).problems == ()


@pytest.mark.parametrize("path", ["environment.yml", "docker-compose.yml", ".gitlab-ci.yml", "azure-pipelines.yml",
                                  ".github/workflows/x.yml", "bitbucket-pipelines.yml", "cloudbuild.yaml"])  # fmt: skip
@pytest.mark.parametrize(
    "text",
    [
        "",
        "- 1\n- 2\n",
        "text\n",
        "name: {a: 1}\ndependencies: [1, null, [], {pip: 1}, {pip: [null, []]}]\n",
        "services: {a: 1, b: {image: []}, c: {image: null, build: 1}}\n",
        "on: 1\njobs: {a: 1, b: {steps: 1}, c: {steps: [1, {run: []}, {uses: {}}]}}\n",
        "on: {push: 1, schedule: {cron: 1}}\njobs: {a: {needs: {b: 1}, container: [], timeout-minutes: x, uses: []}}\n",
        "trigger: []\nstages: []\nsteps: {}\npipelines: []\ninclude: x\n",
        "jobs:\n  a:\n    steps:\n    - {run: x, shell: '', working-directory: ../../..}\n    - {uses: ./../..}\n",
    ],
)
def test_odd_settings_are_no_problem(path: str, text: str) -> None:
    assert extract(path, text.encode()).problems == ()


def test_credentials_in_an_address_are_not_kept() -> None:
    text = "x @ git+https://ann:hidden@git.example.org/x.git@main\n"
    (found,) = (one for one in extract("requirements.txt", text.encode()).subjects if one.kind == "dependency")
    assert "hidden" not in str(found)
