"""The page of the report in a real browser: it draws, filters, can be reached by keyboard, and asks for nothing."""

import json
import os
import shutil
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from test_report import many

from mlops_lint.cli import main
from mlops_lint.graph.view import Shown, View
from mlops_lint.output import page

if TYPE_CHECKING:
    from selenium.webdriver.chrome.webdriver import WebDriver

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
DRIVER = shutil.which("chromedriver")
# On a machine of CI these have to be there, and without them the tests fail: .ci/run installs them.
pytestmark = pytest.mark.skipif(
    os.environ.get("CI") != "true" and not (CHROMIUM and DRIVER and find_spec("selenium")),
    reason="needs Chromium with its driver (apt-get install chromium chromium-driver) and the extra [dev]",
)
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --window-size=1280,1000"
).split()
EVIL = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator["WebDriver"]:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    assert CHROMIUM, "no chromium is installed"
    assert DRIVER, "no chromedriver is installed"
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a small repository whose names mean harm."""
    root = tmp_path_factory.mktemp("project") / "churn <b>"
    (root / "data").mkdir(parents=True)
    (root / "train.py").write_text(
        "import pandas as pd\nfrom sklearn.linear_model import LogisticRegression\n"
        "from sklearn.model_selection import train_test_split\n\n"
        f"first = pd.read_csv('{EVIL}.csv')\nsecond = pd.read_csv('data/a\\u2028b.csv')\n"
        "third = pd.read_csv('data/c.csv')\nfirst.dropna().to_csv('data/clean.csv')\n"
        "frame = pd.read_csv('data/clean.csv')\n"
        "X_train, X_test, y_train, y_test = train_test_split(frame[['a']], frame['b'])\n"
        "LogisticRegression().fit(X_train, y_train)\nLogisticRegression().fit(third[['a']], third['b'])\n"
        "LogisticRegression().fit(first[['a']], second['b'])\n"
    )
    (root / "mlops-lint.yaml").write_text(
        "attestations:\n- {question: governance.review, answer: true, evidence: wiki, by: Ana, expires: 2999-01-01}\n"
        "- {question: governance.ethics, answer: true, evidence: wiki, by: Bo, expires: 2001-01-01}\n"
    )
    out, before = root.parent / "report.html", root.parent / "before.json"
    command = ["--no-cache", "--no-progress", "--preview", str(root)]
    assert main(["score", *command, "--format", "json", "--output-file", str(before)]) == 0
    assert main(["report", *command, "-o", str(out), "--history", str(before)]) == 0
    return out


@pytest.fixture
def opened(browser: "WebDriver", report: Path) -> "WebDriver":
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})
    browser.get_log("performance")
    browser.get_log("browser")
    browser.get(report.as_uri())
    browser.execute_script("localStorage.clear(); document.documentElement.style.scrollBehavior = 'auto'")
    assert run(browser, "document.documentElement.dataset.ready") == "true"
    return browser


def run(browser: "WebDriver", expression: str) -> Any:
    return browser.execute_script(f"return {expression}")


def texts(browser: "WebDriver", selector: str) -> list[str]:
    found: list[str] = run(browser, f"[...document.querySelectorAll({json.dumps(selector)})].map((e) => e.textContent)")
    return found


def set_value(browser: "WebDriver", id: str, value: str, event: str) -> None:
    browser.execute_script(
        "const e = document.getElementById(arguments[0]); e.value = arguments[1]; "
        "e.dispatchEvent(new Event(arguments[2]))", id, value, event
    )  # fmt: skip


def until(browser: "WebDriver", expression: str) -> None:
    end = time.monotonic() + 10
    while not run(browser, expression):
        assert time.monotonic() < end, expression
        time.sleep(0.02)


def test_the_page_draws_all_its_parts_without_an_error(opened: "WebDriver") -> None:
    assert texts(opened, "h1") == ["churn <b>"]
    assert texts(opened, "#ladder .you") == ["· here"]
    assert len(texts(opened, "#heat tbody tr")) == 10
    assert texts(opened, "#steps-list li")
    assert texts(opened, "details.question")
    assert texts(opened, "#f-rows tr.row")
    assert texts(opened, "#graph .node")
    assert texts(opened, "#trend .dot")
    said = " ".join(texts(opened, "#attested li"))
    assert "Yes, says Ana until 2999-01-01 (wiki) · governance.review" in said
    assert "The attestation of Bo expired on 2001-01-01 and no longer counts" in said
    assert opened.get_log("browser") == []


def test_no_request_leaves_the_page(opened: "WebDriver") -> None:
    opened.execute_script("document.querySelectorAll('button').forEach((one) => one.click())")
    log = [json.loads(entry["message"])["message"] for entry in opened.get_log("performance")]
    asked = {one["params"]["request"]["url"] for one in log if one["method"] == "Network.requestWillBeSent"}
    assert asked == {opened.current_url.partition("#")[0]}


def test_hostile_names_are_shown_as_text(opened: "WebDriver") -> None:
    assert run(opened, "document.querySelectorAll('script').length") == 2
    assert any(EVIL in text for text in texts(opened, "#f-rows td"))
    assert any("a\\u2028b" in text for text in texts(opened, "#f-rows td"))
    assert any(EVIL in text for text in texts(opened, "#graph .node"))


def test_a_name_of_ten_thousand_letters_takes_no_more_room_than_others(browser: "WebDriver", tmp_path: Path) -> None:
    long, found = "x" * 10_000, many(3, tmp_path)
    place = msgspec.structs.replace(found.report.findings[0].location, path=f"{long}.py")
    first = msgspec.structs.replace(found.report.findings[0], message=f"'{long}' is wrong", location=place)
    drawn = View((Shown("a", "dataset", long, long), Shown("b", "task", long, "")), (("b", "reads", "a"),))
    report = msgspec.structs.replace(found.report, findings=(first, *found.report.findings[1:]))
    found = msgspec.structs.replace(found, name=long, report=report, view=drawn)
    (tmp_path / "long.html").write_text(page(found), encoding="utf-8")
    browser.get((tmp_path / "long.html").as_uri())
    assert any(long in text for text in texts(browser, "#f-rows td"))
    assert run(browser, "Math.max(...[...document.querySelectorAll('#f-rows tr')].map((e) => e.offsetHeight))") < 150
    assert run(browser, "document.querySelector('h1').offsetHeight") < 200
    assert run(browser, "document.documentElement.scrollWidth <= innerWidth"), "wider than the window"


def test_findings_are_searched_filtered_sorted_and_unfolded(opened: "WebDriver") -> None:
    every = len(texts(opened, "#f-rows tr.row"))
    set_value(opened, "f-search", "TRN002", "input")
    until(opened, "document.querySelectorAll('#f-rows tr.row').length === 1")
    assert texts(opened, "#f-count") == [f"1 of {every} findings"]
    opened.execute_script("document.querySelector('#f-rows button').click()")
    assert any("X_train, X_test, y_train, y_test" in text for text in texts(opened, ".detail pre"))
    assert "Why" in texts(opened, ".detail h4")
    opened.execute_script("document.getElementById('f-reset').click()")
    set_value(opened, "f-severity", "error", "change")
    assert set(texts(opened, "#f-rows td:first-child")) == {"error"}
    opened.execute_script("document.getElementById('f-reset').click()")
    opened.execute_script("document.querySelector('[data-sort=rule]').click()")
    rules = texts(opened, "#f-rows td:nth-child(2) .mono")
    assert rules == sorted(rules)
    assert run(opened, "document.querySelector('th[aria-sort=ascending]').textContent") == "Rule"
    opened.execute_script("document.querySelector('[data-sort=rule]').click()")
    assert texts(opened, "#f-rows td:nth-child(2) .mono") == sorted(rules, reverse=True)
    opened.execute_script("document.querySelector('[data-sort=place]').click()")
    assert len(texts(opened, "#f-rows tr.row")) == every


def test_questions_are_chosen_by_the_heat_map_and_lead_to_their_findings(opened: "WebDriver") -> None:
    opened.execute_script("document.querySelector('#heat button[aria-label^=\"data, reproducibility\"]').click()")
    assert texts(opened, "#q-list h3") == ["data"]
    opened.execute_script("document.querySelector('[id=\"q-data.versioning\"]').open = true")
    until(opened, "document.querySelector('[id=\"q-data.versioning\"] h4') !== null")
    opened.execute_script("document.querySelector('[id=\"q-data.versioning\"] li .link').click()")
    assert run(opened, "document.activeElement.closest('tr').textContent.includes('DAT001')")
    assert run(opened, "document.activeElement.getAttribute('aria-expanded')") == "true"
    set_value(opened, "q-stage", "", "change")
    set_value(opened, "q-objective", "", "change")
    set_value(opened, "q-answer", "none", "change")
    assert texts(opened, "details.question .counts")[0].startswith("not answered")


def test_all_can_be_done_with_keys(opened: "WebDriver") -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    def press(*keys: str) -> None:
        ActionChains(opened).send_keys(*keys).perform()

    press(Keys.TAB)
    assert run(opened, "document.activeElement.className") == "skip"
    press(Keys.ENTER, Keys.TAB)
    assert run(opened, "document.activeElement.closest('main') !== null")
    opened.execute_script("document.querySelector('details.question summary').focus()")
    press(Keys.ENTER)
    assert run(opened, "document.activeElement.parentNode.open")
    opened.execute_script("document.querySelector('#graph .node').focus()")
    first = run(opened, "document.activeElement.dataset.node")
    press(Keys.ARROW_RIGHT)
    assert run(opened, "document.activeElement.dataset.node") != first
    assert "in train.py" in texts(opened, "#g-info")[0] or "data" in texts(opened, "#g-info")[0]
    assert run(opened, "document.querySelectorAll('#graph .node[tabindex=\"0\"]').length") == 1


def test_the_graph_is_searched_zoomed_and_shown_by_kind(opened: "WebDriver") -> None:
    def box() -> str:
        found: str = run(opened, "document.querySelector('#g-canvas svg').getAttribute('viewBox')")
        return found

    before = box()
    opened.execute_script("document.getElementById('g-in').click()")
    assert float(box().split()[2]) < float(before.split()[2])
    set_value(opened, "g-search", "clean", "input")
    assert len(texts(opened, "#graph .node.on")) == 1
    set_value(opened, "g-search", "", "input")
    opened.execute_script("document.querySelector('#g-legend input').click()")
    assert run(opened, "[...document.querySelectorAll('#graph .node')].some((e) => e.style.display === 'none')")


def test_the_page_is_light_or_dark_by_the_system_or_by_choice(opened: "WebDriver") -> None:
    colour = "getComputedStyle(document.body).backgroundColor"
    media = {"features": [{"name": "prefers-color-scheme", "value": "dark"}]}
    opened.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    assert run(opened, colour) == "rgb(15, 18, 22)"
    opened.execute_script("document.getElementById('theme').click()")
    assert run(opened, colour) == "rgb(246, 247, 249)"
    assert run(opened, "document.getElementById('theme').getAttribute('aria-label')") == "Colours: light"
    opened.refresh()
    assert run(opened, colour) == "rgb(246, 247, 249)", "the choice is kept"


def test_on_paper_there_is_no_control_and_what_is_folded_is_open(opened: "WebDriver") -> None:
    opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert run(opened, "getComputedStyle(document.querySelector('nav')).display") == "none"
    opened.execute_script("window.dispatchEvent(new Event('beforeprint'))")
    assert run(opened, "document.querySelectorAll('details.question[open] li').length") > 0
    opened.execute_script("window.dispatchEvent(new Event('afterprint'))")
    assert run(opened, "document.querySelectorAll('details.question[open]').length") == 0
    assert opened.execute_cdp_cmd("Page.printToPDF", {})["data"].startswith("JVBER")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 400)])
def test_axe_finds_no_serious_violation(opened: "WebDriver", scheme: str, width: int) -> None:
    import axe_core_python

    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    opened.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    opened.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    opened.execute_script(
        "document.querySelectorAll('details').forEach((one) => { one.open = true; }); "
        "document.querySelectorAll('#f-rows button').forEach((one) => one.click())"
    )
    opened.execute_script((Path(axe_core_python.__file__).parent / "axe.min.js").read_text("utf-8"))
    opened.set_script_timeout(60)
    result = opened.execute_async_script("axe.run().then(arguments[arguments.length - 1])")
    opened.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    found = [
        (one["id"], one["impact"], [node["html"][:200] for node in one["nodes"][:3]]) for one in result["violations"]
    ]
    assert [one for one in found if one[1] in ("serious", "critical")] == []
    assert len(result["passes"]) > 20


def test_a_narrow_window_is_not_scrolled_sideways(opened: "WebDriver") -> None:
    size = {"width": 360, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    opened.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    assert run(opened, "document.documentElement.scrollWidth") <= 360
    opened.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_five_thousand_findings_open_in_two_seconds(browser: "WebDriver", tmp_path: Path) -> None:
    file = tmp_path / "many.html"
    file.write_text(page(many(5000, tmp_path)), encoding="utf-8")
    browser.get(file.as_uri())
    until(browser, "document.documentElement.dataset.ready === 'true'")
    # By the clock of the page: starting tabs is not its work.
    assert run(browser, "performance.timing.domContentLoadedEventEnd - performance.timing.navigationStart") < 2000
    assert len(texts(browser, "#f-rows tr.row")) < 500
    start = time.monotonic()
    set_value(browser, "f-search", "number 4999", "input")
    until(browser, "document.querySelectorAll('#f-rows tr.row').length === 1")
    assert time.monotonic() - start < 2


def test_an_empty_repository_has_a_page(browser: "WebDriver", tmp_path: Path) -> None:
    root = tmp_path / "empty"
    root.mkdir()
    assert main(["report", "--no-cache", "--no-progress", str(root), "-o", str(tmp_path / "r.html")]) == 0
    browser.get_log("browser")
    browser.get((tmp_path / "r.html").as_uri())
    until(browser, "document.documentElement.dataset.ready === 'true'")
    assert browser.get_log("browser") == []
    assert "Nothing to score" in texts(browser, "#cards")[0]
