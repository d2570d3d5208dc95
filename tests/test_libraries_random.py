"""Lines of Python to the subjects that the tables for randomness, splits, training and models make of them."""

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

TABLES = (
    "accelerate catboost cloudpickle diffusers dill imblearn jax joblib keras lightgbm lightning lightning_fabric "
    "numpy optuna peft pickle pyspark pytorch_lightning random scipy sklearn tensorflow tf_keras torch transformers "
    "trl umap xgboost yaml"
).split()

Case = tuple[str, str, str, dict[str, Any] | None]
"""A sentence, the source, the kind, and fields of the last subject of that kind; None = there is no such subject."""

NOTHING: list[Case] = [
    (
        "a generator that is seeded is no seed of the process",
        "import torch\ntorch.Generator().manual_seed(0)",
        "seed_call",
        None,
    ),
    (
        "a method called seed of something unknown is no seed call",
        "import random\ndef f(env): env.seed(3)",
        "seed_call",
        None,
    ),
    (
        "the system's randomness is not for experiments",
        "import random\nrandom.SystemRandom().choice(x)",
        "random_call",
        None,
    ),
    (
        "a draw from an own generator is not one more",
        "import random\ndef f(r: random.Random): r.random()",
        "random_call",
        None,
    ),
    (
        "a draw from numpy's new generator is not one more",
        "import numpy as np\ndef f(rng: np.random.Generator): rng.normal()",
        "random_call",
        None,
    ),
    (
        "a loader that does not shuffle draws nothing",
        "from torch.utils.data import DataLoader\nDataLoader(d)",
        "random_call",
        None,
    ),
    (
        "an encoder of the target learns nothing from rows",
        "from sklearn.preprocessing import LabelEncoder\nLabelEncoder().fit_transform(y)",
        "transform",
        None,
    ),
    (
        "a normaliser of single rows learns nothing",
        "from sklearn.preprocessing import Normalizer\nNormalizer().fit(X)",
        "transform",
        None,
    ),
    (
        "random projections look at the shape alone",
        "from sklearn.random_projection import SparseRandomProjection as S\nS().fit(X)",
        "transform",
        None,
    ),
    (
        "a transformation that is fitted is no training",
        "from sklearn.preprocessing import StandardScaler\nStandardScaler().fit(X)",
        "training",
        None,
    ),
    ("a model that is fitted is no transformation", "from sklearn.svm import SVC\nSVC().fit(X, y)", "transform", None),
    (
        "a scaler is no estimator that could be seeded",
        "from sklearn.preprocessing import StandardScaler\nStandardScaler()",
        "estimator",
        None,
    ),
    (
        "a fit of something unknown is not said to train",
        "import sklearn\ndef f(m, X, y): m.fit(X, y)",
        "training",
        None,
    ),
    (
        "a pipeline without a target may be preprocessing",
        "from sklearn.pipeline import make_pipeline\nmake_pipeline(a).fit(X)",
        "training",
        None,
    ),
    (
        "setting a network to training mode trains nothing",
        "import torch\ndef f(model): model.train()",
        "training",
        None,
    ),
    (
        "a fit in a file with Keras may be that of another library",
        "import keras\ndef f(m): m.fit(X, y)",
        "training",
        None,
    ),
    (
        "folds by a splitter are the splitter's subject",
        "from sklearn.model_selection import cross_val_score\ncross_val_score(m, X, cv=s)",
        "split",
        None,
    ),
    (
        "a tokeniser that is saved is no model",
        "from transformers import AutoTokenizer as T\nT.from_pretrained('a/b').save_pretrained('o')",
        "model",
        None,
    ),
    ("data that is pickled is no model", "import pickle\npickle.dump(x, open('a.pkl', 'wb'))", "model", None),
    (
        "a document that is loaded safely is no model",
        "import yaml\nyaml.load(open('a'), Loader=yaml.SafeLoader)",
        "model_load",
        None,
    ),
    ("bytes between processes are no model", "import pickle\ndef f(b): pickle.loads(b)", "model_load", None),
    ("an array without objects is no model", "import numpy as np\nnp.load('a.npy')", "model_load", None),
    (
        "a model that is handed to a pipeline is not loaded by it",
        "from transformers import pipeline\ndef f(m): pipeline('ner', model=m)",
        "model_load",
        None,
    ),
    (
        "a study with a sampler is seeded by the sampler",
        "import optuna\noptuna.create_study(sampler=s)",
        "estimator",
        None,
    ),
]

