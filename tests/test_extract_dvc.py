"""DVC files and the settings that stages and code take: what one file tells of them."""

import textwrap
from pathlib import Path

import pytest

from mlops_lint.extract import extract
from mlops_lint.fixture import Case, read
from mlops_lint.model import Subject
from mlops_lint.parse.tree import plain
from mlops_lint.parse.yaml import parse

FIXTURES = Path(__file__).parent.parent / "fixtures" / "extract"
CASES = [
    pytest.param(case, id=f"{name}: {case.heading}")
    for name in ("dvc", "config_keys")
    for case in read(FIXTURES / f"{name}.md").cases
]


@pytest.mark.parametrize("case", CASES)
def test_a_repository_holds_what_its_fixture_says(case: Case) -> None:
    stated = plain(parse(case.block("facts").text.encode())[0])
    expected = stated if isinstance(stated, list) else []
    kinds = {one["kind"] for one in expected} if expected else set(stated)
    files = [block for block in case.blocks if block.path != "facts"]
    found = {
        (one.kind, one.name, one.location.line): one
        for block in files
        for one in extract(block.path, block.text.encode()).subjects
        if one.kind in kinds
    }
    assert set(found) == {(one["kind"], one["name"], one["line"]) for one in expected}
    for one in expected:
        subject = found[one["kind"], one["name"], one["line"]]
        fields = {name: list(v) if isinstance(v, tuple) else v for name, v in subject.fields.items()}
        assert {name: fields.get(name) for name in one.get("fields", {})} == one.get("fields", {})
        assert set(one.get("links", ())) <= {f"{link.role} {link.symbol}" for link in subject.links}


def subjects(text: str, path: str = "dvc.yaml") -> dict[str, Subject]:
    facts = extract(path, textwrap.dedent(text).encode())
    assert facts.problems == ()
    kinds = {"pipeline", "task", "dataset", "model", "config_key"}
    return {one.symbol: one for one in facts.subjects if one.kind in kinds and one.symbol is not None}


def tasks(text: str, path: str = "dvc.yaml") -> dict[str, Subject]:
    return {one.name: one for one in subjects(text, path).values() if one.kind == "task"}


def linked(subject: Subject, role: str) -> list[str]:
    return [link.symbol for link in subject.links if link.role == role]


PIPELINE = """\
    stages:
      prepare:
        cmd: python src/prepare.py data/raw.csv
        deps: [src/prepare.py, data/raw.csv]
        params: [prepare.split]
        outs: [data/prepared]
      train:
        cmd:
          - python src/train.py
          - python -m src.report
        deps: [data/prepared/train.csv]
        params:
          - seed
          - settings/model.yaml: [lr, layers.0.units]
          - whole.json:
        outs:
          - models:
              persist: true
        metrics:
          - metrics.json:
              cache: false
      publish:
        cmd: ./publish.sh
        deps: [.]
"""


def test_a_stage_is_a_task_of_the_pipeline_with_its_inputs_outputs_settings_and_code() -> None:
    found = subjects(PIPELINE)
    pipeline = found["pipeline:dvc.yaml"].fields
    assert {"framework": "dvc", "managed": True, "schedule": None, "triggers": (), "schedulable": False}.items() <= (
        pipeline.items()
    )
    prepare = found["task:dvc.yaml#prepare"]
    assert prepare.location.line == 2
    assert prepare.fields["command"] == "python src/prepare.py data/raw.csv"
    assert (prepare.fields["lineage"], prepare.fields["retryable"], prepare.fields["timed"]) == (True, False, False)
    assert linked(prepare, "part_of") == ["pipeline:dvc.yaml"]
    assert linked(prepare, "reads") == ["dataset:data/raw.csv"]
    assert linked(prepare, "needs") == ["file:src/prepare.py", "file:data/raw.csv", "file:params.yaml"]
    assert linked(prepare, "writes") == ["dataset:data/prepared"]
    assert linked(prepare, "uses") == ["config:params.yaml#prepare.split"]
    assert linked(prepare, "runs") == ["file:src/prepare.py"]


def test_each_link_says_where_it_stands() -> None:
    train = tasks(PIPELINE)["train"]
    assert {link.symbol: link.location.line for link in train.links if link.role == "uses" and link.location} == {
        "config:params.yaml#seed": 13,
        "config:settings/model.yaml#lr": 14,
        "config:settings/model.yaml#layers": 14,
    }


