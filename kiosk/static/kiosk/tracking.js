// Keeps the tracking page fresh: asks for the small JSON, and for the page only when something has changed.
"use strict";
(() => {
  const SECOND = 1000;
  const FEW_AHEAD = 5;
  const OLD_AFTER = 10 * SECOND;
  const LONGEST = 60 * SECOND;

  const away = document.getElementById("away");
  const announcement = document.getElementById("announcement");
  let shown = document.getElementById("following");
  let etag = null;
  let failures = 0;
  let freshAt = Date.now();
  let timer = 0;

  function pause() {
    const { kind, state, ahead } = shown.dataset;
    let wait = 60 * SECOND;
    if (kind === "ticket" && (state === "called" || state === "serving")) wait = 3 * SECOND;
    else if (kind === "ticket" && state === "waiting") wait = Number(ahead) <= FEW_AHEAD ? 2 * SECOND : 5 * SECOND;
    else if (kind === "ticket" && state === "held") wait = 5 * SECOND;
    if (document.hidden) wait = Math.max(wait * 4, 15 * SECOND);
    wait = failures ? Math.min(wait * 2 ** failures, LONGEST) : wait;
    return wait * (0.9 + 0.2 * Math.random()); // so that a hall of phones does not ask in step
  }

  const hours = new Intl.DateTimeFormat("vi-VN", {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
    timeZone: shown.dataset.zone, // the office's, wherever the phone has been
  });

  function clock(time) {
    return hours.format(new Date(time));
  }

  function tell() {
    const isOld = failures > 0 && Date.now() - freshAt > OLD_AFTER;
    away.hidden = !isOld;
    if (isOld) away.textContent = away.dataset.words.replace("{time}", clock(freshAt));
  }

  function show(text) {
    const page = new DOMParser().parseFromString(text, "text/html");
    const next = page.getElementById("following");
    if (!next) return;
    const before = shown.dataset;
    const isNews = before.headline !== next.dataset.headline;
    const isCalled = next.dataset.state === "called" && before.state !== "called";
    shown.replaceWith(next);
    // Beside it, so that what is being typed or read there stays.
    const more = page.getElementById("more");
    if (more && !document.getElementById("more")) next.after(more);
    shown = next;
    document.title = page.title;
    if (isNews) announcement.textContent = next.dataset.headline;
    if (isCalled && navigator.vibrate) navigator.vibrate([400, 200, 400]);
  }

  function settle() {
    const at = shown.querySelector("#fresh");
    at.textContent = at.dataset.words.replace("{time}", clock(freshAt));
    shown.querySelector("#itself").hidden = false;
  }

  async function get(address, headers) {
    const stop = new AbortController();
    const late = setTimeout(() => stop.abort(), 8 * SECOND);
    try {
      const answer = await fetch(address, { headers, cache: "no-store", signal: stop.signal });
      return { status: answer.status, etag: answer.headers.get("ETag"), text: await answer.text() };
    } finally {
      clearTimeout(late);
    }
  }

  async function ask() {
    const answer = await get(shown.dataset.json, etag ? { "If-None-Match": etag } : {});
    if (answer.status === 404) {
      location.reload();
      return;
    }
    if (answer.status === 304) return;
    if (answer.status !== 200) throw new Error(`answer ${answer.status}`);
    const page = await get(location.href, {});
    if (page.status !== 200) throw new Error(`answer ${page.status}`);
    show(page.text);
    etag = answer.etag;
  }

  async function turn() {
    clearTimeout(timer);
    try {
      await ask();
      failures = 0;
      freshAt = Date.now();
      settle();
    } catch {
      failures += 1;
    }
    tell();
    timer = setTimeout(turn, pause());
  }

  settle();
  // After the browser has gone to where the address points, which takes the focus away.
  window.addEventListener("load", () => document.querySelector("#digits[aria-invalid]")?.focus());
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) turn();
  });
  window.addEventListener("online", turn);
  setInterval(tell, SECOND);
  timer = setTimeout(turn, pause());
})();