SEEDS: list[Case] = [
    (
        "python is seeded",
        "import random\nrandom.seed(3)",
        "seed_call",
        {"generators": ("python",), "seed": 3, "clock": False},
    ),
    ("a seed may be the clock", "import random, time\nrandom.seed(time.time())", "seed_call", {"clock": True}),
    ("no seed is entropy", "import numpy as np\nnp.random.seed()", "seed_call", {"seed": None, "clock": True}),
    (
        "a seed from elsewhere is not known",
        "import numpy as np\ndef f(s): np.random.seed(s)",
        "seed_call",
        {"seed": ..., "clock": False},
    ),
    (
        "a constant is a seed",
        "import torch\nSEED = 7\ntorch.manual_seed(SEED)",
        "seed_call",
        {"generators": ("torch",), "seed": 7},
    ),
    ("torch can seed itself from entropy", "import torch\ntorch.seed()", "seed_call", {"seed": None, "clock": True}),
    (
        "the generator of the device is another",
        "import torch\ntorch.cuda.manual_seed_all(1)",
        "seed_call",
        {"generators": ("cuda",)},
    ),
    (
        "tensorflow is seeded by its old name too",
        "import tensorflow as tf\ntf.set_random_seed(1)",
        "seed_call",
        {"generators": ("tensorflow",), "seed": 1},
    ),
    (
        "keras seeds three",
        "import tensorflow as tf\ntf.keras.utils.set_random_seed(1)",
        "seed_call",
        {"generators": ("python", "numpy", "tensorflow")},
    ),
    (
        "lightning seeds with 0 where no seed is given",
        "from lightning import seed_everything\nseed_everything()",
        "seed_call",
        {"generators": ("python", "numpy", "torch"), "seed": 0, "clock": False},
    ),
    (
        "lightning by its old name is the same",
        "import pytorch_lightning as pl\npl.seed_everything(4)",
        "seed_call",
        {"seed": 4},
    ),
    (
        "accelerate seeds three",
        "from accelerate.utils import set_seed\nset_seed(1)",
        "seed_call",
        {"generators": ("python", "numpy", "torch")},
    ),
    ("transformers seeds", "from transformers import set_seed\nset_seed(1)", "seed_call", {"seed": 1}),
    (
        "a trainer seeds itself",
        "from transformers import Trainer\nTrainer(m)",
        "seed_call",
        {"generators": ("python", "numpy", "torch")},
    ),
]