def test_several_commands_are_all_read() -> None:
    train = tasks(PIPELINE)["train"]
    assert train.fields["command"] == "python src/train.py\npython -m src.report"
    assert linked(train, "runs") == ["file:src/train.py"]
    assert linked(train, "starts") == ["module:src.report"]


def test_a_file_of_settings_that_is_taken_whole_is_loaded() -> None:
    assert linked(tasks(PIPELINE)["train"], "loads") == ["file:whole.json"]


def test_a_stage_waits_for_the_one_whose_output_holds_what_it_reads() -> None:
    assert linked(tasks(PIPELINE)["train"], "depends_on") == ["task:dvc.yaml#prepare"]


def test_a_stage_waits_for_one_whose_output_lies_in_what_it_reads() -> None:
    text = """\
        stages:
          a: {cmd: a, outs: [data/x/y, database]}
          b: {cmd: b, deps: [data/]}
    """
    assert linked(tasks(text)["b"], "depends_on") == ["task:dvc.yaml#a"]


def test_a_stage_waits_for_one_that_makes_its_settings_whose_keys_are_then_unknown() -> None:
    text = """\
        stages:
          tune: {cmd: tune, outs: [best/params.json]}
          train: {cmd: train, params: [{best/params.json: [lr]}]}
    """
    train = tasks(text)["train"]
    assert linked(train, "depends_on") == ["task:dvc.yaml#tune"]
    assert linked(train, "uses") == []


def test_what_dvc_caches_has_a_version_and_what_it_does_not_is_for_git() -> None:
    found = subjects(PIPELINE)
    assert found["dataset:models"].fields["versioned_by"] == "dvc"
    assert found["dataset:models"].fields["cached"] is True
    assert found["dataset:metrics.json"].fields["cached"] is False
    assert "versioned_by" not in found["dataset:metrics.json"].fields


def test_persistent_outputs_are_named() -> None:
    assert tasks(PIPELINE)["train"].fields["persistent"] == ("models",)
    assert tasks(PIPELINE)["prepare"].fields["persistent"] == ()


def test_paths_are_those_of_the_working_directory_below_the_folder_of_the_file() -> None:
    text = """\
        stages:
          get:
            wdir: ../data
            cmd: python get.py
            deps: [get.py, ../shared/list.txt, ../../outside.csv, s3://bucket/raw, /mnt/raw]
            params: [rows]
            outs: [./raw/]
    """
    get = tasks(text, "pipe/dvc.yaml")["get"]
    assert get.fields["folder"] == "data"
    assert linked(get, "needs") == ["file:data/get.py", "file:shared/list.txt", "file:data/params.yaml"]
    assert linked(get, "reads") == ["dataset:shared/list.txt", "dataset:s3://bucket/raw", "dataset:/mnt/raw"]
    assert linked(get, "writes") == ["dataset:data/raw"]
    assert linked(get, "uses") == ["config:data/params.yaml#rows"]
    assert linked(get, "runs") == ["file:data/get.py"]


def test_local_variables_are_filled_in() -> None:
    text = """\
        vars:
          - base: out
          - model: {names: [a, b], fast: true}
        stages:
          train:
            cmd: python train.py --fast ${model.fast} ${model.names[1]} \\${HOME}
            outs: ["${base}/${model.names.0}.pkl"]
    """
    train = tasks(text)["train"]
    assert train.fields["command"] == "python train.py --fast true b ${HOME}"
    assert linked(train, "writes") == ["dataset:out/a.pkl"]
    assert linked(train, "uses") == []


def test_a_variable_of_the_params_file_is_used_and_what_it_makes_is_unknown() -> None:
    text = """\
        stages:
          train:
            cmd: python train.py --lr ${train.lr}
            deps: ["${data.path}", raw.csv]
            outs: [model.pkl]
    """
    train = tasks(text, "ml/dvc.yaml")["train"]
    assert linked(train, "uses") == ["config:ml/params.yaml#data.path", "config:ml/params.yaml#train.lr"]
    assert linked(train, "reads") == ["dataset:ml/raw.csv"]
    assert linked(train, "runs") == ["file:ml/train.py"]
    assert "command" not in train.fields
    assert "lineage" not in train.fields


