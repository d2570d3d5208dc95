"""Lines of Python to the subjects that the tables for data, trackers, registries, calls and services make of them."""

import ast
import re
from collections.abc import Iterator
from typing import Any

import pytest

from mlops_lint.extract.libraries import Condition, Fact, available, signature, table
from mlops_lint.extract.library_calls import library_calls
from mlops_lint.extract.python.module import Module
from mlops_lint.model import Location, Subject
from mlops_lint.roles import ROLES
from mlops_lint.subjects import KINDS

TABLES = sorted(
    available()
    & set(
        "aiohttp awswrangler azure bentoml boto3 builtins cudf dask datasets deltalake downloads dvc dvclive fireducks "
        "fsspec gcsfs geopandas google httpx huggingface_hub kagglehub mlflow modin numpy_io openml pandas polars "
        "pyarrow ray requests s3fs safetensors services sklearn_datasets skops sqlalchemy tensorflow_datasets tools "
        "torchvision urllib urllib3 wandb".split()
    )
)

Case = tuple[str, str, str, dict[str, Any] | None]
"""A sentence, the source, the kind, and fields of the last subject of that kind; None = there is no such subject."""

NOTHING: list[Case] = [
    ("an open of an unknown path for reading says nothing", "def f(p): open(p)", "read", None),
    ("an open of a file descriptor is no crash", "open(0)", "read", None),
    ("a mode that is not known is neither reading nor writing", "def f(m): open('a.csv', m)", "write", None),
    ("a method called open of something unknown is no file", "def f(x): x.open('w')", "write", None),
    ("a data frame to a text is no write", "import pandas as pd\npd.DataFrame().to_csv()", "write", None),
    ("a sample of something unknown is no draw", "import pandas\ndef f(x): x.sample(3)", "random_call", None),
    (
        "a method called get of something unknown is no call over the network",
        "import requests\ndef f(d): d.get('k')",
        "http_call",
        None,
    ),
    ("a name that is read from a dictionary is no SQL", "def f(c): c.execute('VACUUM')", "write", None),
    ("an SQL text of two tables is no read of one", "def f(c): c.execute('select * from a join b')", "read", None),
    (
        "uploading two things to something unknown is not S3",
        "import boto3\ndef f(b): b.upload_file('a', 'k')",
        "write",
        None,
    ),
    (
        "an artifact that was made before is not saved again",
        "import wandb\ndef f(a): wandb.log_artifact(a)",
        "model",
        None,
    ),
    ("importing MLflow alone is no tracking", "import mlflow", "use", None),
    ("a module of our own below a tool's name is not the tool", "from src.evidently import x", "use", None),
    ("a route is no service", "from fastapi import APIRouter\nr = APIRouter()", "service", None),
    (
        "loading a model from a run is no data under a path",
        "import mlflow\nmlflow.pyfunc.load_model('runs:/a/m')",
        "read",
        None,
    ),
]

