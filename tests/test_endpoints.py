"""Source to endpoints: for each framework that the tables name, what is a handler and what is said of it."""

# ruff: noqa: E501  (a case is one line, as in a table)
import ast
from typing import Any

import pytest

from mlops_lint.extract.endpoints import endpoints
from mlops_lint.extract.libraries import table
from mlops_lint.extract.python.module import Module
from mlops_lint.model import Location, Subject

# Each with what is said of it and its source.
NOTHING = [
    ("a function without a decorator answers nothing", "from flask import Flask\ndef predict(): ..."),
    ("a decorator of a client is none of a server", "import requests\n@requests.get('/x')\ndef f(): ..."),
    ("a property called get is no route", "from cache import store\n@store.get('key')\ndef f(): ..."),
    ("an application of another library is none of Flask", "from typer import Typer\napp = Typer()\n@app.command()\ndef f(): ..."),
    ("what runs before requests answers none", "from flask import Flask\napp = Flask(__name__)\n@app.before_request\ndef f(): ..."),
    ("a class called Resource without the base answers nothing", "class Resource: ...\nclass A(Resource):\n    def get(self): ..."),
    ("a function called run without init is none of Azure", "def run(data): ..."),
    ("a batch of Azure is no request", "def init(): ...\ndef run(mini_batch): ..."),
    ("a private method of a servicer answers nothing", "import a_pb2_grpc\nclass S(a_pb2_grpc.AServicer):\n    def _load(self): ..."),
    ("predict of an estimator is no endpoint", "from sklearn.base import BaseEstimator\nclass M(BaseEstimator):\n    def predict(self, x): ..."),
]  # fmt: skip

