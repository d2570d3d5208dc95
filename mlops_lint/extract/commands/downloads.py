"""A shell command to the data that it fetches, unpacks or uploads.

Source: the manual pages of wget, curl, unzip and tar, and the references of gdown, the Kaggle API, the AWS CLI, gsutil,
`gcloud storage` and azcopy.
"""

import posixpath
import re
from collections.abc import Callable, Iterator

import msgspec

from mlops_lint.extract.commands import LIMIT, WORDS, unwrapped
from mlops_lint.extract.commands.words import HOLE, tokens

MARK = re.compile(r"wget|curl|gdown|kaggle|unzip|\btar\b|\baws\b|gsutil|gcloud|azcopy")
"""A command without any of these fetches nothing."""

_CLOUD = re.compile(r"(?:s3|gs|az|abfss?|wasbs?)://")
_FETCHED = re.compile(r"(?:https?|ftp)://")


class Transfer(msgspec.Struct, frozen=True):
    """Data that goes from one place to another; None = a place that is not seen, or that is no file."""

    tool: str
    source: str | None
    target: str | None
    verified: bool = True
    fixed: bool = False
    """What lies at the source never changes."""


class _Words(msgspec.Struct, frozen=True):
    options: dict[str, str]
    rest: tuple[str, ...]

    def option(self, *names: str) -> str | None:
        """Gives the value of the first of these options that is there."""
        return next((self.options[name] for name in names if name in self.options), None)


def transfers(command: str) -> Iterator[Transfer]:
    """Gives the transfers of a command in the order of the text; what follows a `cd` has no place that is known."""
    words: list[str] = []
    output, redirects, moved = "", False, False
    for kind, text in (*tokens(command[:LIMIT]), ("break", "\n")):
        if kind == "word" and redirects:
            output, redirects = text, False
        elif kind == "word":
            words.append(text)
        elif kind == "redirect":
            redirects = text in (">", "1>", ">|")
        else:
            known = unwrapped(words[:WORDS])
            moved = moved or known[:1] in (["cd"], ["pushd"])
            for one in _of_words(known, output):
                away = moved and one.target is not None and not posixpath.isabs(one.target)
                yield msgspec.structs.replace(one, target=None) if away else one
            words, output, redirects = [], "", False


def _of_words(words: list[str], output: str) -> Iterator[Transfer]:
    tool = posixpath.basename(words[0]) if words else ""
    if tool in _TOOLS:
        yield from _TOOLS[tool](words[1:], output)


def _parsed(words: list[str], valued: str) -> _Words:
    """Tells options and their values from the rest; `valued` lists the options that take one."""
    known, options, rest = frozenset(valued.split()), dict[str, str](), list[str]()
    at = 0
    while at < len(words):
        word = words[at]
        name, equals, value = word.partition("=")
        if not word.startswith("-") or word == "-":
            rest.append(word)
        elif word.startswith("--"):
            takes = not equals and name in known
            options[name] = words[at + 1] if takes and at + 1 < len(words) else value
            at += takes
        else:
            # `-qO out`, `-Oout`: the last letter takes the value, or what follows it is the value.
            short = next((index for index, letter in enumerate(word) if f"-{letter}" in known), None)
            options.update(dict.fromkeys((f"-{letter}" for letter in word[1:short]), ""))
            if short is not None:
                inside = word[short + 1 :]
                options[f"-{word[short]}"] = inside or (words[at + 1] if at + 1 < len(words) else "")
                at += not inside
        at += 1
    return _Words(options, tuple(rest))


def _seen(text: str | None) -> str | None:
    return None if text is None or not text or HOLE in text or text == "-" or "*" in text else text


def _named(url: str, folder: str | None) -> str | None:
    """The file of the last part of an address, in a folder."""
    name = posixpath.basename(url.partition("?")[0].rstrip("/"))
    return _seen(posixpath.join(folder or "", name)) if "." in name else None


def _wget(words: list[str], output: str) -> Iterator[Transfer]:
    found = _parsed(words, "-O --output-document -P --directory-prefix -o -a -i -U -t -T -e --header --user --password")
    document, verified = found.option("-O", "--output-document"), "--no-check-certificate" not in found.options
    for url in found.rest:
        if _FETCHED.match(url):
            target = _seen(document or output) if document else _named(url, found.option("-P", "--directory-prefix"))
            yield Transfer("wget", _seen(url), target if document != "-" else _seen(output), verified)