FILES: list[Case] = [
    ("a CSV file is data", "open('data/train.csv')", "read", {"data": True, "uri": "data/train.csv"}),
    ("a settings file is no data", "open('config.yaml')", "read", {"data": False}),
    ("requirements.txt is no data", "open('requirements.txt')", "read", {"data": False}),
    ("of a JSON file we cannot tell", "open('x.json')", "read", {"data": None}),
    ("a JSON file named train is data", "open('squad/train-v2.json')", "read", {"data": True}),
    (
        "an extension tells though the folder is unknown",
        "def f(d): open(f'{d}/a.csv')",
        "read",
        {"data": True, "uri": None},
    ),
    ("a compressed file is read by default", "import gzip\ngzip.open('a.csv.gz')", "read", {"data": True}),
    ("mode w writes", "open('a.txt', 'w')", "write", {"appends": False, "dated": False, "mode": "w"}),
    ("mode a appends, wherever to", "def f(p): open(p, mode='ab')", "write", {"appends": True}),
    ("a name from the clock is dated", "import time\nopen(f'a{time.time()}', 'w')", "write", {"dated": True}),
    ("a path that is joined can be opened", "def f(n): (n / 'x').open('w')", "write", None),
    (
        "a path that is known can be opened",
        "from pathlib import Path\nD = Path('d')\n(D / 'a.csv').open()",
        "read",
        {"uri": "d/a.csv", "data": True, "library": "pathlib"},
    ),
    (
        "a path writes a text",
        "from pathlib import Path\nPath('o').joinpath('a.txt').write_text('x')",
        "write",
        {"uri": "o/a.txt", "appends": False},
    ),
    (
        "a parent of a path is a path",
        "from pathlib import Path\ndef f(p: Path): p.parent.write_text('x')",
        "write",
        {"library": "pathlib"},
    ),
    (
        "a copy reads one file and writes another",
        "import shutil\nshutil.copy('a.bin', 'b.bin')",
        "write",
        {"uri": "b.bin", "appends": False},
    ),
    ("a move writes its target", "import os\nos.replace('a.tmp', 'a.csv')", "write", {"uri": "a.csv"}),
    ("an archive is read", "import zipfile\nzipfile.ZipFile('a.zip')", "read", {"uri": "a.zip", "format": "archive"}),
]

SQL: list[Case] = [
    (
        "an insert appends",
        "def f(c): c.execute('INSERT INTO t VALUES (1)')",
        "write",
        {"appends": True, "uri": "table:t"},
    ),
    (
        "an upsert does not",
        "def f(c): c.execute('insert into t values (1) on conflict do nothing')",
        "write",
        {"appends": False},
    ),
    (
        "insert or replace does not",
        "def f(c): c.execute('INSERT OR REPLACE INTO t VALUES (1)')",
        "write",
        {"appends": False, "uri": "table:t"},
    ),
    (
        "a text of SQLAlchemy is the statement",
        "from sqlalchemy import text\ndef f(c): c.execute(text('INSERT INTO t VALUES (1)'))",
        "write",
        {"appends": True},
    ),
    (
        "one table that is selected from is read",
        "def f(c): c.execute('SELECT a FROM gold.t WHERE b > 1')",
        "read",
        {"uri": "table:gold.t", "data": True},
    ),
    (
        "a job that loads into BigQuery appends",
        "from google.cloud import bigquery\ndef f(d): bigquery.Client().load_table_from_dataframe(d, 'a.b')",
        "write",
        {"appends": True, "uri": "table:a.b"},
    ),
    (
        "with settings of its own we cannot tell",
        "from google.cloud.bigquery import Client\ndef f(d, j): Client().load_table_from_json(d, 't', job_config=j)",
        "write",
        {"appends": None},
    ),
]

