"""(g) The settings pages of a company of 2,000 people: how long each takes to open in a browser, and saving over HTTP.

Opening is measured in the page: from the click on the menu to the second frame after the page stands without a place
holder. The browser has the page's files, as it has from the second visit on; the lists are fetched anew each time.
Saving is measured over HTTP from one connection, one after the other.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
from tests.stack.product import Product

from bench.procs import Watch
from bench.report import Report, Row, percentile, progress

OPEN_MS, SAVE_P95_MS = 150.0, 50.0
ADMIN = "9000"
_OPEN = """async (id) => {
  const frame = () => new Promise(requestAnimationFrame);
  const link = document.querySelector(`[data-testid="${id}"]`);
  const to = link.getAttribute('href'), begun = performance.now();
  link.click();
  const stands = () => {
    const main = document.querySelector('main');
    const seen = (what) => [...main.querySelectorAll(what)].some((one) => one.getClientRects().length > 0);
    return location.pathname === to && seen('h1') && !seen('[aria-busy="true"]') && !seen('.el-loading-mask');
  };
  while (!stands()) {
    await frame();
    if (performance.now() - begun > 15000) return -1;
  }
  await frame();
  await frame();
  return performance.now() - begun;
}"""


def run(*, people: int = 2_000, rounds: int = 4, saves: int = 100, keep: bool = False) -> Report:
    report = Report(f"settings: {people} people, every page opened {rounds} times, {saves} savings of each kind")
    folder = Path(tempfile.mkdtemp(prefix="yingda-bench-"))
    product = Product(folder)
    try:
        progress(f"the sample company is up after {product.start():.1f} s")
        with _admin(product) as api:
            _grow(api, people)
            watch = Watch().start()
            try:
                opened = _open_all(product, rounds)
                saved = _save_all(api, saves)
            finally:
                conditions = watch.stop()
        for page, times in sorted(opened.items(), key=lambda one: -percentile(one[1], 50)):
            report.must(min(times) > 0, f"{page} did not open")
            report.add(Row(f"open {page}, median", percentile(times, 50), "ms", goal=OPEN_MS, low=min(times),
                           high=max(times), quiet=conditions.quiet))
        for what, times in saved.items():
            report.add(Row(f"save {what}, p95", percentile(times, 95), "ms", goal=SAVE_P95_MS, low=min(times),
                           high=max(times), quiet=conditions.quiet))
        if not conditions.quiet:
            report.note(f"NOT QUIET: {conditions.words()}")
    finally:
        product.stop()
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)
    return report


def _password(product: Product) -> str:
    return str(next(one["password"] for one in product.demo["people"] if one["number"] == ADMIN))


@contextmanager
def _admin(product: Product) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=f"{product.settings.url}/api/v1", timeout=120, trust_env=False) as api:
        answer = api.post("/session", json={"number": ADMIN, "password": _password(product)})
        answer.raise_for_status()
        api.headers["X-Yingda-CSRF"] = answer.json()["csrf"]
        yield api


def _grow(api: httpx2.Client, people: int) -> None:
    """Extensions, departments and people, the people as a spreadsheet, as a company would do it."""
    places = [str(20_000 + n) for n in range(people)]
    for first in places[::200]:
        api.post("/extensions/range", json={"first": first, "count": 200}).raise_for_status()
    for n in range(40):
        api.post("/departments", json={"number": f"B{n:02d}", "name": f"部门{n:02d}"}).raise_for_status()
    rows = ["工号,姓名,部门,分机,手机,工作组,职务"]
    rows += [f"P{place},员工{place},B{n % 40:02d},{place},139{n:08d},班组{n % 60},坐席"
             for n, place in enumerate(places)]
    answer = api.post("/staff-import", params={"mode": "all"},
                      files={"file": ("people.csv", "\n".join(rows).encode("utf-8"), "text/csv")})
    answer.raise_for_status()
    made = answer.json()
    if made["written"] != people:
        raise RuntimeError(f"{made['written']} of {people} people came in: {made['faults'][:3]}")
    progress(f"the company has grown by {people} people")


def _open_all(product: Product, rounds: int) -> dict[str, list[float]]:
    from playwright.sync_api import sync_playwright

    found: dict[str, list[float]] = defaultdict(list)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        page.goto(product.settings.url)
        page.get_by_test_id("login-number").fill(ADMIN)
        page.get_by_test_id("login-password").fill(_password(product))
        page.get_by_test_id("login-submit").click()
        page.locator("nav.menu").wait_for(timeout=30_000)
        entries = page.locator('nav.menu a[href^="/admin/"]')
        ids = [str(entries.nth(at).get_attribute("data-testid")) for at in range(entries.count())]
        for turn in range(rounds + 1):  # the first fetches the page's files and is not counted
            page.goto(product.settings.url)  # forgets every list
            page.locator("nav.menu").wait_for(timeout=30_000)
            page.wait_for_timeout(500)
            for one in ids:
                took = float(page.evaluate(_OPEN, one))
                if turn:
                    found[one.removeprefix("menu-")].append(took)
            progress(f"round {turn} of {rounds}")
        browser.close()
    return dict(found)


def _save_all(api: httpx2.Client, saves: int) -> dict[str, list[float]]:
    people = [one for one in api.get("/people").json() if one["number"].startswith("P")][:saves]
    extensions = [one for one in api.get("/extensions").json() if one["person_id"]][-saves:]
    places = [one for one in api.get("/departments").json() if one["number"].startswith("B")]
    kept = ("number", "name", "role", "department_id", "extension_id", "language", "active", "email", "team", "skills")

    def person(n: int) -> tuple[str, dict[str, Any]]:
        one = people[n]
        return f"/people/{one['id']}", {name: one[name] for name in kept} | {"title": f"职务{n}"}

    def extension(n: int) -> tuple[str, dict[str, Any]]:
        one = extensions[n]
        return f"/extensions/{one['id']}", {"number": one["number"], "person_id": one["person_id"], "active": True}

    def department(n: int) -> tuple[str, dict[str, Any]]:
        one = places[n % len(places)]
        return f"/departments/{one['id']}", {"number": one["number"], "name": f"部门 {n}"}

    found: dict[str, list[float]] = {}
    for what, made in (("person", person), ("extension", extension), ("department", department)):
        times: list[float] = []
        for n in range(min(saves, len(people), len(extensions))):
            path, body = made(n)
            begun = time.perf_counter()
            api.put(path, json=body).raise_for_status()
            times.append((time.perf_counter() - begun) * 1000)
        found[what] = times
    return found