def test_a_variable_belongs_to_the_file_that_vars_takes_it_from() -> None:
    text = """\
        vars: ["config.yaml:paths"]
        stages:
          a: {cmd: "a ${paths.raw} ${lr}"}
    """
    assert linked(tasks(text)["a"], "uses") == ["config:config.yaml#paths.raw", "config:params.yaml#lr"]
    assert linked(tasks(text)["a"], "needs") == ["file:config.yaml"]


def test_a_variable_that_may_be_of_several_files_is_of_none() -> None:
    text = """\
        vars: [config.yaml]
        stages:
          a: {cmd: "a ${lr}"}
          b: {cmd: "b ${x}", vars: [{x: 1}]}
    """
    found = tasks(text)
    assert linked(found["a"], "uses") == []
    assert linked(found["a"], "loads") == ["file:config.yaml"]
    assert found["b"].fields["command"] == "b 1"


def test_foreach_over_a_list_is_one_task_an_item() -> None:
    text = """\
        stages:
          clean:
            foreach: [raw, labels]
            do: {cmd: "clean ${item}", outs: ["clean/${item}.csv"]}
          nested:
            foreach: [{n: 1}, {n: 2}]
            do: {cmd: "run ${item.n}"}
    """
    found = tasks(text)
    assert list(found) == ["clean@raw", "clean@labels", "nested@0", "nested@1"]
    assert linked(found["clean@labels"], "writes") == ["dataset:clean/labels.csv"]
    assert found["nested@1"].fields["command"] == "run 2"
    assert {one.location.line for one in found.values()} == {2, 5}


def test_foreach_over_a_mapping_has_keys_and_items() -> None:
    text = """\
        vars: [{models: {us: {epochs: 3}, eu: {epochs: 4}}}]
        stages:
          train:
            foreach: ${models}
            do: {cmd: "train ${key} ${item.epochs}"}
    """
    assert {name: one.fields["command"] for name, one in tasks(text).items()} == {
        "train@us": "train us 3",
        "train@eu": "train eu 4",
    }


def test_foreach_over_what_another_file_holds_is_one_task_with_the_pattern_as_its_name() -> None:
    text = """\
        stages:
          train:
            foreach: ${models}
            do:
              cmd: python train.py ${item}
              deps: [train.py, "in/${item}.csv"]
    """
    found = tasks(text)
    assert list(found) == ["train@${item}"]
    assert linked(found["train@${item}"], "uses") == ["config:params.yaml#models"]
    assert linked(found["train@${item}"], "runs") == ["file:train.py"]
    assert linked(found["train@${item}"], "reads") == []
    assert "lineage" not in found["train@${item}"].fields


def test_a_matrix_is_one_task_a_combination() -> None:
    text = """\
        stages:
          grid:
            matrix:
              size: [1, 2]
              opt: [{lr: 0.1}, {lr: 0.2}]
            cmd: fit ${item.size} ${item.opt.lr}
    """
    found = tasks(text)
    assert list(found) == ["grid@1-opt0", "grid@1-opt1", "grid@2-opt0", "grid@2-opt1"]
    assert found["grid@2-opt1"].fields["command"] == "fit 2 0.2"


def test_a_matrix_of_too_many_combinations_stays_one_task() -> None:
    numbers = ", ".join(map(str, range(40)))
    text = f"""\
        stages:
          grid:
            matrix: {{a: [{numbers}], b: [{numbers}]}}
            cmd: fit ${{item.a}}
    """
    assert list(tasks(text)) == ["grid@${item}"]


def test_plots_and_metrics_of_the_file_share_the_version_of_the_output_that_holds_them() -> None:
    text = """\
        stages:
          eval: {cmd: eval, outs: [out]}
        metrics: [out/metrics.json, other.json]
        plots:
          - images
          - roc:
              y: {out/roc.json: tpr}
    """
    found = subjects(text)
    assert found["dataset:out/metrics.json"].fields["versioned_by"] == "dvc"
    assert found["dataset:out/roc.json"].fields["versioned_by"] == "dvc"
    assert "versioned_by" not in found["dataset:other.json"].fields
    assert "dataset:images" in found
    assert "dataset:roc" not in found