FRAMES: list[Case] = [
    ("an array of numpy", "import numpy as np\nnp.load('a.npy')", "read", {"uri": "a.npy", "data": True}),
    (
        "an array of objects runs code",
        "import numpy as np\nnp.load('a.npy', allow_pickle=True)",
        "model_load",
        {"unsafe": True},
    ),
    (
        "a toy data set ships with scikit-learn",
        "from sklearn.datasets import load_iris\nload_iris()",
        "read",
        {"pinned": True, "hub": False},
    ),
    (
        "an active version of OpenML floats",
        "from sklearn.datasets import fetch_openml\nfetch_openml('x')",
        "read",
        {"pinned": False},
    ),
    ("an id does not", "from sklearn.datasets import fetch_openml\nfetch_openml(data_id=3)", "read", {"pinned": True}),
    (
        "pandas reads data",
        "import pandas as pd\npd.read_csv('a.csv')",
        "read",
        {"uri": "a.csv", "format": "csv", "data": True, "library": "pandas"},
    ),
    ("a path by keyword", "import pandas as pd\npd.read_parquet(path='s3://b/k')", "read", {"uri": "s3://b/k"}),
    ("a path that is no text is left out", "import pandas as pd\npd.read_csv(5)", "read", {"uri": None, "data": True}),
    (
        "a frame is followed through methods",
        "import pandas as pd\npd.read_csv('a').dropna().copy().to_parquet('b')",
        "write",
        {"uri": "b", "library": "pandas"},
    ),
    (
        "a frame of unknown origin is known by its method",
        "def f(df): df.to_csv('b.csv')",
        "write",
        {"uri": "b.csv", "library": "pandas"},
    ),
    (
        "what a group gives is known by its method",
        "import pandas as pd\npd.read_csv('a').groupby('x').agg('sum').to_csv('b')",
        "write",
        {"library": "pandas"},
    ),
    ("to_csv in mode a appends", "def f(df): df.to_csv('b.csv', mode='a')", "write", {"appends": True, "mode": "a"}),
    (
        "to_csv with the mode in its ninth place",
        "def f(df): df.to_csv('b', ',', '', None, None, True, True, None, 'a')",
        "write",
        {"appends": True},
    ),
    (
        "arguments that are handed on may hold a mode",
        "def f(df, **k): df.to_csv('b.csv', **k)",
        "write",
        {"appends": None},
    ),
    (
        "to_sql fails the second time by default",
        "def f(df, c): df.to_sql('t', c)",
        "write",
        {"appends": False, "uri": "table:t"},
    ),
    ("to_sql can append", "def f(df, c): df.to_sql('t', c, if_exists='append')", "write", {"appends": True}),
    ("to_hdf in mode a replaces its key", "def f(df): df.to_hdf('a.h5', key='k')", "write", {"appends": False}),
    (
        "a sheet that is replaced is not added",
        "import pandas as pd\npd.ExcelWriter('a.xlsx', mode='a', if_sheet_exists='replace')",
        "write",
        {"appends": False},
    ),
    (
        "a table by its name",
        "import pandas as pd\ndef f(c): pd.read_sql_table('t', c)",
        "read",
        {"uri": "table:t", "format": "sql"},
    ),
    (
        "a query of one table",
        "import pandas as pd\ndef f(c): pd.read_sql('select a, b from t order by a', c)",
        "read",
        {"uri": "table:t"},
    ),
    (
        "a query that is not known is data all the same",
        "import pandas as pd\ndef f(q, c): pd.read_sql(q, c)",
        "read",
        {"uri": None, "data": True},
    ),
    (
        "a pickle runs code",
        "import pandas as pd\npd.read_pickle('a.pkl')",
        "model_load",
        {"unsafe": True, "local": True},
    ),
    (
        "a sample draws from NumPy",
        "import pandas as pd\npd.read_csv('a').sample(frac=1)",
        "random_call",
        {"generator": "numpy", "seed": None},
    ),
    (
        "a seeded sample",
        "import pandas as pd\ndef f(df): df.sample(frac=1, random_state=3)",
        "random_call",
        {"seed": 3},
    ),
    ("modin is pandas", "import modin.pandas as pd\npd.read_csv('a.csv')", "read", {"uri": "a.csv"}),
    (
        "polars reads lazily",
        "import polars as pl\npl.scan_parquet('a').filter(True).sink_parquet('b')",
        "write",
        {"uri": "b", "library": "polars"},
    ),
    (
        "polars has a generator of its own",
        "import polars as pl\npl.read_csv('a').sample(3)",
        "random_call",
        {"generator": "polars", "seed": None},
    ),
    (
        "a version of a Delta table is fixed",
        "from deltalake import DeltaTable\nDeltaTable('t', version=3)",
        "read",
        {"pinned": True, "revision": 3},
    ),
    ("dask reads many files", "import dask.dataframe as dd\ndd.read_csv('a/*.csv')", "read", {"uri": "a/*.csv"}),
    (
        "pyarrow writes a file",
        "import pyarrow.parquet as pq\ndef f(t): pq.write_table(t, 'a.parquet')",
        "write",
        {"uri": "a.parquet", "appends": False},
    ),
]