DRAWS: list[Case] = [
    (
        "a data set that is handed over, by the size of its buffer",
        "import tensorflow as tf\ndef f(d): d.shuffle(1000)",
        "random_call",
        {"generator": "tensorflow"},
    ),
    (
        "python's generator has no seed of the call",
        "from random import shuffle\nshuffle(x)",
        "random_call",
        {"generator": "python", "fresh": False, "seedable": False, "seed": None},
    ),
    ("a generator of one's own is fresh", "import random\nrandom.Random(1)", "random_call", {"fresh": True, "seed": 1}),
    (
        "numpy's global generator",
        "import numpy as np\nnp.random.standard_cauchy()",
        "random_call",
        {"generator": "numpy", "fresh": False},
    ),
    (
        "numpy's own generators are out of reach of its seed",
        "import numpy as np\nnp.random.RandomState()",
        "random_call",
        {"fresh": True, "seed": None},
    ),
    (
        "a draw of torch can take a generator",
        "import torch\ntorch.randn(3)",
        "random_call",
        {"generator": "torch", "seedable": True, "seed": None},
    ),
    (
        "a generator that is given is a seed that is not known",
        "import torch\ntorch.randn(3, generator=g)",
        "random_call",
        {"seed": ...},
    ),
    (
        "a loader that shuffles draws",
        "from torch.utils.data import DataLoader\nDataLoader(d, 8, True)",
        "random_call",
        {"generator": "torch", "seed": None},
    ),
    (
        "data of scikit-learn that is made up",
        "from sklearn.datasets import make_blobs\nmake_blobs(random_state=3)",
        "random_call",
        {"generator": "numpy", "seed": 3},
    ),
    (
        "a distribution of scipy",
        "from scipy import stats\nstats.norm.rvs(size=3)",
        "random_call",
        {"generator": "numpy", "seed": None},
    ),
    (
        "a frozen distribution of scipy",
        "from scipy import stats\nstats.norm(0, 1).rvs(3, random_state=1)",
        "random_call",
        {"seed": 1},
    ),
    (
        "the newer name of scipy's seed",
        "from scipy import optimize\noptimize.dual_annealing(f, b, rng=1)",
        "random_call",
        {"seed": 1},
    ),
    (
        "the order of a tf.data set, at the end of a chain",
        "import tensorflow as tf\ntf.data.Dataset.from_tensor_slices(x).map(f).batch(2).shuffle(9).prefetch(1)",
        "random_call",
        {"generator": "tensorflow", "seed": None},
    ),
    (
        "a key of jax is a seed",
        "import jax\njax.random.PRNGKey(0)",
        "random_call",
        {"generator": "jax", "fresh": True, "seed": 0},
    ),
    (
        "spark draws where no seed of the driver reaches",
        "from pyspark.sql.functions import rand\nrand()",
        "random_call",
        {"fresh": True, "seed": None},
    ),
]

SPLITS: list[Case] = [
    (
        "train_test_split shuffles",
        "from sklearn.model_selection import train_test_split\ntrain_test_split(X, y)",
        "split",
        {"shuffles": True, "seed": None, "generator": "numpy", "in_order": False},
    ),
    (
        "train_test_split in order",
        "from sklearn.model_selection import train_test_split\ntrain_test_split(X, shuffle=False)",
        "split",
        {"shuffles": False, "in_order": True},
    ),
    (
        "a shuffle that is not known",
        "from sklearn.model_selection import train_test_split\ndef f(s): train_test_split(X, shuffle=s)",
        "split",
        {"shuffles": ..., "seed": None},
    ),
    (
        "arguments handed on may hold the seed",
        "from sklearn.model_selection import train_test_split\ndef f(**k): train_test_split(X, **k)",
        "split",
        {"seed": ..., "shuffles": ...},
    ),
    (
        "folds are not shuffled",
        "from sklearn.model_selection import KFold\nKFold(5)",
        "split",
        {"shuffles": False, "in_order": True},
    ),
    (
        "folds can be shuffled",
        "from sklearn.model_selection import KFold\nKFold(5, shuffle=True, random_state=2)",
        "split",
        {"shuffles": True, "seed": 2},
    ),
    (
        "time is kept in order",
        "from sklearn.model_selection import TimeSeriesSplit\nTimeSeriesSplit()",
        "split",
        {"shuffles": False, "in_order": True},
    ),
    (
        "groups stay together",
        "from sklearn.model_selection import GroupShuffleSplit\nGroupShuffleSplit()",
        "split",
        {"shuffles": True, "by_group": True, "seed": None},
    ),
    (
        "folds by number are not shuffled",
        "from sklearn.model_selection import cross_val_score\ncross_val_score(m, X, cv=5)",
        "split",
        {"shuffles": False},
    ),
    (
        "torch splits at random",
        "from torch.utils.data import random_split\nrandom_split(d, [1, 2])",
        "split",
        {"shuffles": True, "seed": None, "generator": "torch"},
    ),
    (
        "spark splits whatever it is called on",
        "import pyspark\ndef f(df): df.randomSplit([1.0, 2.0], seed=3)",
        "split",
        {"seed": 3, "generator": "spark"},
    ),
    (
        "keras holds out the last rows",
        "import keras\nkeras.Sequential().fit(X, y, validation_split=0.1)",
        "split",
        {"shuffles": False, "in_order": True},
    ),
    (
        "pictures of a folder are divided",
        "import keras\nkeras.utils.image_dataset_from_directory('d', validation_split=0.2, seed=1)",
        "split",
        {"shuffles": True, "seed": 1},
    ),
]

