r"""What commands and CI actions are for: one pattern a line, matched with the start of a simple command.

Wrappers as `sudo` and `poetry run` are taken off before. `RUNNER` stands for a tool that runs named tasks, `CODE` for
Python with a script or module up to the last part of its name, `CLOUD` for the options of a tool of a cloud.
Source: the reference of each tool; the marketplace of GitHub Actions.
"""

import re

_RUNNER = (
    r"(?:(?:poetry )?poe|g?make|just|task|invoke|inv|nox|doit|rake|npm|yarn|pnpm|hatch|pdm|pixi|rye|bazel(?:isk)?|mage|"
    r"gradle|mise|moon|turbo|nx)"
)
_WORDS = {
    "RUNNER": _RUNNER,
    "CODE": r"(?:python[\d.]*|torchrun|deepspeed|Rscript|papermill) (?:-\S+ )*(?:\S*[/.])?",
    "CLOUD": r"(?:(?:--\S+ \S+|alpha|beta) )*",
    # What has tests among its files, and does not run them.
    "KNOWN": r"(?:ruff|mypy|flake8|black|isort|pylint|bandit|pyright|autopep8|yapf|git|cp|mv|docker|coverage|codecov|"
    r"if|\[|curl|wget|gh|aws|gcloud|gsutil|az|python|pip|kubectl|helm|terraform|tar|zip|unzip)\b",
    "END": r"(?:\.(?:py|R|ipynb))?(?: |$)",
}


def _table(text: str, *, start: bool = True) -> re.Pattern[str]:
    either = "|".join(f"(?:{row.strip()})" for row in text.strip().split("\n"))
    for word, pattern in _WORDS.items():
        either = either.replace(word, pattern)
    return re.compile(f"(?:{either})" if start else f"(?i)(?:{either})")