HUBS: list[Case] = [
    (
        "a dataset without revision floats",
        "from datasets import load_dataset\nload_dataset('a/b')",
        "read",
        {"hub": True, "pinned": False, "revision": None},
    ),
    (
        "main is no revision",
        "from datasets import load_dataset\nload_dataset('a/b', revision='main')",
        "read",
        {"pinned": False},
    ),
    (
        "a commit is",
        "from datasets import load_dataset\nload_dataset('a/b', revision='5f3c9e1')",
        "read",
        {"pinned": True, "revision": "5f3c9e1"},
    ),
    (
        "a builder of files is local",
        "from datasets import load_dataset\nload_dataset('csv', data_files='a.csv')",
        "read",
        {"hub": False, "uri": "a.csv", "format": "csv"},
    ),
    ("a folder is local", "from datasets import load_dataset\nload_dataset('./a')", "read", {"hub": False}),
    (
        "a dataset that is not known may be of the hub",
        "from datasets import load_dataset\ndef f(n): load_dataset(n)",
        "read",
        {"hub": None, "data": True},
    ),
    (
        "a split of a dataset shuffles",
        "from datasets import load_dataset\nload_dataset('a/b')['train'].train_test_split(0.1)",
        "split",
        {"shuffles": True, "seed": None, "generator": "numpy"},
    ),
    (
        "a file of a dataset repository is data",
        "from huggingface_hub import hf_hub_download\nhf_hub_download('a/b', 'x.csv', repo_type='dataset')",
        "read",
        {"hub": True, "pinned": False},
    ),
    (
        "a file of a model repository is a model",
        "from huggingface_hub import hf_hub_download\nhf_hub_download('a/b', 'm.bin', revision='v1')",
        "model_load",
        {"hub": True, "pinned": True},
    ),
    (
        "whatever is pushed to the hub is kept there",
        "def f(m): m.push_to_hub('a/m')",
        "model",
        {"registered": True, "registry_name": "a/m"},
    ),
    (
        "a message is no name",
        "def f(m): m.push_to_hub('end of training')",
        "model",
        {"registered": True, "registry_name": None},
    ),
    (
        "a version of Kaggle",
        "import kagglehub\nkagglehub.dataset_download('a/b/versions/3')",
        "read",
        {"pinned": True, "revision": "3"},
    ),
    (
        "no version of Kaggle",
        "import kagglehub\nkagglehub.dataset_download('a/b')",
        "read",
        {"pinned": False, "hub": True},
    ),
    ("a version of TFDS", "import tensorflow_datasets as tfds\ntfds.load('mnist:3.0.1')", "read", {"pinned": True}),
    (
        "a toy of torchvision has a checksum",
        "from torchvision import datasets\ndatasets.MNIST('data')",
        "read",
        {"pinned": True, "hub": False, "uri": None},
    ),
    (
        "seaborn downloads its examples",
        "import seaborn as sns\nsns.load_dataset('tips')",
        "read",
        {"pinned": False, "hub": False},
    ),
    ("DVC pins what its own repository holds", "import dvc.api\ndvc.api.open('a.csv')", "read", {"pinned": True}),
    (
        "DVC does not pin what another holds",
        "import dvc.api\ndvc.api.read('a.csv', repo='https://x.org/r')",
        "read",
        {"pinned": False},
    ),
    (
        "unless told a revision",
        "import dvc.api\ndvc.api.read('a.csv', 'https://x.org/r', 'v1')",
        "read",
        {"pinned": True},
    ),
    (
        "a checksum pins a download",
        "import pooch\npooch.retrieve('https://x.org/a', known_hash='md5:1')",
        "read",
        {"pinned": True},
    ),
    ("an id of OpenML is one version", "import openml\nopenml.datasets.get_dataset(61)", "read", {"pinned": True}),
    ("a name of OpenML is the newest", "import openml\nopenml.datasets.get_dataset('iris')", "read", {"pinned": False}),
]

