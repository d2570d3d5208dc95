"""What is known of the tools that start code: which words stand before it, which options take a value.

Source: the manual pages and `--help` of the tools.
"""

import re


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


WRAPPERS = {
    "env": _names("-u -C -S"),
    "sudo": _names("-u -g -C"),
    "time": _names("-f -o"),
    "exec": _names("-a"),
    "nice": _names("-n"),
    "ionice": _names("-c -n"),
    "timeout": _names("-k -s"),
    "stdbuf": _names("-i -o -e"),
    "xvfb-run": _names("-s -n"),
    "mpirun": _names("-n -np -H -x"),
    "mpiexec": _names("-n -np"),
    "srun": _names("-n -N -p -t -c -w -x -A -J -G -o -e -q"),
    "horovodrun": _names("-np -H"),
} | dict.fromkeys(
    _names(
        "nohup command dumb-init tini ddtrace-run opentelemetry-instrument viztracer then do else if while until ! {"
    ),
    _names(""),
)
"""Words before a command that leave it what it is, and those of their options that take a value."""

_ENVIRONMENT = _names("-n --name -p --prefix --cwd")
RUNNERS = {
    ("poetry", "run"): _names("-C --directory"),
    ("pipenv", "run"): _names(""),
    ("pdm", "run"): _names("-p -e"),
    ("rye", "run"): _names(""),
    ("hatch", "run"): _names(""),
    ("pixi", "run"): _names("-e --environment --manifest-path"),
    ("conda", "run"): _ENVIRONMENT,
    ("mamba", "run"): _ENVIRONMENT,
    ("micromamba", "run"): _ENVIRONMENT,
    ("uv", "run"): _names(
        "--with --python -p --extra --group --project --directory --env-file --with-requirements --package --index"
    ),
    ("accelerate", "launch"): _names(
        "--config_file --num_processes --num_machines --mixed_precision --main_process_port --gpu_ids"
    ),
    ("coverage", "run"): _names("--source --omit --rcfile --include --data-file"),
    ("dotenv", "run"): _names("-f"),
    ("doppler", "run"): _names("-c -p"),
    ("streamlit", "run"): _names("--server.port --server.address"),
    ("chainlit", "run"): _names("--port --host"),
    ("fastapi", "run"): _names("--host --port --workers"),
    ("fastapi", "dev"): _names("--host --port"),
    ("jupyter", "run"): _names(""),
}
"""Tools whose sub-command runs what follows, and those of their options that take a value."""

SUBMITTERS = {
    "spark-submit": _names(
        "--master --deploy-mode --class --name --jars --packages --py-files --files --conf --driver-memory "
        "--executor-memory --executor-cores --num-executors --total-executor-cores --queue --properties-file "
        "--archives --driver-cores --principal --keytab"
    ),
    "torchrun": _names(
        "--nproc_per_node --nproc-per-node --nnodes --node_rank --node-rank --master_addr --master-addr "
        "--master_port --master-port --rdzv_backend --rdzv-backend --rdzv_endpoint --rdzv-endpoint --rdzv_id "
        "--rdzv-id --log_dir"
    ),
    "deepspeed": _names("--hostfile --include --exclude --num_nodes --num_gpus --master_port --master_addr"),
    "ipython": _names("-c"),
    "Rscript": _names("-e"),
    "julia": _names("-e -p -t"),
}
"""Programs that run the script they are given, and those of their options that take a value."""

RAY_SUBMIT = _names(
    "--address --job-id --submission-id --runtime-env --runtime-env-json --working-dir --metadata-json "
    "--entrypoint-num-cpus --entrypoint-num-gpus --entrypoint-memory --entrypoint-resources --log-style --log-color "
    "--headers --verify"
)
"""Options of `ray job submit` that take a value."""

LAUNCHER_MODULES = {
    "torch.distributed.launch": SUBMITTERS["torchrun"],
    "torch.distributed.run": SUBMITTERS["torchrun"],
    "accelerate.commands.launch": RUNNERS["accelerate", "launch"],
}
"""Modules that run the script they are given."""

TOOL_MODULES = _names(
    "pip venv virtualenv pytest unittest build twine http ensurepip compileall json timeit cProfile pdb trace site "
    "ipykernel jupyter jupyterlab notebook nbconvert black ruff mypy flake8 isort pylint coverage spacy nltk poetry "
    "uv pre_commit mkdocs sphinx piptools grpc_tools streamlit uvicorn gunicorn papermill awscli py_compile zipapp"
)
"""Modules of Python and of tools, which no repository means as its own code."""

SHELLS = _names("bash sh zsh dash ksh")
SUFFIXES = (".py", ".sh", ".bash", ".R", ".r", ".jl", ".ipynb")
PYTHON = re.compile(r"(?:.*/)?(?:python|pypy)[\d.]*(?:\.exe)?$")
VALUED = _names("-W -X --check-hash-based-pycs")
"""Options of Python that take a value."""
ASSIGNMENT = re.compile(r"[A-Za-z_]\w*\+?=")