ESTIMATORS: list[Case] = [
    (
        "a forest draws",
        "from sklearn.ensemble import RandomForestClassifier\nRandomForestClassifier(10)",
        "estimator",
        {"random": True, "seed": None, "generator": "numpy"},
    ),
    (
        "a forest with a seed",
        "from sklearn.ensemble import RandomForestClassifier\nRandomForestClassifier(random_state=0)",
        "estimator",
        {"random": True, "seed": 0},
    ),
    (
        "a linear regression draws nothing",
        "from sklearn.linear_model import LinearRegression\nLinearRegression()",
        "estimator",
        {"random": False, "seed": None},
    ),
    (
        "logistic regression draws nothing by default",
        "from sklearn.linear_model import LogisticRegression as L\nL()",
        "estimator",
        {"random": False},
    ),
    (
        "logistic regression with saga draws",
        "from sklearn.linear_model import LogisticRegression as L\nL(solver='saga')",
        "estimator",
        {"random": True},
    ),
    (
        "logistic regression with liblinear draws only in the dual",
        "from sklearn.linear_model import LogisticRegression as L\nL(solver='liblinear')",
        "estimator",
        {"random": False},
    ),
    (
        "and in the dual it does",
        "from sklearn.linear_model import LogisticRegression as L\nL(solver='liblinear', dual=True)",
        "estimator",
        {"random": True},
    ),
    (
        "a solver that is not known says nothing",
        "from sklearn.linear_model import LogisticRegression as L\ndef f(s): L(solver=s)",
        "estimator",
        {"random": ...},
    ),
    (
        "a support vector machine draws for probabilities only",
        "from sklearn.svm import SVC\nSVC(probability=True)",
        "estimator",
        {"random": True},
    ),
    (
        "a tree depends on its data",
        "from sklearn.tree import DecisionTreeClassifier\nDecisionTreeClassifier()",
        "estimator",
        {"random": ...},
    ),
    (
        "a tree that tries some features draws",
        "from sklearn.tree import DecisionTreeClassifier\nDecisionTreeClassifier(max_features='sqrt')",
        "estimator",
        {"random": True},
    ),
    (
        "principal components depend on their data",
        "from sklearn.decomposition import PCA\nPCA(2)",
        "estimator",
        {"random": ...},
    ),
    (
        "principal components in full do not draw",
        "from sklearn.decomposition import PCA\nPCA(2, svd_solver='full')",
        "estimator",
        {"random": False},
    ),
    (
        "a random search draws",
        "from sklearn.model_selection import RandomizedSearchCV\nRandomizedSearchCV(m, p)",
        "estimator",
        {"random": True, "seed": None},
    ),
    (
        "a grid search does not",
        "from sklearn.model_selection import GridSearchCV\nGridSearchCV(m, p)",
        "estimator",
        {"random": False},
    ),
    (
        "a perceptron has a seed of its own",
        "from sklearn.linear_model import Perceptron\nPerceptron()",
        "estimator",
        {"seed": 0},
    ),
    (
        "a resampler draws",
        "from imblearn.over_sampling import SMOTE\nSMOTE()",
        "estimator",
        {"random": True, "seed": None},
    ),
    (
        "xgboost has a seed of its own",
        "from xgboost import XGBClassifier\nXGBClassifier(subsample=0.5)",
        "estimator",
        {"random": False},
    ),
    (
        "catboost has two names for its seed",
        "from catboost import CatBoostClassifier\nCatBoostClassifier(random_state=5)",
        "estimator",
        {"seed": 5},
    ),
    (
        "umap heeds no global seed",
        "import umap\numap.UMAP()",
        "estimator",
        {"random": True, "seed": None, "generator": "entropy"},
    ),
    (
        "a study makes a sampler that is not seeded",
        "import optuna\noptuna.create_study()",
        "estimator",
        {"random": True, "seed": None},
    ),
    ("a sampler with a seed", "import optuna\noptuna.samplers.TPESampler(seed=1)", "estimator", {"seed": 1}),
]