STORES: list[Case] = [
    (
        "an object of S3",
        "import boto3\nboto3.client('s3').download_file('b', 'k.csv', 'l.csv')",
        "read",
        {"uri": "s3://b/k.csv"},
    ),
    (
        "a download writes a file",
        "import boto3\nboto3.client('s3').download_file('b', 'k.csv', 'l.csv')",
        "write",
        {"uri": "l.csv"},
    ),
    (
        "a session has clients",
        "import boto3\ns = boto3.Session()\ns.client('s3').put_object(Bucket='b', Key='k')",
        "write",
        {"uri": "s3://b/k"},
    ),
    (
        "a version of an object",
        "import boto3\nboto3.client('s3').get_object(Bucket='b', Key='k', VersionId='7')",
        "read",
        {"pinned": True, "revision": "7"},
    ),
    (
        "a client that was handed in",
        "import boto3\ndef f(s3): s3.upload_file('l', 'b', 'k')",
        "write",
        {"uri": "s3://b/k", "library": "boto3"},
    ),
    (
        "a package of models is a registry",
        "import boto3\nboto3.client('sagemaker').create_model_package(ModelPackageGroupName='g')",
        "model",
        {"registered": True, "registry_name": "g"},
    ),
    (
        "a blob of Google",
        "from google.cloud import storage\nstorage.Client().bucket('b').blob('k').upload_from_filename('l')",
        "write",
        {"appends": False},
    ),
    (
        "a file system of S3 with or without scheme",
        "import s3fs\ns3fs.S3FileSystem().open('b/k', 'w')",
        "write",
        {"uri": "s3://b/k"},
    ),
    ("FTP is not checked", "import ftplib\nftplib.FTP('h.org')", "read", {"uri": "ftp://h.org", "verify": False}),
    (
        "host keys that are taken as they come",
        "import paramiko\nc = paramiko.SSHClient()\nc.set_missing_host_key_policy(paramiko.AutoAddPolicy())",
        "read",
        {"verify": False},
    ),
]

CALLS: list[Case] = [
    (
        "requests waits for ever",
        "import requests\nrequests.get('https://x.org')",
        "http_call",
        {"timeout": None, "client": "requests", "verify": True},
    ),
    ("unless told not to", "import requests\nrequests.get('https://x.org', timeout=3)", "http_call", {"timeout": 3}),
    (
        "arguments that are handed on may hold a timeout",
        "import requests\ndef f(**k): requests.get('https://x.org', **k)",
        "http_call",
        {"timeout": ...},
    ),
    (
        "so does a session",
        "import requests\nwith requests.Session() as s:\n    s.post('https://x.org')",
        "http_call",
        {"timeout": None, "method": "post"},
    ),
    (
        "a session of an object",
        "import requests\nclass A:\n def __init__(self): self.s = requests.Session()\n def f(self): self.s.get('u')",
        "http_call",
        {"timeout": None},
    ),
    (
        "a certificate that is not checked",
        "import requests\ndef f(u): requests.get(u, verify=False, timeout=1)",
        "http_call",
        {"verify": False},
    ),
    (
        "a URL of a data file is data",
        "import requests\nrequests.get('https://x.org/a.csv')",
        "read",
        {"data": True, "uri": "https://x.org/a.csv"},
    ),
    ("httpx has a limit", "import httpx\nhttpx.get('https://x.org')", "http_call", {"timeout": 5.0}),
    ("that can be taken off", "import httpx\nhttpx.get('https://x.org', timeout=None)", "http_call", {"timeout": None}),
    (
        "a client of httpx has the timeout",
        "import httpx\nhttpx.AsyncClient(timeout=None)",
        "http_call",
        {"timeout": None},
    ),
    (
        "its calls have it from there",
        "import httpx\nc = httpx.Client(timeout=None)\nc.get('u')",
        "http_call",
        {"timeout": ...},
    ),
    (
        "urlopen waits for ever",
        "from urllib.request import urlopen\nurlopen('https://x.org')",
        "http_call",
        {"timeout": None},
    ),
    (
        "with a timeout in its third place it does not",
        "from urllib.request import urlopen\nurlopen('https://x.org', None, 3)",
        "http_call",
        {"timeout": 3},
    ),
    (
        "urlretrieve takes none",
        "import urllib.request\nurllib.request.urlretrieve('http://x.org/a.zip', 'a.zip')",
        "http_call",
        {"timeout": None},
    ),
    ("a session of aiohttp has five minutes", "import aiohttp\naiohttp.ClientSession()", "http_call", {"timeout": 300}),
    (
        "a pool may have a timeout",
        "import urllib3\nurllib3.PoolManager(timeout=3).request('GET', 'u')",
        "http_call",
        {"timeout": ...},
    ),
]