def test_an_artifact_of_type_model_is_a_registered_model() -> None:
    text = """\
        artifacts:
          churn: {path: models/churn.pkl, type: model}
          raw: {path: data/raw.csv, type: dataset}
    """
    found = subjects(text, "ml/dvc.yaml")
    assert list(found) == ["model:churn"]
    assert found["model:churn"].fields["uri"] == "ml/models/churn.pkl"
    assert found["model:churn"].fields["registered"] is True


def test_a_named_dataset_is_what_it_stands_for() -> None:
    text = """\
        datasets:
          - {name: web, type: url, url: s3://bucket/web.csv}
          - {name: lib, type: dvc, url: git@github.com:org/data.git, path: lib.csv}
        stages:
          a: {cmd: a, deps: [ds://web, ds://lib]}
    """
    assert linked(tasks(text)["a"], "reads") == [
        "dataset:s3://bucket/web.csv",
        "dataset:ssh://git@github.com/org/data.git#lib.csv",
    ]


def test_what_is_no_pipeline_says_nothing_and_raises_nothing() -> None:
    for text in ("", "- a", "stages: 3", "stages: {a: b}", "stages: {a: {foreach: x}}", "vars: x\nplots: {a: }"):
        assert [one for one in subjects(text).values() if one.kind in ("task", "pipeline")] == []


def test_broken_sections_of_a_stage_are_left_out() -> None:
    text = """\
        stages:
          a: {cmd: {x: y}, deps: {a: b}, outs: [[x], {o: 3}], params: [[k], {f: {x: y}}], wdir: [x], matrix: [1]}
          b: {cmd: ~, deps: ~, outs: [~, "${"], foreach: [1, [2]], do: {cmd: "b ${item.x.y} ${}"}}
    """
    assert list(tasks(text)) == ["a@${item}", "b@0", "b@1"]


def test_a_tracked_file_has_the_version_that_its_dvc_file_fixes() -> None:
    text = """\
        wdir: ../models
        outs:
        - md5: 0123456789abcdef0123456789abcdef
          size: 3
          path: model.onnx
    """
    found = subjects(text, "week/dvcfiles/model.dvc")
    assert list(found) == ["dataset:week/models/model.onnx"]
    assert found["dataset:week/models/model.onnx"].fields["versioned_by"] == "dvc"
    assert found["dataset:week/models/model.onnx"].location.line == 5


def test_a_dvc_file_without_a_checksum_fixes_nothing() -> None:
    assert "versioned_by" not in subjects("outs: [{path: x.csv, hash: md5}]", "x.csv.dvc")["dataset:x.csv"].fields


def test_an_import_is_fixed_by_its_revision_and_so_is_where_it_comes_from() -> None:
    text = """\
        frozen: true
        deps:
        - path: data/raw.csv
          repo: {url: https://example.org/registry, rev_lock: abc123}
        outs:
        - path: raw.csv
    """
    found = subjects(text, "data/raw.csv.dvc")
    assert {symbol: one.fields.get("versioned_by") for symbol, one in found.items()} == {
        "dataset:data/raw.csv": "dvc",
        "dataset:https://example.org/registry#data/raw.csv": "dvc",
    }


def test_a_configuration_file_defines_each_of_its_keys() -> None:
    found = subjects("train:\n  lr: 0.1\n  layers: [a, b]\n  api_key: x\n  path: ${data}/x\n", "params.yaml")
    assert {one.name: (one.location.line, one.fields.get("value", "unset")) for one in found.values()} == {
        "train": (1, "unset"),
        "train.lr": (2, 0.1),
        "train.layers": (3, ("a", "b")),
        "train.api_key": (4, "unset"),
        "train.path": (5, "unset"),
    }
    assert list(found)[1] == "config:params.yaml#train.lr"
    assert all(one.fields["defined"] is True for one in found.values())


def test_a_configuration_file_gives_all_its_keys_or_none() -> None:
    assert subjects("\n".join(f"k{index}: 1" for index in range(2_001)), "params.yaml") == {}
    assert subjects("a: 1\n'{{ b }}': 2\n", "params.yaml") == {}
    assert subjects("a: 1\n---\nb: 2\n", "conf/a.yaml") == {}