FITS: list[Case] = [
    (
        "a scaler learns",
        "from sklearn.preprocessing import StandardScaler\ns = StandardScaler()\ns.fit_transform(X)",
        "transform",
        {"library": "sklearn", "method": "fit_transform"},
    ),
    (
        "a vectoriser learns",
        "from sklearn.feature_extraction.text import TfidfVectorizer\nTfidfVectorizer().fit(X)",
        "transform",
        {"method": "fit"},
    ),
    (
        "a column transformer learns",
        "from sklearn.compose import make_column_transformer\nmake_column_transformer(a).fit(X)",
        "transform",
        {"method": "fit"},
    ),
    (
        "a pipeline that transforms learns",
        "from sklearn.pipeline import Pipeline\nPipeline([]).fit_transform(X)",
        "transform",
        {"method": "fit_transform"},
    ),
    (
        "a resampler learns",
        "from imblearn.under_sampling import TomekLinks\nTomekLinks().fit_resample(X, y)",
        "transform",
        {"method": "fit_resample"},
    ),
    (
        "a transformation of spark learns",
        "from pyspark.ml.feature import StringIndexer\nStringIndexer().fit(df)",
        "transform",
        {"library": "pyspark"},
    ),
    (
        "a model trains",
        "from sklearn.svm import SVC\nm = SVC()\nm.fit(X, y)",
        "training",
        {"library": "sklearn", "draws": ()},
    ),
    (
        "what a search found trains",
        "from sklearn.model_selection import GridSearchCV\ng = GridSearchCV(m, p)\ng.best_estimator_.fit(X, y)",
        "training",
        {"library": "sklearn"},
    ),
    (
        "a pipeline with a target trains",
        "from sklearn.pipeline import Pipeline\nPipeline([]).fit(X, y)",
        "training",
        {"library": "sklearn"},
    ),
    (
        "clusters are trained",
        "from sklearn.cluster import DBSCAN\nDBSCAN().fit_predict(X)",
        "training",
        {"library": "sklearn"},
    ),
    ("boosting by its own interface", "import xgboost as xgb\nxgb.train({}, d)", "training", {"library": "xgboost"}),
    (
        "a loop of torch",
        "import torch\ndef f(loss): loss.backward()",
        "training",
        {"library": "torch", "draws": ("torch",)},
    ),
    (
        "a loop of torch with a loss that is made here",
        "import torch.nn as nn\nc = nn.MSELoss()\nloss = c(a, b)\nloss.backward()",
        "training",
        {"library": "torch"},
    ),
    (
        "a loop under accelerate",
        "from accelerate import Accelerator\na = Accelerator()\na.backward(loss)",
        "training",
        {"draws": ("torch",)},
    ),
    (
        "a model of keras",
        "from tensorflow import keras\nkeras.Model(i, o).fit(x, y)",
        "training",
        {"library": "keras", "draws": ("tensorflow",)},
    ),
    (
        "a model of keras of one's own class",
        "import keras\nclass M(keras.Model): pass\nM().fit(x)",
        "training",
        {"draws": ("tensorflow",)},
    ),
    (
        "a model of keras that is handed over shows by its epochs",
        "import keras\ndef f(m): m.fit(x, epochs=3)",
        "training",
        {"library": "keras"},
    ),
    (
        "a loop of tensorflow",
        "import tensorflow as tf\ndef f(opt): opt.apply_gradients(g)",
        "training",
        {"draws": ("tensorflow",)},
    ),
    (
        "a trainer of lightning",
        "import pytorch_lightning as pl\npl.Trainer().fit(m, d)",
        "training",
        {"library": "lightning", "draws": ("torch",)},
    ),
    (
        "a trainer of lightning that is handed over shows by its data module",
        "import lightning\ndef f(t): t.fit(m, datamodule=d)",
        "training",
        {"library": "lightning"},
    ),
    (
        "a trainer of transformers",
        "from transformers import Trainer\nTrainer(m).train()",
        "training",
        {"library": "transformers"},
    ),
    (
        "a trainer that is derived from it",
        "from transformers import Trainer\nclass T(Trainer): pass\nT(m).train()",
        "training",
        {"draws": ("python", "numpy", "torch")},
    ),
    (
        "a model of spark",
        "from pyspark.ml.regression import GBTRegressor\nGBTRegressor().fit(df)",
        "training",
        {"library": "pyspark"},
    ),
]