MODELS: list[Case] = [
    (
        "a logged model has a version",
        "import mlflow.sklearn\ndef f(m): mlflow.sklearn.log_model(m, 'm')",
        "model",
        {"registered": True, "registry_name": None},
    ),
    (
        "a registered model has a name",
        "import mlflow\ndef f(m): mlflow.sklearn.log_model(m, 'm', registered_model_name='churn')",
        "model",
        {"registry_name": "churn"},
    ),
    (
        "and a registry",
        "import mlflow\nmlflow.register_model('runs:/a/m', 'churn')",
        "use",
        {"purpose": "registry", "tool": "mlflow"},
    ),
    (
        "a client of MLflow registers",
        "from mlflow.tracking import MlflowClient\nMlflowClient().create_model_version('churn', 's')",
        "model",
        {"registered": True},
    ),
    (
        "a saved model has none",
        "import mlflow\ndef f(m): mlflow.sklearn.save_model(m, 'out')",
        "model",
        {"registered": False, "uri": "out"},
    ),
    (
        "a version is fixed",
        "import mlflow\nmlflow.pyfunc.load_model('models:/churn/3')",
        "model_load",
        {"pinned": True, "revision": "3", "hub": True},
    ),
    (
        "the latest is not",
        "import mlflow\nmlflow.pyfunc.load_model('models:/churn/latest')",
        "model_load",
        {"pinned": False},
    ),
    (
        "a name alone is not",
        "import mlflow\nmlflow.pyfunc.load_model('models:/churn')",
        "model_load",
        {"pinned": False},
    ),
    (
        "an alias is moved on purpose",
        "import mlflow\nmlflow.pyfunc.load_model('models:/churn@champion')",
        "model_load",
        {"pinned": True},
    ),
    (
        "so is a stage",
        "import mlflow\nmlflow.pyfunc.load_model('models:/churn/Production')",
        "model_load",
        {"pinned": True},
    ),
    (
        "a run is fixed",
        "import mlflow\ndef f(r): mlflow.sklearn.load_model(f'runs:/{r}/model')",
        "model_load",
        {"pinned": True, "hub": True},
    ),
    (
        "the latest of an unknown name is not",
        "import mlflow\ndef f(n): mlflow.sklearn.load_model(f'models:/{n}/latest')",
        "model_load",
        {"pinned": False, "hub": True},
    ),
    (
        "of an unknown version we cannot tell",
        "import mlflow\ndef f(v): mlflow.sklearn.load_model(f'models:/churn/{v}')",
        "model_load",
        {"pinned": None, "hub": True},
    ),
    (
        "a folder is local",
        "import mlflow\nmlflow.sklearn.load_model('out/m')",
        "model_load",
        {"local": True, "hub": False, "pinned": None},
    ),
    (
        "an unknown model is loaded all the same",
        "import mlflow\ndef f(u): mlflow.sklearn.load_model(u)",
        "model_load",
        {"uri": None},
    ),
    (
        "an artifact of W&B is a model",
        "import wandb\nwandb.Artifact('churn', type='model')",
        "model",
        {"registered": True, "registry_name": "churn"},
    ),
    ("or data", "import wandb\nwandb.Artifact('rows', 'dataset')", "write", {"appends": False, "uri": "rows"}),
    (
        "the latest artifact floats",
        "import wandb\nrun = wandb.init()\nrun.use_artifact('rows:latest')",
        "read",
        {"hub": True, "pinned": False},
    ),
    (
        "a numbered artifact does not",
        "import wandb\nwandb.use_artifact('rows:v3')",
        "read",
        {"pinned": True, "revision": "v3"},
    ),
    (
        "a model of W&B is loaded",
        "import wandb\nwandb.use_artifact('m:v3', type='model')",
        "model_load",
        {"pinned": True},
    ),
    (
        "a store of BentoML",
        "import bentoml\ndef f(m): bentoml.sklearn.save_model('churn', m)",
        "model",
        {"registered": True, "registry_name": "churn"},
    ),
    (
        "its latest model floats",
        "import bentoml\nbentoml.sklearn.load_model('churn:latest')",
        "model_load",
        {"pinned": False},
    ),
    ("a tag without version floats", "import bentoml\nbentoml.models.get('churn')", "model_load", {"pinned": False}),
    (
        "a model that DVCLive keeps",
        "from dvclive import Live\nLive().log_artifact('m.pkl', type='model', name='churn')",
        "model",
        {"registered": True, "uri": "m.pkl"},
    ),
    (
        "skops trusts all types",
        "import skops.io as sio\nsio.load('m.skops', trusted=True)",
        "model_load",
        {"unsafe": True},
    ),
    (
        "safetensors hold no code",
        "from safetensors.torch import load_file\nload_file('m.safetensors')",
        "model_load",
        {"unsafe": False},
    ),
]

