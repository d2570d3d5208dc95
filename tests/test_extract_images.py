"""Image references are split as Docker splits them, and say whether they fix one image."""

import pytest
from msgspec import UNSET

from mlops_lint.parse.image import reference

DIGEST = "sha256:" + "0" * 64


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("python:3.11-slim", id="a version with two parts"),
        pytest.param("ubuntu:22.04", id="a release of a system"),
        pytest.param("debian:bookworm-slim", id="the name of a release of a system"),
        pytest.param("registry.example.com:5000/team/app:1.4.2", id="a registry with a port"),
        pytest.param("minio/minio:RELEASE.2023-03-20T20-16-18Z", id="a date"),
        pytest.param("app:sha-1f3c9ab", id="a commit"),
        pytest.param(f"app@{DIGEST}", id="a digest without a tag"),
        pytest.param(f"app:latest@{DIGEST}", id="a digest beside a moving tag"),
        pytest.param("openjdk:8u171-jre", id="an update of Java"),
        pytest.param("${REGISTRY}/app:1.4.2", id="a registry that a variable gives"),
    ],
)
def test_a_reference_is_pinned_by(text: str) -> None:
    assert reference(text).pinned is True


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("python", id="no tag"),
        pytest.param("python:latest", id="latest"),
        pytest.param("python:3", id="a major version"),
        pytest.param("node:18-alpine3.17", id="a version of what the image is made from"),
        pytest.param("prefecthq/prefect:2-python3.10", id="a version of a language inside"),
        pytest.param("localhost:5000/app", id="the port of a registry, which is no tag"),
    ],
)
def test_a_reference_is_not_pinned_by(text: str) -> None:
    assert reference(text).pinned is False


@pytest.mark.parametrize("text", ["python:$VERSION", "$IMAGE", "app@${DIGEST}", "team/${NAME:-app}:${TAG}"])
def test_what_a_variable_hides_cannot_be_known(text: str) -> None:
    found = reference(text)
    assert (found.tag, found.digest, found.pinned) == (UNSET, UNSET, UNSET)


def test_tag_and_digest_are_told_apart() -> None:
    found = reference(f"registry.example.com:5000/app:1.4@{DIGEST}")
    assert (found.name, found.tag, found.digest) == ("registry.example.com:5000/app", "1.4", DIGEST)