SAVED: list[Case] = [
    (
        "an estimator in a file",
        "import joblib\nfrom sklearn.svm import SVC\nm = SVC().fit(X, y)\njoblib.dump(m, 'm.joblib')",
        "model",
        {"uri": "m.joblib", "registered": False},
    ),
    (
        "anything in a file is written",
        "import joblib\njoblib.dump(x, 'm.joblib')",
        "write",
        {"uri": "m.joblib", "format": "pickle", "appends": False},
    ),
    (
        "weights of torch",
        "import torch\ntorch.save(m.state_dict(), 'w.pt')",
        "model",
        {"uri": "w.pt", "checkpoint": False},
    ),
    (
        "a checkpoint of torch",
        "import torch\ndef f(e): torch.save(s, f'ckpt_{e}.pt')",
        "model",
        {"uri": ..., "checkpoint": True},
    ),
    (
        "weights under a name that is not known",
        "import torch\ndef f(p): torch.save(s, p)",
        "model",
        {"uri": ..., "checkpoint": ...},
    ),
    ("a model of keras", "import keras\nkeras.Sequential().save('m.keras')", "model", {"uri": "m.keras"}),
    ("checkpoints of keras", "import keras\nkeras.callbacks.ModelCheckpoint('c.keras')", "model", {"checkpoint": True}),
    (
        "a model of transformers",
        "from transformers import AutoModel\nAutoModel.from_pretrained('a/b').save_pretrained('out')",
        "model",
        {"uri": "out", "registered": False},
    ),
    (
        "a model for the hub",
        "from transformers import BertModel\nBertModel(c).push_to_hub('me/m')",
        "model",
        {"registered": True, "registry_name": "me/m"},
    ),
    (
        "trees in the format of their library",
        "import lightgbm as lgb\nlgb.train({}, d).save_model('m.txt')",
        "model",
        {"library": "lightgbm", "uri": "m.txt"},
    ),
    (
        "a model of spark",
        "from pyspark.ml.classification import NaiveBayes\nNaiveBayes().fit(d).write().overwrite().save('s3://b/m')",
        "model",
        {"uri": "s3://b/m"},
    ),
]

