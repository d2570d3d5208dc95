import pytest

from mlops_lint.extract.commands import LIMIT, code_links, started
from mlops_lint.extract.commands.invocations import invocations

STARTS = {
    "a script": ("python src/train.py --lr 0.1", ["script src/train.py"]),
    "options of the interpreter": ("python3.11 -u -W ignore -X dev src/train.py", ["script src/train.py"]),
    "an interpreter with a path": ("/usr/bin/python3 a.py", ["script a.py"]),
    "a module": ("python -m pkg.train --epochs 3", ["module pkg.train"]),
    "joined options": ("python -um pkg.train", ["module pkg.train"]),
    "code on the command line": ("python -c 'import os; os.remove(\"train.py\")'", []),
    "a tool of Python": ("python -m pip install -r requirements.txt", []),
    "variables before": ("PYTHONPATH=. CUDA_VISIBLE_DEVICES=0 python a.py", ["script a.py"]),
    "env": ("env -u X A=1 python a.py", ["script a.py"]),
    "poetry": ("poetry run python a.py", ["script a.py"]),
    "uv with options": ("uv run --with pandas --no-project a.py", ["script a.py"]),
    "pipenv and a module": ("pipenv run python -m pkg", ["module pkg"]),
    "conda": ("conda run -n ml python a.py", ["script a.py"]),
    "cd before": ("cd src && python train.py", ["script src/train.py"]),
    "cd twice": ("cd a\ncd ../b; python c.py", ["script b/c.py"]),
    "cd in a subshell ends with it": ("(cd a && python b.py) && python c.py", ["script a/b.py", "script c.py"]),
    "cd to an unknown folder": ("cd $HOME/x && python a.py", ["script a.py ?"]),
    "several commands": ("python a.py && python b.py; python c.py | tee log.txt", [
        "script a.py", "script b.py", "script c.py", "output log.txt"]),
    "lines": ("set -e\npython a.py \\\n  --x 1\n# python no.py\npython b.py", ["script a.py", "script b.py"]),
    "redirected output": ("python a.py > out/metrics.json 2>&1", ["script a.py", "output out/metrics.json"]),
    "errors are no output": ("python a.py 2> err.log >/dev/null", ["script a.py"]),
    "a shell script": ("bash -e scripts/run.sh prod", ["script scripts/run.sh"]),
    "a command in a shell": ("sh -c 'cd a && python b.py'", ["script a/b.py"]),
    "a script by its path": ("./run.sh --fast", ["script run.sh"]),
    "R": ("Rscript --vanilla analysis.R", ["script analysis.R"]),
    "papermill": ("papermill in.ipynb out.ipynb -p lr 1", ["notebook in.ipynb", "output out.ipynb"]),
    "nbconvert that runs": ("jupyter nbconvert --to html --execute nb/a.ipynb", ["notebook nb/a.ipynb"]),
    "nbconvert that only converts": ("jupyter nbconvert --to html nb/a.ipynb", []),
    "spark": ("spark-submit --master yarn --py-files lib.zip jobs/etl.py in out", ["script jobs/etl.py"]),
    "torchrun": ("torchrun --nproc_per_node 4 train.py", ["script train.py"]),
    "torch.distributed": ("python -m torch.distributed.launch --nproc_per_node=4 train.py", ["script train.py"]),
    "accelerate": ("accelerate launch --num_processes 2 train.py", ["script train.py"]),
    "a server": ("uvicorn app.main:app --port 80", ["module app.main"]),
    "a server as a module": ("python -m uvicorn app.main:app", ["module app.main"]),
    "a module under coverage": ("coverage run -m pkg.train", ["module pkg.train"]),
    "a tool that runs a tool": ("python -m coverage run -m pkg.train", ["module pkg.train"]),
    "streamlit": ("streamlit run app.py", ["script app.py"]),
    "a Jinja template": ("python {{ params.script }} && python b.py --day {{ ds }}", ["script b.py"]),
    "a template with spaces in a path": ("python {{ var.value.get('home', '') }}/a.py", []),
    "a GitHub expression": ("python ${{ matrix.script }}", []),
    "a variable": ('python "$ROOT/a.py"', []),
    "a computed command": ("$(which python) a.py", []),
    "in a condition": ("if [ -f x ]; then python a.py; else python b.py; fi", ["script a.py", "script b.py"]),
    "a here document": ("python - <<EOF\npython no.py\nEOF\npython a.py", ["script a.py"]),
    "a quote that is not closed": ("echo 'oops\npython a.py", []),
    "inside a container": ("docker run img python a.py", []),
    "not a script": ("python train", []),
    "echo": ("echo python a.py", []),
    "nothing": ("", []),
}  # fmt: skip


@pytest.mark.parametrize(("command", "expected"), STARTS.values(), ids=STARTS)
def test_a_command_starts(command: str, expected: list[str]) -> None:
    found = [f"{one.what} {one.name}{'' if one.placed else ' ?'}" for one in started(command)]
    assert found == expected


LINKS = {
    "a known folder gives a file": ("python src/a.py", "", [("runs", "file:src/a.py")]),
    "a sub-folder": ("python ../b.py", "x/y", [("runs", "file:x/b.py")]),
    "cd below a known folder": ("cd z && python b.py", "x", [("runs", "file:x/z/b.py")]),
    "out of the repository": ("python ../b.py", "", []),
    "an unknown folder gives a path": ("python src/a.py", None, [("runs", "path:src/a.py")]),
    "an absolute path": ("python /opt/app/a.py", "", [("runs", "path:/opt/app/a.py")]),
    "a path made from __file__": ("python @/dags/../src/a.py", None, [("runs", "file:src/a.py")]),
    "cd to the unknown": ("cd $X && python a.py", "", [("runs", "path:a.py")]),
    "a module": ("python -m a.b", "", [("starts", "module:a.b")]),
    "outputs are no code": ("python a.py > b.txt", "", [("runs", "file:a.py")]),
}


@pytest.mark.parametrize(("command", "folder", "expected"), LINKS.values(), ids=LINKS)
def test_a_command_links_to(command: str, folder: str | None, expected: list[tuple[str, str]]) -> None:
    assert [(link.role, link.symbol) for link in code_links(command, folder)] == expected


@pytest.mark.parametrize(
    "piece",
    ["'", '"', "{{", "$(", "`", "<<A\n", "(", "a=", "cd x;", "sh -c '", "\\", "<", "{{}}", "python -m coverage run "],
)
def test_a_hostile_command_ends(piece: str) -> None:
    started(piece * (LIMIT // len(piece)))


def test_a_recipe_of_just_or_task_is_started_in_its_folder() -> None:
    found = {link.symbol for link in invocations("cd ml && just train big; task -s check", "")}
    assert {"task:ml/justfile#train", "task:ml/Taskfile.yml#check"} <= found
    assert "task:ml/justfile#big" not in found