TOOLS: list[Case] = [
    (
        "a run of MLflow is tracked",
        "import mlflow\nmlflow.start_run()",
        "use",
        {"purpose": "tracking", "tool": "mlflow"},
    ),
    ("autolog of a flavour tracks", "import mlflow\nmlflow.sklearn.autolog()", "use", {"purpose": "tracking"}),
    (
        "TensorBoard is known by its import",
        "from torch.utils.tensorboard import SummaryWriter",
        "use",
        {"purpose": "tracking", "tool": "tensorboard"},
    ),
    ("a check of data", "import patito as pt", "use", {"purpose": "data-check", "tool": "patito"}),
    ("a search", "from sklearn.model_selection import GridSearchCV", "use", {"purpose": "search", "tool": "sklearn"}),
    ("FastAPI serves", "from fastapi import FastAPI\napp = FastAPI()", "service", {"framework": "fastapi"}),
    ("Flask serves", "import flask\napp = flask.Flask(__name__)", "service", {"framework": "flask"}),
    (
        "a decorator with arguments serves",
        "import bentoml\n@bentoml.service(workers=2)\nclass S: ...",
        "service",
        {"framework": "bentoml"},
    ),
    (
        "a bare decorator serves",
        "from ray import serve\n@serve.deployment\nclass S: ...",
        "service",
        {"framework": "ray-serve"},
    ),
]

LINKS = [
    ("a URI is a dataset", "import pandas as pd\npd.read_csv('s3://b/k.csv')", ("reads", "dataset:s3://b/k.csv")),
    ("a path is resolved by the linker", "open('a.csv')", ("reads", "path:a.csv")),
    (
        "a path from the file is a dataset",
        "from pathlib import Path\n(Path(__file__).parent / 'a.csv').read_text()",
        ("reads", "dataset:src/a.csv"),
    ),
    ("a dataset of the hub", "from datasets import load_dataset\nload_dataset('a/b')", ("reads", "dataset:hf://a/b")),
    (
        "an artifact without its alias",
        "import wandb\nwandb.use_artifact('a/b/rows:v3')",
        ("reads", "dataset:wandb-artifact://a/b/rows"),
    ),
    (
        "a model by its registered name",
        "import mlflow\nmlflow.register_model('runs:/a/m', 'churn')",
        ("saves", "model:churn"),
    ),
    (
        "the same model where it is loaded",
        "import mlflow\nmlflow.pyfunc.load_model('models:/churn@champion')",
        ("loads", "model:churn"),
    ),
    ("a tag of BentoML", "import bentoml\nbentoml.sklearn.load_model('churn:latest')", ("loads", "model:churn")),
    ("a table", "def f(df, c): df.to_sql('users', c)", ("writes", "dataset:table:users")),
]