LOADED: list[Case] = [
    (
        "joblib by its old name",
        "from sklearn.externals import joblib\njoblib.load('m')",
        "model_load",
        {"local": True, "unsafe": True},
    ),
    (
        "a file of a folder that is not known",
        "import joblib\ndef f(p): joblib.load(p + '/m.pkl')",
        "model_load",
        {"local": ...},
    ),
    (
        "a file in a folder that is known",
        "import joblib\ndef f(p): joblib.load(f'out/{p}.pkl')",
        "model_load",
        {"local": True, "uri": ...},
    ),
    (
        "a path that is not known may be a download",
        "import joblib\ndef f(p): joblib.load(p)",
        "model_load",
        {"local": ..., "unsafe": True},
    ),
    (
        "the branch of a precision moves",
        "import diffusers as d\nd.StableDiffusionPipeline.from_pretrained('a/b', revision='fp16')",
        "model_load",
        {"pinned": False, "library": "diffusers"},
    ),
    (
        "weights are safe or not by version",
        "import torch\ntorch.load('w.pt')",
        "model_load",
        {"unsafe": ..., "local": True},
    ),
    ("weights with code", "import torch\ntorch.load('w.pt', weights_only=False)", "model_load", {"unsafe": True}),
    ("weights alone", "import torch\ntorch.load('w.pt', weights_only=True)", "model_load", {"unsafe": False}),
    (
        "weights from a place that is not known",
        "import torch\ndef f(p): torch.load(p)",
        "model_load",
        {"local": ..., "uri": ...},
    ),
    (
        "a repository whose code runs",
        "import torch\ntorch.hub.load('a/b', 'm')",
        "model_load",
        {"hub": True, "unsafe": True, "pinned": False, "revision": None},
    ),
    (
        "a repository at a tag",
        "import torch\ntorch.hub.load('a/b:v1', 'm')",
        "model_load",
        {"pinned": True, "revision": "v1"},
    ),
    (
        "a pickle that was opened here",
        "import pickle\nwith open('m.pkl', 'rb') as f:\n    pickle.load(f)",
        "model_load",
        {"unsafe": True, "local": True},
    ),
    (
        "a pickle of a stream that is not known",
        "import pickle\ndef f(s): pickle.load(s)",
        "model_load",
        {"unsafe": True, "local": ...},
    ),
    (
        "a pickle that was fetched",
        "import pickle, requests\nr = requests.get(u)\npickle.loads(r.content)",
        "model_load",
        {"unsafe": True, "local": False},
    ),
    (
        "an array of objects",
        "import numpy as np\nnp.load('a.npy', allow_pickle=True)",
        "model_load",
        {"unsafe": True, "local": True},
    ),
    (
        "a document that makes objects",
        "import yaml\nyaml.load(open('a'), yaml.UnsafeLoader)",
        "model_load",
        {"unsafe": True, "local": True, "remedy": "yaml.safe_load"},
    ),
    (
        "a model of keras is safe",
        "from keras.models import load_model\nload_model('m.keras')",
        "model_load",
        {"unsafe": False, "local": True},
    ),
    (
        "a model of keras without safety",
        "import tensorflow as tf\ntf.keras.models.load_model('m', safe_mode=False)",
        "model_load",
        {"unsafe": True},
    ),
    (
        "a name with an owner is of the hub",
        "from transformers import AutoModel as A\nA.from_pretrained('a/b')",
        "model_load",
        {"hub": True, "local": False, "revision": None, "pinned": False},
    ),
    (
        "a known name without an owner is of the hub",
        "from transformers import BertModel as A\nA.from_pretrained('bert-base-uncased')",
        "model_load",
        {"hub": True},
    ),
    (
        "a commit is fixed",
        "from transformers import AutoModel as A\nA.from_pretrained('a/b', revision='4f1c2d3')",
        "model_load",
        {"pinned": True, "revision": "4f1c2d3"},
    ),
    (
        "a branch is not",
        "from transformers import AutoModel as A\nA.from_pretrained('a/b', revision='main')",
        "model_load",
        {"pinned": False},
    ),
    (
        "a folder is no name of the hub",
        "from transformers import AutoModel as A\nA.from_pretrained('./out')",
        "model_load",
        {"hub": False, "local": True},
    ),
    (
        "a folder of checkpoints looks like one and is none",
        "from transformers import AutoModel as A\nA.from_pretrained('output/checkpoint-500')",
        "model_load",
        {"hub": False, "local": True},
    ),
    (
        "a name that may be either",
        "from transformers import AutoModel as A\nA.from_pretrained('my-model')",
        "model_load",
        {"hub": ..., "local": ..., "pinned": ...},
    ),
    (
        "a name of which the owner is known",
        "from transformers import AutoModel as A\ndef f(n): A.from_pretrained(f'google/{n}')",
        "model_load",
        {"hub": True, "uri": ...},
    ),
    (
        "a class that is handed over",
        "import transformers\ndef f(c): c.from_pretrained('a/b')",
        "model_load",
        {"hub": True, "library": "transformers"},
    ),
    (
        "code of a repository",
        "from transformers import AutoModel as A\ndef f(n): A.from_pretrained(n, trust_remote_code=True)",
        "model_load",
        {"unsafe": True, "hub": ...},
    ),
    (
        "the default model of a task floats",
        "from transformers import pipeline\npipeline('ner')",
        "model_load",
        {"hub": True, "pinned": False, "uri": None},
    ),
    (
        "a pipeline with a model of the hub",
        "from transformers import pipeline\npipeline('ner', 'a/b', revision='v2')",
        "model_load",
        {"uri": "a/b", "pinned": True},
    ),
    (
        "a checkpoint of lightning",
        "import lightning.pytorch as pl\nclass M(pl.LightningModule): pass\nM.load_from_checkpoint('a.ckpt')",
        "model_load",
        {"uri": "a.ckpt", "local": True, "unsafe": ...},
    ),
]