FLASK = "from flask import Flask, request, jsonify\napp = Flask(__name__)\n"
FASTAPI = "from fastapi import FastAPI, Depends, Request\napp = FastAPI()\n"
NINJA = "from ninja import NinjaAPI, Schema\napi = NinjaAPI()\n"
# The same with the fields that follow; `...` stands for what cannot be known.
FRAMEWORKS: list[tuple[str, str, dict[str, Any]]] = [
    ("FastAPI checks what is annotated", FASTAPI + "@app.post('/p')\ndef f(rooms: int): ...", {"framework": "fastapi", "route": "/p", "takes_input": True, "validated": True, "secured": False}),
    ("FastAPI passes a request on as it comes", FASTAPI + "@app.post('/p')\nasync def f(request: Request):\n    rows = await request.json()\n    return model.predict(rows)", {"validated": False, "takes_input": True}),
    ("FastAPI passes a dict on as it comes", FASTAPI + "@app.post('/p')\ndef f(rows: dict):\n    return model.predict(rows)", {"validated": False}),
    ("a dependency of FastAPI asks who calls", FASTAPI + "@app.post('/p')\ndef f(rooms: int, user=Depends(current_user)): ...", {"secured": True}),
    ("a handler of FastAPI without parameters takes nothing", FASTAPI + "@app.get('/health')\ndef f(): return 'ok'", {"takes_input": False}),
    ("a function is registered with FastAPI", FASTAPI + "def f(rooms: int): ...\napp.add_api_route('/p', f)", {"framework": "fastapi", "route": "/p", "validated": True}),
    ("Flask passes on what comes", FLASK + "@app.route('/p', methods=['POST'])\ndef f():\n    return jsonify(model.predict(request.get_json()))", {"framework": "flask", "route": "/p", "takes_input": True, "validated": False, "secured": False}),
    ("a schema checks in Flask", FLASK + "@app.post('/p')\ndef f():\n    rows = schema.validate(request.get_json())\n    return model.predict(rows)", {"validated": True}),
    ("a test may be a check", FLASK + "@app.post('/p')\ndef f():\n    rows = request.get_json()\n    if 'rooms' not in rows: return 'no', 400\n    return model.predict(rows)", {"validated": ...}),
    ("a decorator asks who calls Flask", FLASK + "@app.post('/p')\n@login_required\ndef f(): ...", {"secured": True}),
    ("a page is a page", FLASK + "@app.post('/p')\ndef f(): return render_template('a.html')", {"page": True}),
    ("an application of another file is known by its name", "from shop import app\n@app.route('/p')\ndef f(): ...", {"framework": "flask", "route": "/p"}),
    ("a function is registered with Flask", FLASK + "def f(): return request.json\napp.add_url_rule('/p', 'p', f)", {"framework": "flask", "route": "/p"}),
    ("a resource of Flask-RESTful", "from flask_restful import Resource\nclass P(Resource):\n    def post(self): ...", {"framework": "flask"}),
    ("a resource of Flask-RESTX", "from flask_restx import Resource\nclass P(Resource):\n    def post(self): ...", {"framework": "flask"}),
    ("Quart", "from quart import Quart, request\napp = Quart(__name__)\n@app.post('/p')\nasync def f():\n    return model.predict(await request.get_json())", {"framework": "quart", "route": "/p", "validated": False}),
    ("Bottle", "from bottle import post, request\n@post('/p')\ndef f(): return model.predict(request.json)", {"framework": "bottle", "route": "/p", "validated": False}),
    ("Sanic", "from sanic import Sanic\napp = Sanic('a')\n@app.post('/p')\nasync def f(request): return model.predict(request.json)", {"framework": "sanic", "route": "/p", "takes_input": True, "validated": False}),
    ("Starlette", "from starlette.routing import Route\nasync def f(request): return model.predict(await request.json())\nroutes = [Route('/p', f)]", {"framework": "starlette", "route": "/p", "validated": False}),
    ("aiohttp", "from aiohttp import web\nasync def f(request): return model.predict(await request.json())\nroutes = [web.post('/p', f)]", {"framework": "aiohttp", "route": "/p", "validated": False}),
    ("a table of routes of aiohttp", "from aiohttp import web\nroutes = web.RouteTableDef()\n@routes.post('/p')\nasync def f(request): ...", {"framework": "aiohttp", "route": "/p"}),
    ("Tornado", "import tornado.web\nclass P(tornado.web.RequestHandler):\n    def post(self): ...", {"framework": "tornado", "takes_input": ..., "validated": ...}),
    ("Litestar checks what is annotated", "from litestar import post\n@post('/p')\nasync def f(data: Rooms) -> float: ...", {"framework": "litestar", "route": "/p", "validated": True}),
    ("Django REST framework", "from rest_framework.decorators import api_view\n@api_view(['POST'])\ndef f(request): return model.predict(request.data)", {"framework": "django", "takes_input": True, "validated": False}),
    ("a view of Django REST framework", "from rest_framework.views import APIView\nclass P(APIView):\n    def post(self, request): ...", {"framework": "django", "validated": ...}),
    ("Django Ninja checks what is annotated", NINJA + "@api.post('/p')\ndef f(request, rooms: int): return rooms", {"framework": "django-ninja", "route": "/p"}),
    ("Falcon", "import falcon\nclass P(falcon.Resource):\n    def on_post(self, req, resp): ...", {"framework": "falcon", "validated": ...}),
    ("a service of BentoML checks what is annotated", "import bentoml\n@bentoml.service\nclass P:\n    @bentoml.api\n    def predict(self, rooms: int) -> float: ...", {"framework": "bentoml", "takes_input": True, "validated": True}),
    ("a descriptor of BentoML says what comes in", "import bentoml\nfrom bentoml.io import NumpyNdarray, JSON\nsvc = bentoml.Service('a')\n@svc.api(input=NumpyNdarray(shape=(-1, 4)), output=JSON())\ndef f(rows): ...", {"framework": "bentoml", "validated": True}),
    ("a bare descriptor of BentoML says little", "import bentoml\nfrom bentoml.io import JSON\nsvc = bentoml.Service('a')\n@svc.api(input=JSON(), output=JSON())\ndef f(rows): ...", {"validated": ...}),
    ("a service of BentoML that a function makes", "import bentoml\nfrom bentoml.io import NumpyNdarray, JSON\ndef made(name):\n    runner = bentoml.keras.load_runner(name)\n    service = bentoml.Service(name, runners=[runner])\n    return runner, service\nmodel, svc = made('a')\n@svc.api(input=NumpyNdarray(shape=(-1, 4)), output=JSON())\ndef f(rows): ...", {"framework": "bentoml", "validated": True}),
    ("a deployment of Ray Serve", "import joblib\nfrom ray import serve\n@serve.deployment\nclass P:\n    def __init__(self):\n        self.model = joblib.load('m')\n    async def __call__(self, request): return self.model.predict(await request.json())", {"framework": "ray-serve", "takes_input": True, "validated": False}),
    ("LitServe", "import litserve\nclass P(litserve.LitAPI):\n    def decode_request(self, request): return request['rows']\n    def predict(self, rows): return self.model.predict(rows)", {"framework": "litserve", "takes_input": True}),
    ("a message of gRPC has a schema", "import p_pb2_grpc\nclass P(p_pb2_grpc.PredictServicer):\n    def Predict(self, request, context): ...", {"framework": "grpc", "takes_input": True, "validated": True}),
    ("SageMaker decides who may call", "def model_fn(folder): ...\ndef predict_fn(rows, model): ...", {"framework": "sagemaker", "hosted": True, "validated": ...}),
    ("Azure ML decides who may call", "def init(): ...\ndef run(raw):\n    return model.predict(raw)", {"framework": "azureml", "hosted": True, "takes_input": True, "validated": False}),
    ("TorchServe", "from ts.torch_handler.base_handler import BaseHandler\nclass P(BaseHandler):\n    def inference(self, data): ...", {"framework": "torchserve", "hosted": True}),
    ("KServe", "import kserve\nclass P(kserve.Model):\n    def predict(self, payload, headers=None): ...", {"framework": "kserve", "hosted": True}),
    ("MLServer", "from mlserver import MLModel\nclass P(MLModel):\n    async def predict(self, payload): ...", {"framework": "mlserver", "hosted": True}),
    ("a function service of AWS", "def lambda_handler(event, context): return model.predict(event['rows'])", {"framework": "lambda", "hosted": True, "takes_input": True, "validated": False}),
]  # fmt: skip


def found(source: str) -> list[Subject]:
    """Gives the endpoints of a module `src/serve.py`."""
    tree = ast.parse(source)

    def locate(node: ast.AST) -> Location:
        return Location("src/serve.py", getattr(node, "lineno", 1), getattr(node, "col_offset", 0) + 1)

    return [one for one in endpoints(Module("src/serve.py", "source", tree, source, locate)) if one.kind == "endpoint"]


@pytest.mark.parametrize("source", [pytest.param(source, id=said) for said, source in NOTHING])
def test_this_answers_no_requests(source: str) -> None:
    assert found(source) == []


@pytest.mark.parametrize(
    ("source", "expected"), [pytest.param(source, expected, id=said) for said, source, expected in FRAMEWORKS]
)
def test_a_handler_is_described(source: str, expected: dict[str, Any]) -> None:
    assert found(source), "no endpoint"
    fields = found(source)[-1].fields
    for field, value in expected.items():
        if value is ...:
            assert field not in fields
        else:
            assert fields.get(field) == value, field


def test_every_framework_of_the_table_has_a_case() -> None:
    shown = {one.fields["framework"] for _, source, _ in FRAMEWORKS for one in found(source)}
    assert shown == {one.framework for one in table("services").handlers}