TESTS = _table(r"""
    (?:pytest|py\.test|nosetests|nose2|unittest|ctest|bats|behave|stestr|trial|xdoctest|jest|vitest|mocha)\b
    doctest\b
    coverage run\b
    (?:go|cargo|mvn|\./mvnw|\./gradlew|sbt|dotnet|swift|mix|dbt|sqlmesh|molecule|opa|rasa) (?:\S+ )*test\b
    dbt build\b
    playwright test\b
    cypress run\b
    Rscript .*(?:testthat|devtools::test)
    R CMD check\b
    python[\d.]* (?:-\S+ )*(?:\S*/)?(?:setup|manage)\.py test\b
    python[\d.]* (?:-\S+ )*(?:\S*/)?(?:tests?/\S+|test_\w+|\w+_tests?|tests?|runtests?|run_tests?)\.py\b
    python[\d.]* -m (?:tests?\b|(?:\w+\.)+tests?\b|(?:\w+\.)*test_\w+)
    (?:bash |sh |source |\. )?(?:\S*/)?(?:[\w.-]+[-_])?tests?(?:[-_][\w-]+)?\.(?:sh|bash)\b
    tox\b(?!.*(?:-e|--env)[ =]?\S*(?:lint|docs?|flake8|mypy|typ|format|pre-?commit|build|style|check|publish))
    nox\b(?!.*(?:-s|--sessions?|-e)[ =]?\S)
    RUNNER (?:\S+ )*(?:[\w.-]*[-_:.])?tests?(?:[-_:.]\S*)?(?: |$)
    RUNNER (?:\S+ )*(?:py|unit|e2e)tests?\b
    bazel(?:isk)? (?:\S+ )*test\b
    nf-test test\b
    (?:bash |sh )?(?:\S*/)?trigger-?tests?\b
    (?:\./)?(?:scripts?|bin|ci|tools|hack|dev)/(?:[\w-]+[-_])?tests?(?:[-_][\w-]+)?(?: |$)
""")
DEPLOYS = _table(r"""
    (?:docker|podman|buildah|skopeo|nerdctl|crane) (?:image |manifest )?(?:push|copy)\b
    docker (?:buildx )?(?:build|bake)\b.*--push\b
    docker(?:-compose| compose) (?:\S+ )*push\b
    docker stack deploy\b
    (?:kubectl|oc|microk8s) (?:\S+ )*(?:apply|create|replace|patch|rollout restart|set image)\b
    (?:helm|helmfile) (?:\S+ )*(?:upgrade|install|push|apply|sync)\b
    argocd app (?:sync|set|create)\b
    flux reconcile\b
    (?:skaffold|kapp|werf) (?:run|deploy|converge)\b
    (?:terraform|tofu|terragrunt) (?:\S+ )*(?:apply|run-all apply)\b
    pulumi (?:\S+ )*up\b
    (?:npx )?(?:cdk|cdktf|sam|chalice|copilot|zappa|serverless|sls|amplify)\b.* (?:deploy|update|publish)\b
    (?:cdk|cdktf|sam|chalice|zappa|serverless|sls) deploy\b
    ansible-playbook\b
    gcloud CLOUDrun (?:\S+ )*(?:deploy|replace)\b
    gcloud CLOUD(?:app|functions) deploy\b
    gcloud CLOUD(?:builds submit|deploy|ai endpoints|ai-platform versions create|composer)\b
    gcloud CLOUDcompute (?:ssh|scp|instances? \S*(?:create|update)|instance-groups)\b
    az (?:webapp|functionapp|containerapp|container|spring) (?:\S+ )*(?:up|create|deploy|update|config|restart)\b
    az deployment (?:\S+ )*create\b
    az acr (?:build|task)\b
    az ml (?:model deploy|service|(?:online-|batch-)?(?:endpoint|deployment)) ?(?:create|update|invoke)?\b
    azd (?:up|deploy)\b
    aws CLOUDecs (?:update-service|deploy)\b
    aws CLOUDlambda (?:update-function|create-function|publish)\S*
    aws CLOUD(?:apprunner|elasticbeanstalk|deploy|codepipeline|amplify) \S*(?:start|create|update|push)
    aws CLOUDcloudformation (?:deploy|create-stack|update-stack|execute-change-set)\b
    aws CLOUDsagemaker (?:create|update)-(?:endpoint|model|monitoring)\S*
    aws CLOUDssm send-command\b
    eb deploy\b
    heroku (?:container:release|deploy|builds:create)\b
    git push .*(?:heroku|dokku|huggingface|spaces?\b|production)
    (?:fly|flyctl) deploy\b
    railway (?:up|redeploy)\b
    (?:npx )?(?:vercel|netlify|wrangler|firebase)\b.*(?:deploy|--prod|publish)
    (?:cf|truss|cog) push\b
    anyscale service (?:rollout|deploy|update)\b
    (?:koyeb|doctl|porter|dokku|render|caprover)\b.*(?:deploy|update|create|apply)
    (?:modal|bentoml|yatai|prefect|ray|serve|astro|lightning|beam) (?:\S+ )*deploy\b
    (?:cortex|ploomber-cloud|langgraph|zenml) (?:\S+ )*deploy\b
    prefect(?:-cloud)? (?:deployment (?:apply|create|build)|--no-prompt deploy)\b
    (?:dagster-cloud|dg plus) .*(?:deploy|update|serverless)
    zenml .*(?:deploy|register)\b
    databricks bundles? deploy\b
    dbx (?:deploy|launch)\b
    mlflow (?:deployments|sagemaker) (?:create|update|deploy|push-model)\b
    (?:pyflyte|flytectl) (?:\S+ )*register\b
    (?:huggingface-cli|hf) upload\b
    twine upload\b
    (?:poetry|uv|flit|hatch|pdm|maturin|npm|cargo|rye|lerna|yarn|pnpm) (?:\S+ )*publish\b
    python[\d.]* setup\.py .*upload\b
    semantic-release (?:publish|version)\b
    (?:sshpass .*)?ssh (?:.* )?(?:\S+@\S+|\{\})
    (?:sshpass .*)?(?:rsync|scp) .*(?:@|\{\})\S*:
    curl .*(?:deploy|/hooks?/|webhook|render\.com|portainer)
    CODE(?:\w+_)?deploy(?:ment)?(?:_\w+)?END
    (?:bash |sh |source |\. )?(?:\S*/)?(?:[\w-]+[-_])?deploy(?:[-_][\w-]+)?\.sh\b
    RUNNER (?:\S+ )*(?:[\w.]*[-_:])?(?:deploy|publish|push|release)(?:[-_:]\S*)?(?: |$)
""")
TRAINS = _table(r"""
    CODE(?:\w+[_-])?(?:re)?train(?:ing|er)?(?:[_-]\w+)?END
    CODE(?:\w+_)?(?:fine_?tune|fit)(?:_\w+)?END
    dvc (?:repro|exp run|experiments run)\b
    (?:mlflow|kedro) run\b
    snakemake\b(?!.*(?:--lint|-n\b|-np\b|--dry-?run|--version))
    zenml pipeline run\b
    ploomber build\b
    python[\d.]* .* run --with\b
    (?:rasa|spacy) train\b
    (?:spacy project|guild|sky|modal) (?:run|launch)\b
    gcloud CLOUDai (?:custom-jobs|hp-tuning-jobs) create\b
    gcloud CLOUDai-platform jobs submit\b
    aws CLOUDsagemaker (?:create-training-job|create-hyper\S*|start-pipeline-execution)\b
    az ml (?:job create|run submit)\b
    databricks (?:bundle run|jobs run-now|runs submit)\b
    kfp run (?:submit|create)\b
    ray job submit\b
    wandb (?:launch|sweep|agent)\b
    (?:bash |sh )?(?:\S*/)?(?:\w+[-_])?train(?:[-_]\w+)?\.sh\b
    RUNNER (?:\S+ )*(?:[\w.]*[-_:])?(?:re)?(?:train|training|repro)(?:[-_:]\S*)?(?: |$)
""")
CHECKS = {
    "data": _table(r"""
        (?:great_expectations|gx|soda|deepchecks|tfdv|whylogs|evidently|pandera|data-?diff|elementary|frictionless)\b
        (?:datacontract|datacontract-cli) (?:test|lint)\b
        dvc (?:data )?status\b
        (?:dbt|sqlmesh) (?:\S+ )*(?:test|build|audit|source freshness)\b
        feast (?:plan|apply|validate)\b
        CODE(?:validate|check|test|verify)_(?:\w+_)?(?:data|dataset|schema|features?)(?:_\w+)?END
        CODE(?:data|dataset|schema|feature)_(?:validation|checks?|quality|tests?)\w*END
        RUNNER (?:\S+ )*\S*(?:data[-_](?:tests?|checks?|validation|quality)|(?:validate|check|test)[-_]data)\S*
        pytest .*(?:data|great_expectations|schema)\S*
    """),
    "evaluation": _table(r"""
        dvc (?:metrics|plots|exp) (?:diff|show)\b
        cml[ -]\S+
        mlflow (?:models )?evaluate\b
        (?:giskard|promptfoo|deepeval|lm_eval|lm-eval|ragas)\b
        rasa test\b
        CODE(?:\w+_)?(?:evaluate|evaluation|eval|score_model|test_model|validate_model)(?:_\w+)?END
        RUNNER (?:\S+ )*\S*(?:eval|evaluate|evaluation)(?:[-_]\w+)?(?: |$)
    """),
    "pipeline": _table(r"""
        kfp (?:dsl compile|dsl-compile|pipeline\b)
        dsl-compile\b
        dvc (?:dag|stage list|repro\b.*--dry)
        airflow dags (?:list|test|report|list-import-errors)\b
        dbt (?:compile|parse|build|run|ls)\b
        databricks bundles? (?:validate|deploy)\b
        snakemake\b
        snakefmt\b
        (?:nf-core|nextflow|nf-test)\b
        argo (?:lint|template lint)\b
        dagster (?:definitions|code-location|job|project) (?:validate|list|execute)\b
        dg check\b
        (?:mlflow|kedro) (?:run|registry|catalog|pipeline)\b
        (?:pyflyte|flytectl)\b
        zenml pipeline\b
        prefect (?:deploy|deployment)\b
        astro dev (?:parse|pytest)\b
        az ml (?:component|pipeline|job) (?:create|validate|validate-\S+)\b
        ploomber (?:status|build|plot)\b
        CODE(?:\w+_)?(?:compile|build|validate|check|run|test)_(?:\w+_)?(?:pipeline|dag|workflow|flow)s?(?:_\w+)?END
        CODE(?:\w+_)?(?:pipeline|dag)s?(?:_(?:compile|compiler|check|test|run|runner)\w*)?END
        RUNNER (?:\S+ )*\S*(?:compile|check|validate|lint|test|run)[-_]?(?:\w+[-_])?(?:pipelines?|dags?|workflows?)\b
    """),
    "policy": _table(r"""
        mlops-lint\b
        (?:conftest|opa) (?:test|verify|eval)\b
        checkov\b
    """),
}  # fmt: skip
"""What is checked beside code -> commands that check it; to train or to run a pipeline is a check of its own."""