USES: list[Case] = [
    (
        "a trainer reports to a tracker",
        "from transformers import TrainingArguments\nTrainingArguments('o', report_to='wandb')",
        "use",
        {"purpose": "tracking", "tool": "wandb"},
    ),
    (
        "a logger of lightning is a tracker",
        "import lightning.pytorch as pl\npl.loggers.MLFlowLogger()",
        "use",
        {"purpose": "tracking", "tool": "mlflow"},
    ),
]

CASES = [*NOTHING, *SEEDS, *DRAWS, *SPLITS, *ESTIMATORS, *FITS, *SAVED, *LOADED, *USES]


def subjects(source: str) -> list[Subject]:
    tree = ast.parse(source)
    return list(
        library_calls(Module("src/a.py", "source", tree, source, lambda n: Location("src/a.py", n.lineno, 1, 1, 1)))
    )


@pytest.mark.parametrize(("source", "kind", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_line_says(source: str, kind: str, expected: dict[str, Any] | None) -> None:
    found = [one for one in subjects(source) if one.kind == kind]
    if expected is None:
        assert found == []
        return
    assert found, f"no {kind}"
    fields = found[-1].fields
    for field, value in expected.items():
        # `...` stands for what cannot be known, where absence is a value of its own.
        if value is ...:
            assert field not in fields
        else:
            assert (field in fields, fields.get(field)) == (True, value), field


@pytest.mark.parametrize("root", TABLES)
def test_a_table_speaks_of_kinds_and_parameters_that_exist(root: str) -> None:
    for entry in table(root).entries:
        names = {parameter.name for parameter in signature(entry.signature)} | {"self"}
        for fact in entry.facts:
            assert set(fact.set) <= set(KINDS[fact.kind].__struct_fields__), entry.calls
            assert set(fact.links) <= set(ROLES), entry.calls
            assert set(_parameters(fact)) <= names, entry.calls


@pytest.mark.parametrize("root", TABLES)
def test_a_table_names_nothing_twice(root: str) -> None:
    calls = [name for entry in table(root).entries for name in entry.calls]
    assert sorted(calls) == sorted(set(calls))


@pytest.mark.parametrize("root", TABLES)
def test_every_base_and_every_table_that_a_table_needs_exists(root: str) -> None:
    assert set(table(root).also) <= available()
    for base in {base for entry in table(root).entries for base in entry.bases}:
        assert base.partition(".")[0] in available(), base


@pytest.mark.parametrize("root", TABLES)
def test_a_method_that_is_recognised_anywhere_names_its_library(root: str) -> None:
    for entry in (one for one in table(root).entries if one.anywhere):
        for fact in entry.facts:
            if "library" in KINDS[fact.kind].__struct_fields__:
                assert "library" in fact.set, entry.calls


def test_the_table_of_scikit_learn_is_the_work_of_its_script() -> None:
    made = table("sklearn")
    assert re.match(r"scikit-learn \d+\.\d+", made.source)
    assert len({name for entry in made.entries for name in entry.calls}) > 250


def _parameters(fact: Fact) -> Iterator[str]:
    yield from _tested(fact.when)
    for spec in (*fact.set.values(), *fact.links.values()):
        if isinstance(spec, Condition):
            yield from _tested(spec)
        elif isinstance(spec, str):
            yield from [spec[1:]] if spec.startswith("$") else re.findall(r"{(\w+)[~}]", spec)


def _tested(condition: Condition | None) -> Iterator[str]:
    if condition is not None:
        yield from [condition.if_] if condition.if_ else []
        for inner in (*(condition.all or ()), *(condition.any or ()), condition.not_):
            yield from _tested(inner)