def cases(*groups: list[Case]) -> list[Any]:
    """Gives the cases under their sentences."""
    return [pytest.param(*case[1:], id=case[0]) for group in groups for case in group]


def subjects(source: str) -> list[Subject]:
    """Gives what the tables make of a module `src/a.py`."""
    tree = ast.parse(source)

    def locate(node: ast.AST) -> Location:
        return Location("src/a.py", getattr(node, "lineno", 1), getattr(node, "col_offset", 0) + 1)

    return list(library_calls(Module("src/a.py", "source", tree, source, locate)))


@pytest.mark.parametrize(
    ("source", "kind", "expected"), cases(NOTHING, FILES, SQL, FRAMES, HUBS, STORES, CALLS, MODELS, TOOLS)
)
def test_a_line_says(source: str, kind: str, expected: dict[str, Any] | None) -> None:
    found = [one for one in subjects(source) if one.kind == kind]
    if expected is None:
        assert found == []
        return
    assert found, f"no {kind}"
    fields = found[-1].fields
    for field, value in expected.items():
        # `...` stands for what cannot be known where absence is a value of its own.
        if value is ...:
            assert field not in fields
        else:
            assert fields.get(field) == value, field


@pytest.mark.parametrize(("source", "link"), [pytest.param(*case[1:], id=case[0]) for case in LINKS])
def test_a_line_links(source: str, link: tuple[str, str]) -> None:
    assert link in [(one.role, one.symbol) for subject in subjects(source) for one in subject.links]


@pytest.mark.parametrize("root", TABLES)
def test_a_table_speaks_of_kinds_and_parameters_that_exist(root: str) -> None:
    for entry in table(root).entries:
        names = {parameter.name for parameter in signature(entry.signature)} | {"self"}
        for fact in entry.facts:
            assert set(fact.set) <= set(KINDS[fact.kind].__struct_fields__), entry.calls
            assert set(fact.links) <= set(ROLES), entry.calls
            assert set(_parameters(fact)) <= names, entry.calls


@pytest.mark.parametrize("root", TABLES)
def test_a_method_that_is_recognised_anywhere_names_its_library(root: str) -> None:
    for entry in (one for one in table(root).entries if one.anywhere):
        for fact in entry.facts:
            if "library" in KINDS[fact.kind].__struct_fields__ and root not in ("builtins", "huggingface_hub"):
                assert "library" in fact.set, entry.calls


@pytest.mark.parametrize("root", TABLES)
def test_a_table_names_nothing_twice(root: str) -> None:
    calls = [name for entry in table(root).entries for name in entry.calls]
    assert sorted(calls) == sorted(set(calls))


def test_every_table_that_another_needs_exists() -> None:
    assert {name for root in TABLES for name in table(root).also} <= available()
    assert set(table("tools").markers) <= available()


def _parameters(fact: Fact) -> Iterator[str]:
    yield from _of_condition(fact.when)
    for spec in (*fact.set.values(), *fact.links.values()):
        if isinstance(spec, Condition):
            yield from _of_condition(spec)
        elif isinstance(spec, str):
            yield from ([spec[1:]] if spec.startswith("$") else re.findall(r"{(\w+)[~}]", spec))


def _of_condition(condition: Condition | None) -> Iterator[str]:
    if condition is not None:
        if condition.if_ is not None:
            yield condition.if_
        for pattern in (condition.matches, condition.outline):
            re.compile(pattern or "")
        for inner in (*(condition.all or ()), *(condition.any or ()), condition.not_):
            yield from _of_condition(inner)
