// A display in the hall: follows the office's log, announces calls one after another, and never goes blank.
"use strict";
(() => {
  const SECOND = 1000;
  const POLL = 2 * SECOND;
  const SILENT_AFTER = 7 * SECOND; // the stream sends at least every five seconds
  const OLD_AFTER = 10 * SECOND;
  const STREAM_AGAIN = 60 * SECOND;
  const YOUNG = 60 * SECOND;
  const BLINK = 8 * SECOND;
  const PAGE = 500;
  const LAST = 5;

  const say = document.body.dataset;
  const own = say.counter ? Number(say.counter) : null;
  const at = (id) => document.getElementById(id);
  const key = `motcua.board.${say.office}`;

  // What the board knows; kept over a restart, so that it shows something before the server answers.
  let known = { seq: null, calls: [], waiting: [], freshAt: 0 };
  let offset = 0; // the server's clock minus ours
  let calling = null;
  const queue = [];

  try {
    known = { ...known, ...JSON.parse(localStorage.getItem(key)) };
  } catch {
    // nothing kept, or nothing readable: start empty
  }

  // --- what is shown

  const counterName = (number) => (number === null ? "" : say.sayCounter.replace("{counter}", number));

  function element(tag, text, className) {
    const made = document.createElement(tag);
    made.textContent = text;
    if (className) made.className = className;
    return made;
  }

  function showHall() {
    const big = calling ?? known.calls[0] ?? null;
    at("word").textContent = big ? say.sayCall : say.sayNone;
    at("number").textContent = big ? big.label : "";
    at("counter").textContent = big ? counterName(big.counter) : "";
    const others = known.calls.filter((call) => !big || call.label !== big.label).slice(0, LAST);
    at("last").replaceChildren(
      ...others.map((call) => {
        const row = document.createElement("li");
        row.append(element("b", call.label), element("span", counterName(call.counter)));
        return row;
      }),
    );
    at("lines").replaceChildren(
      ...known.waiting.map((line) => {
        const item = document.createElement("li");
        item.title = line.name_vi;
        item.append(element("span", line.series, "disc"), element("span", line.waiting));
        return item;
      }),
    );
  }

  function showCounter() {
    const here = known.calls.find((call) => call.counter === own && ["called", "serving"].includes(call.state));
    at("word").textContent = here ? (here.state === "called" ? say.sayCall : say.sayServing) : say.sayFree;
    at("number").textContent = here ? here.label : "";
  }

  const show = own === null ? showHall : showCounter;

  function age(milliseconds) {
    const seconds = Math.round(milliseconds / SECOND);
    return seconds < 120 ? say.saySeconds.replace("{n}", seconds) : say.sayMinutes.replace("{n}", Math.floor(seconds / 60));
  }

  const clock = new Intl.DateTimeFormat("vi-VN", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: say.zone });

  function tick() {
    const now = Date.now();
    at("clock").textContent = clock.format(new Date(now + offset));
    const old = now - Math.max(known.freshAt, startedAt - OLD_AFTER + 3 * SECOND);
    at("away").hidden = old <= OLD_AFTER;
    if (old > OLD_AFTER) at("away").textContent = say.sayAway.replace("{age}", age(now - (known.freshAt || startedAt)));
    if (at("sound")) at("sound").hidden = audio.state === "running";
  }

  // --- announcements: a queue, none overridden

  const audio = own === null ? new AudioContext() : { state: "running" };

  function tone(frequency, after, length) {
    const start = audio.currentTime + after;
    const oscillator = audio.createOscillator();
    const volume = audio.createGain();
    oscillator.frequency.value = frequency;
    volume.gain.setValueAtTime(0, start);
    volume.gain.linearRampToValueAtTime(0.4, start + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.001, start + length);
    oscillator.connect(volume).connect(audio.destination);
    oscillator.start(start);
    oscillator.stop(start + length);
  }

  function sound(call, isHurried) {
    if (own !== null || audio.state !== "running") return;
    tone(784, 0, 0.7);
    tone(587, 0.35, 0.9);
    const voice = isHurried || !window.speechSynthesis ? null : speechSynthesis.getVoices().find((one) => one.lang.startsWith("vi"));
    if (!voice) return;
    const text = say.sayAloud.replace("{number}", [...call.label].join(" ")).replace("{counter}", call.counter);
    const words = new SpeechSynthesisUtterance(text);
    words.voice = voice;
    words.lang = voice.lang;
    setTimeout(() => speechSynthesis.speak(words), 900);
  }

  function stopBlinking() {
    at("now").classList.remove("now--calling");
  }

  let blinking = 0;
  function announceNext() {
    calling = queue.shift() ?? null;
    show();
    if (!calling) return;
    // Many at once: shorter each, so that the last is not told when its person has given up.
    const length = queue.length > 3 ? 1.2 * SECOND : 6 * SECOND;
    stopBlinking();
    void at("now").offsetWidth; // restarts the animation
    at("now").classList.add("now--calling");
    clearTimeout(blinking);
    blinking = setTimeout(stopBlinking, BLINK);
    sound(calling, queue.length > 3);
    document.dispatchEvent(new CustomEvent("motcua:announced", { detail: calling }));
    setTimeout(announceNext, length);
  }

  function announce(event) {
    if (own !== null && event.counter !== own) return;
    queue.push(event);
    if (!calling) announceNext();
  }

  // --- news

  function take(news, events) {
    offset = Date.parse(news.now) - Date.now();
    const fresh = known.seq === null ? [] : events.filter((event) => event.seq > known.seq);
    known = {
      seq: Math.max(known.seq ?? 0, news.last_seq, ...fresh.map((event) => event.seq)),
      calls: news.calls,
      waiting: news.waiting,
      freshAt: Date.now(),
    };
    const calls = fresh.filter((event) => event.kind === "called" || event.kind === "recalled");
    calls.filter((event) => Date.parse(news.now) - Date.parse(event.at) < YOUNG).forEach(announce);
    if (!calling) show();
    tick();
    try {
      localStorage.setItem(key, JSON.stringify(known));
    } catch {
      // a full or forbidden store only costs the picture after a restart
    }
  }

  const address = () => (known.seq === null ? say.news : `${say.news}?after=${known.seq}`);

  let isAsking = false;
  async function poll() {
    if (isAsking) return;
    isAsking = true;
    const stop = new AbortController();
    const late = setTimeout(() => stop.abort(), 8 * SECOND);
    try {
      const asked = known.seq;
      const answer = await fetch(address(), { headers: { Accept: "application/json" }, cache: "no-store", signal: stop.signal });
      if (!answer.ok) return;
      const news = await answer.json();
      // The record behind the board is a new one (restored, or a fresh trial): start over at its present.
      if (asked !== null && news.last_seq < asked) known.seq = news.last_seq;
      take(news, news.events);
      if (news.events.length >= PAGE) setTimeout(poll);
    } catch {
      // no answer: what is shown stays, and its age with it
    } finally {
      clearTimeout(late);
      isAsking = false;
    }
  }

  let source = null;
  let streamAt = 0;
  function openStream() {
    let batch = [];
    streamAt = Date.now() + STREAM_AGAIN;
    source = new EventSource(address());
    source.onmessage = (message) => batch.push(JSON.parse(message.data));
    source.addEventListener("state", (message) => {
      const news = JSON.parse(message.data);
      const events = batch;
      batch = [];
      if (news.last_seq < known.seq) poll(); // only a poll can tell an old answer from a new record
      else take(news, events);
    });
    source.onerror = () => {
      batch = [];
      if (source.readyState === EventSource.CLOSED) source = null; // refused: poll, and ask again in a minute
    };
  }

  function keepUp() {
    const now = Date.now();
    const silence = now - known.freshAt;
    if (!source || silence > SILENT_AFTER) poll();
    if (source && silence > 3 * SILENT_AFTER) {
      source.close();
      source = null;
    }
    if (!source && known.seq !== null && now >= streamAt && silence < SILENT_AFTER) openStream();
  }

  const startedAt = Date.now();
  if (at("sound")) at("sound").addEventListener("click", () => audio.resume().then(tick));
  show();
  tick();
  setInterval(tick, SECOND);
  setInterval(keepUp, POLL);
  poll().then(() => known.freshAt > startedAt - SECOND && openStream());
})();
