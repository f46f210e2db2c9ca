"""Whether a screen of the kiosk is fit for everybody: measured in the browser, and by axe-core."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from axe_playwright_python.sync_playwright import Axe

from tests.kiosk.touching import settled

if TYPE_CHECKING:
    from playwright.sync_api import Page

MEASURE = """
() => {
  const seen = (one) => one.checkVisibility({ visibilityProperty: true });
  const names = (measured) => measured.map(([one]) => one.textContent.trim().slice(0, 30));
  const isInside = (box) => box.left >= 0 && box.top >= 0 && box.right <= innerWidth && box.bottom <= innerHeight;
  const gap = (a, b) => Math.max(a.left - b.right, b.left - a.right, a.top - b.bottom, b.top - a.bottom);
  // The errands are one control, drawn as one: a slip there is seen at once, and put right by one more touch.
  const isOne = (...both) => both.every((one) => one.matches(".errands__button"));
  const isNear = ([one, box], [other, its]) => !isOne(one, other) && gap(box, its) < SMALLEST_GAP;
  const isOverfull = (one) => one.scrollWidth > one.clientWidth || one.scrollHeight > one.clientHeight;

  const targets = [...document.querySelectorAll("button, a, input")].filter(seen)
    .map((one) => [one, one.getBoundingClientRect()]);
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (!node.data.trim() || parent.closest("script, noscript") || !seen(parent)) continue;
    if (getComputedStyle(parent).clipPath !== "none") continue; // for screen readers only
    const range = document.createRange();
    range.selectNodeContents(node);
    texts.push([parent, range.getBoundingClientRect()]);
  }
  const stage = document.querySelector(".stage");
  const root = document.documentElement;
  return {
    small: names(targets.filter(([, box]) => Math.min(box.width, box.height) < SMALLEST_TARGET)),
    near: names(targets.filter((one, at) => targets.slice(at + 1).some((other) => isNear(one, other)))),
    flat: names(targets.filter(([one, box]) => one.matches(".tile") && box.height < SMALLEST_TILE)),
    illegible: names(texts.filter(([one]) => parseFloat(getComputedStyle(one).fontSize) < SMALLEST_TYPE)),
    outside: names([...targets, ...texts].filter(([, box]) => !isInside(box))),
    cut: names(targets.filter(([one]) => !one.matches("input") && isOverfull(one))),
    scrolls: stage.scrollHeight > stage.clientHeight || root.scrollWidth > root.clientWidth,
  };
}
"""
#: In CSS pixels; the tile and the type are those of the design.
FLOORS = {"SMALLEST_TARGET": 60, "SMALLEST_GAP": 8, "SMALLEST_TILE": 200, "SMALLEST_TYPE": 25}
FITS = {"small": [], "near": [], "flat": [], "illegible": [], "outside": [], "cut": [], "scrolls": False}


def measured(page: Page) -> dict[str, Any]:
    """Return what on the present screen does not fit."""
    floors = "".join(f"const {name} = {pixels};" for name, pixels in FLOORS.items())
    found: dict[str, Any] = page.evaluate(f"() => {{ {floors} return ({MEASURE})(); }}")
    return found


def faults_for_some(page: Page) -> list[str]:
    """Return what axe-core finds on the present screen."""
    settled(page)
    return [violation["id"] for violation in Axe().run(page).response["violations"]]