OPAQUE = _table(r"""
    RUNNER\b(?! (?:-\S+ )*(?:install|ci|--version|init|clean|lock|add|sync|config|cache|lint|format|fmt|docs?|help)\b)
    (?:earthly|dagger|ant|cmake|ninja|cibuildwheel|act)\b
    (?:bash|sh|zsh|source|\.) (?:-\S+ )*\S*(?:ci|check|test|build|run|verify|entry|main|validate|all)\S*
    (?:\S*/)?[\w.-]*(?:ci|check|test|build|run|verify|entry|validate)[\w.-]*\.(?:sh|bash|cmd|ps1|bat)\b
    docker(?:-compose| compose)\b.* (?:up|run|exec)\b
    docker (?:run|exec)\b
    docker (?:buildx )?build .*--target\b
    python[\d.]* (?:\S*/)?[\w.-]*(?:ci|check|test|build|validate|verify|runner)[\w.-]*\.py\b
    python[\d.]* -m (?:cibuildwheel|build_tools|ci|invoke|nox|tox)\b
    (?:conda|mamba|conda-build|rattler-build|boa) ?build\b
    (?:snakemake|nextflow)\b
    (?:\./)?(?:scripts?|bin|ci|tools|hack|dev)/\S+
    (?:anyscale|argo|ray|sky) (?:\S+ )*(?:submit|launch|run)\b
    python[\d.]* (?:-[uBEI] )*-c [^\n]*\n
    (?:tkn .* start|gh workflow run|aws (?:\S+ )*start-build|gcloud builds submit)\b
    (?!KNOWN)\S+ (?:\S+ )*(?:run[-_])?(?:[a-z]+[-_:])?tests?(?:[-_:][a-z]+)?(?: |$)
    \{\}
""")
"""What these start is written in files of their own, under names that say nothing."""

