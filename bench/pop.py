"""(e) From the agent's ring to the screen pop in a real browser: the whole stack, the sample company, Chromium.

The agent works with a desk phone, so that the ring is an INVITE on the wire; the page notes by itself when the pop of
a call has been painted. Both clocks are this machine's.
"""

from __future__ import annotations

import shutil
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.stack.product import Product

from bench import phones, steps
from bench.capture import Capture, messages
from bench.lab import free_port
from bench.procs import Conditions, Watch
from bench.report import Report, Row, percentile, progress

POP_P95_MS = 200.0
NUMBER, AGENT, QUEUE = "4008001001", "1001", "802"

# Notes for every call when its pop card, filled, has been painted (two frames later), in ms since 1970
_WATCH = """() => {
  window.benchPops = {};
  const look = () => {
    for (const card of document.querySelectorAll('[data-testid=pop-card][data-ready=true]')) {
      const call = card.dataset.call;
      if (call in window.benchPops || card.getClientRects().length === 0) continue;
      window.benchPops[call] = 0;
      requestAnimationFrame(() => requestAnimationFrame(() => {
        window.benchPops[call] = performance.timeOrigin + performance.now();
      }));
    }
  };
  new MutationObserver(look).observe(document.body, {subtree: true, childList: true, attributes: true});
}"""
_POST = """async ([path, body]) => {
  const session = await (await fetch('/api/v1/session')).json();
  const answer = await fetch('/api/v1/' + path, {method: 'POST', body: JSON.stringify(body),
    headers: {'Content-Type': 'application/json', 'X-Yingda-CSRF': session.csrf}});
  return [answer.status, await answer.text()];
}"""


def run(*, rings: int = 25, keep: bool = False) -> Report:
    report = Report(f"pop: ring begins to pop painted in the browser, {rings} rings, the whole stack")
    folder = Path(tempfile.mkdtemp(prefix="yingda-bench-"))
    try:
        with _product(folder) as product, _agent_phone(product, folder) as phone_port, _page(product) as page:
            capture = Capture(folder / "sip.pcap", f"udp port {product.settings.sip_port}").start()
            watch = Watch().start()
            try:
                for n in range(rings):
                    _one_call(product, page, folder, n)
            finally:
                conditions = watch.stop()
                capture.stop()
            painted: dict[str, float] = page.evaluate("() => window.benchPops")
            _rows(report, capture, phone_port, painted, rings, conditions)
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)
    return report


@contextmanager
def _product(folder: Path) -> Iterator[Product]:
    product = Product(folder)
    try:
        progress(f"the sample company is up after {product.start():.1f} s")
        yield product
    finally:
        product.stop()


@contextmanager
def _agent_phone(product: Product, folder: Path) -> Iterator[int]:
    """Agent 1001's desk phone: rings for 1.5 s, talks for half a second, hangs up."""
    person = next(x for x in product.demo["people"] if x["number"] == AGENT)
    port, server = free_port(socket.SOCK_DGRAM), product.settings.sip_port
    phones.register([person["sip_username"]], person["sip_secret"], port=port, server_port=server)
    path = steps.scenario(folder, "agents", ring=1500, low=500, high=600, server=f"127.0.0.1:{server}")
    proc = steps.sipp("agents", ["-sf", str(path), "-p", str(port)], folder)
    try:
        yield port
    finally:
        proc.stop()


@contextmanager
def _page(product: Product) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    person = next(x for x in product.demo["people"] if x["number"] == AGENT)
    chromium = shutil.which("chromium")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        page.goto(product.settings.url)
        page.get_by_test_id("login-number").fill(AGENT)
        page.get_by_test_id("login-password").fill(person["password"])
        page.get_by_test_id("login-submit").click()
        page.get_by_test_id("call-bar").wait_for(timeout=20_000)
        _post(page, "agent/sign-in", {"phone": "desk"})
        _post(page, "agent/ready", {})
        page.get_by_test_id("menu-desk").click()
        page.evaluate(_WATCH)
        try:
            yield page
        finally:
            browser.close()


def _post(page: Any, path: str, body: dict[str, object]) -> None:
    status, text = page.evaluate(_POST, [path, body])
    if status >= 300:
        raise RuntimeError(f"{path}: {status} {text[:200]}")


def _one_call(product: Product, page: Any, folder: Path, n: int) -> None:
    """One caller: half of them known customers, half strangers. Ends with the agent ready again."""
    known = product.demo["customers"]
    number = known[n % len(known)]["number"] if n % 2 and known else f"1390000{n:04d}"
    path = steps.scenario(folder, "caller", number=NUMBER, **{"from": number})
    caller = steps.sipp("caller", [f"127.0.0.1:{product.settings.sip_port}", "-sf", str(path), "-p",
                                   str(free_port(socket.SOCK_DGRAM)), "-m", "1", "-timeout", "30"], folder)
    caller.wait(35)
    caller.stop()
    until = time.monotonic() + 10
    while time.monotonic() < until:  # the wrap-up is cut short, as an agent does who is done
        if page.evaluate("() => document.querySelector('[data-testid=state-button]')?.dataset.state") == "ready":
            break
        _post(page, "agent/ready", {})
        time.sleep(0.2)


def _rows(report: Report, capture: Capture, phone_port: int, painted: dict[str, float], rings: int,
          conditions: Conditions) -> None:
    rung: dict[str, float] = {}
    for m in messages(capture.path):
        if m.method == "INVITE" and not m.status and m.target == phone_port and m.ours:
            rung.setdefault(m.ours, m.at * 1000)
    times = [painted[call] - at for call, at in rung.items() if painted.get(call)]
    report.must(len(rung) == rings, f"{len(rung)} rings of {rings} calls")
    report.must(len(times) == len(rung), f"{len(rung) - len(times)} rings without a pop")
    if not conditions.quiet:
        report.note(f"NOT QUIET: {conditions.words()}")
    for percent, goal in ((50, None), (95, POP_P95_MS)):
        report.add(Row(f"ring to pop painted, p{percent}", percentile(times, percent), "ms", goal=goal,
                       low=min(times, default=None), high=max(times, default=None), quiet=conditions.quiet))