def test_manifests_and_hidden_folders_are_no_configuration_of_the_project() -> None:
    assert subjects("apiVersion: v1\nkind: Service\n", "config/service.yaml") == {}
    assert subjects("version: 2\n", ".circleci/config.yml") == {}


def reads(text: str, path: str = "src/train.py") -> dict[str, bool | None]:
    """Gives the symbol of each setting that is taken, and whether it must be there."""
    found = {symbol: one for symbol, one in subjects(text, path).items() if one.kind == "config_key"}
    required = {symbol.removeprefix("config:"): "defined" in one.fields or None for symbol, one in found.items()}
    return {symbol: needed for symbol, needed in required.items() if not symbol.endswith("#*")}


def test_a_file_of_which_anything_may_be_taken_is_taken_as_a_whole() -> None:
    text = """\
        import yaml
        params = yaml.safe_load(open("params.yaml"))
        print(params[name()], params["a"])
    """
    assert "config:~params.yaml#*" in subjects(text, "src/train.py")


def test_a_chain_of_literal_keys_is_a_setting_that_is_taken() -> None:
    text = """\
        import yaml
        params = yaml.safe_load(open("params.yaml"))
        lr = params["train"]["lr"]
    """
    found = subjects(text, "src/train.py")["config:~params.yaml#train.lr"]
    assert (found.name, found.location.line, found.location.column) == ("train.lr", 3, 6)
    assert found.fields == {"file": "params.yaml", "key": "train.lr", "defined": False}
    assert linked(found, "within") == ["function:src.train.<module>"]


def test_every_way_to_load_a_file_by_name_is_known() -> None:
    text = """\
        import json, tomllib, yaml, dvc.api
        from pathlib import Path
        with open("params.json") as f:
            a = json.load(f)
        with open("params.toml", "rb") as f:
            b = tomllib.load(f)
        c = yaml.safe_load(Path("conf/a.yaml").read_text())
        d = yaml.load(Path(__file__).parent / "params.yaml", Loader=yaml.SafeLoader)
        e = dvc.api.params_show()
        def load(path, mode="r"):
            with open(path, mode) as f:
                return yaml.safe_load(f) or {}
        g = load("config.yaml")
        print(a["a"], b["b"], c["c"], d["d"], e["e"], g["g"])
    """
    assert list(reads(text)) == [
        "~params.json#a",
        "~params.toml#b",
        "~conf/a.yaml#c",
        "src/params.yaml#d",
        "~params.yaml#e",
        "~config.yaml#g",
    ]


def test_a_part_that_is_named_is_followed() -> None:
    text = """\
        import yaml
        class Run:
            def __init__(self):
                with open("params.yaml") as f:
                    self.params = yaml.safe_load(f)["train"]
            def fit(self):
                model = self.params["model"]
                return model["depth"], Forest(**self.params["forest"])
    """
    assert list(reads(text)) == ["~params.yaml#train.model.depth", "~params.yaml#train.forest"]


def test_a_key_that_cannot_be_known_ends_the_chain() -> None:
    text = """\
        import yaml
        params = yaml.safe_load(open("params.yaml"))
        for name in names():
            print(params["models"][name]["lr"], params[name])
    """
    assert list(reads(text)) == ["~params.yaml#models"]


def test_a_key_that_the_code_can_do_without_need_not_be_there() -> None:
    text = """\
        import yaml
        params = yaml.safe_load(open("params.yaml"))
        params.get("a", 1)
        params.get("b", {})["c"]
        if "d" in params:
            use(params["d"])
        params["e"] = 1
        use(params["e"])
        try:
            use(params["f"])
        except KeyError:
            pass
        use(params["g"])
    """
    assert reads(text) == {f"~params.yaml#{key}": None for key in ("a", "b.c", "d", "e", "f")} | {
        "~params.yaml#g": True
    }


def test_what_may_be_another_file_is_left_out() -> None:
    text = """\
        import sys, json, yaml
        params = yaml.safe_load(open("params.yaml"))
        params = yaml.safe_load(open("config.yaml"))
        other = yaml.safe_load(open(sys.argv[1]))
        data = json.load(open("data/labels.json"))
        def f(config):
            return config["x"]
        print(params["a"], other["b"], data["c"], [params["d"] for params in rows()], f(params))
    """
    assert reads(text) == {}