INSTALLS = _table(r"""
    (?:pip[\d.]*|uv|pipx|poetry|pdm|pixi|rye|conda|mamba|micromamba) (?:\S+ )*?(?:install|add|sync|compile|create)\b
    pip[\d.]* (?:download|wheel)\b
    (?:uv|poetry|pdm|pixi|rye|conda|mamba) (?:\S+ )*?(?:update|lock|remove|export|config|env|version)\b
    (?:apt|apt-get|brew|yum|apk|choco|npm|yarn|pnpm) (?:\S+ )*?(?:install|update|add|ci|version)\b
    python[\d.]* -m (?:pip|venv|build|ensurepip)\b
    (?:echo|printf|cat|which|grep|export|mkdir|rm|cd|ls|set|unset|sleep|test|tee|chmod|sed|awk|find|touch)\b
    git (?!push)
""")
"""What these name is fetched or shown, not run."""

LOCAL = _table(r"(?:kind|minikube|k3d|k3s|microk8s|localstack) (?:create|start|cluster|load|server)\b")
LOCAL_ACTION = re.compile(r"(?i)(?:^|[/-])(?:kind|minikube|k3d|k3s|microk8s|localstack)(?:[/@-]|$)")

ACTION_TESTS = _table(
    r"""
    (?:^|[/_-])(?:py)?tests?$
    /pytest
    -pytest
    run-tox
    (?:nox|tox)-action
    snakemake-github-action
    python-package-template
    """,
    start=False,
)
ACTION_DEPLOYS = _table(
    r"""
    deploy
    azure-?(?:webapp|function|container)
    kubernetesmanifest
    pypi-publish
    (?:publish|push)-docker
    docker-(?:publish|build-push|push)
    build-push-action
    build-and-push
    heroku
    appleboy/(?:ssh|scp)
    rsync
    helm-(?:upgrade|deploy)
    wrangler-action
    vercel-action
    app_action
    push-to-registry
    huggingface-?sync
    sync-(?:with-|to-)?(?:huggingface|hf)
    render-action
    terraform-apply
    dagster-cloud
    snok/install-poetry-publish
    python-semantic-release
    """,
    start=False,
)
ACTION_PAGES = _table(
    r"""
    pages
    docs?\b
    readthedocs
    preview
    """,
    start=False,
)
ACTION_CHECKS = {
    "data": _table(r"great[-_]expectations|soda|datacontract|deepchecks", start=False),
    "evaluation": _table(r"(?:setup-)?cml$|promptfoo|giskard|evaluat", start=False),
    "pipeline": _table(
        r"kfp|kubeflow|dagster|snakemake|nf-core|nf-test|aml-(?:run|compute)|databricks|flyte", start=False
    ),
    "policy": _table(r"mlops-lint|checkov", start=False),
}
DOCUMENTS = re.compile(r"(?i)\bdocs?\b|gh-pages|mkdocs|github\.io|documentation|sphinx|dry-?run|--help|--version")
"""What publishes pages about a program releases no program."""