def _curl(words: list[str], output: str) -> Iterator[Transfer]:
    found = _parsed(words, "-o --output -H --header -d --data -X --request -u --user -A -b -c -F --retry --output-dir")
    verified = not {"-k", "--insecure"} & found.options.keys()
    sends = {"-d", "--data", "-F"} & found.options.keys() or found.option("-X", "--request") in ("POST", "PUT")
    named = {"-O", "--remote-name"} & found.options.keys()
    for url in found.rest if not sends else ():
        if _FETCHED.match(url) and (named or output or found.option("-o", "--output")):
            target = _named(url, None) if named else _seen(found.option("-o", "--output") or output)
            yield Transfer("curl", _seen(url), target, verified)


def _gdown(words: list[str], _output: str) -> Iterator[Transfer]:
    found = _parsed(words, "-O --output --id")
    for what in [*found.rest[:1], *filter(None, [found.option("--id")])][:1]:
        source = what if _FETCHED.match(what) else f"https://drive.google.com/uc?id={what}"
        verified = "--no-check-certificate" not in found.options
        yield Transfer("gdown", _seen(source), _seen(found.option("-O", "--output")), verified)


def _kaggle(words: list[str], _output: str) -> Iterator[Transfer]:
    found = _parsed(words, "-d --dataset -c --competition -p --path -f --file -w")
    if found.rest[:2] not in (("datasets", "download"), ("competitions", "download")):
        return
    name = found.option("-d", "--dataset", "-c", "--competition") or "".join(found.rest[2:3])
    source = f"kaggle://{found.rest[0]}/{name}" if _seen(name) else None
    folder, archive = found.option("-p", "--path"), f"{posixpath.basename(name)}.zip"
    target = folder if "--unzip" in found.options else posixpath.join(folder or "", archive)
    # The data of a competition is the same for all who take part.
    yield Transfer("kaggle", source, _seen(target), fixed=found.rest[0] == "competitions")


def _cloud(tool: str, words: list[str]) -> Iterator[Transfer]:
    found = _parsed(words, "--exclude --include --profile --region --endpoint-url")
    if len(found.rest) != 2:
        return
    source, target = found.rest
    inside = target in (".", "./") or target.endswith("/")
    if not _CLOUD.match(target) and inside and not source.endswith("/"):
        target = _named(source, "" if target.startswith(".") and len(target) < 3 else target) or ""
    yield Transfer(tool, _seen(source), _seen(target))


def _aws(words: list[str], _output: str) -> Iterator[Transfer]:
    if words[:1] == ["s3"] and words[1:2] in (["cp"], ["sync"], ["mv"]):
        yield from _cloud("aws s3", words[2:])


def _gsutil(words: list[str], _output: str) -> Iterator[Transfer]:
    words = words[1:] if words[:1] in (["storage"], ["-m"]) else words
    if words[:1] in (["cp"], ["rsync"], ["mv"], ["copy"]):
        yield from _cloud("gsutil", words[1:])


def _unzip(words: list[str], _output: str) -> Iterator[Transfer]:
    found = _parsed(words, "-d -x -P")
    if found.rest and not {"-l", "-t", "-p"} & found.options.keys():
        yield Transfer("unzip", _seen(found.rest[0]), _seen(found.option("-d")))


def _tar(words: list[str], _output: str) -> Iterator[Transfer]:
    words = [f"-{words[0]}", *words[1:]] if words and not words[0].startswith("-") else words
    found = _parsed(words, "-f --file -C --directory")
    if {"-x", "--extract"} & found.options.keys():
        folder = found.option("-C", "--directory")
        yield Transfer("tar", _seen(found.option("-f", "--file")), _seen(folder))


_TOOLS: dict[str, Callable[[list[str], str], Iterator[Transfer]]] = {
    "wget": _wget,
    "curl": _curl,
    "gdown": _gdown,
    "kaggle": _kaggle,
    "aws": _aws,
    "gsutil": _gsutil,
    "gcloud": _gsutil,
    "azcopy": _gsutil,
    "unzip": _unzip,
    "tar": _tar,
}
