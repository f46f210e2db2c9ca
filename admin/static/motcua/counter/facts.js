// What the page knows before it asks the server, and the words it speaks.
export const facts = JSON.parse(document.getElementById("facts").textContent);

/** Return a sentence, its {places} filled. */
export const say = (name, filled = {}) =>
  facts.words[name].replace(/\{(\w+)\}/g, (_, place) => String(filled[place] ?? ""));

export const inLanguage = (vi, en) => (facts.language === "en" ? en : vi);

export const serviceName = (code) => facts.services.find((service) => service.code === code)?.name ?? code;

const SECOND = 1000;
const zoned = (options) => new Intl.DateTimeFormat("vi-VN", { timeZone: facts.zone, hourCycle: "h23", ...options });
const clock = zoned({ hour: "2-digit", minute: "2-digit" });
const clockWithSeconds = zoned({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
const day = zoned({ day: "2-digit", month: "2-digit", year: "numeric" });
const weekday = new Intl.DateTimeFormat(facts.language, { timeZone: facts.zone, weekday: "long" });

let offset = 0; // the server's clock minus ours

/** Learn the server's time from an answer. */
export function setClock(now) {
  offset = Date.parse(now) - Date.now();
}

export const serverNow = () => Date.now() + offset;
export const clockText = () => clock.format(serverNow());
export const timeText = (at) => clockWithSeconds.format(at);

/** Return "Thứ Hai 07/12/2026, 09:00", or null when no date was promised. */
export function dueText(at) {
  if (!at) return null;
  const moment = new Date(at);
  const name = weekday.format(moment);
  return `${name[0].toUpperCase()}${name.slice(1)} ${day.format(moment)}, ${clock.format(moment)}`;
}

/** Return how long ago a moment was, to the second below two minutes. */
export function agoText(at) {
  const seconds = Math.max(0, Math.round((serverNow() - Date.parse(at)) / SECOND));
  return lengthText(seconds);
}

export const lengthText = (seconds) =>
  seconds < 120 ? say("seconds", { n: seconds }) : say("minutes", { n: Math.floor(seconds / 60) });
