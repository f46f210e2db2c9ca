// The kiosk's two languages: every word is in the page already, so one tap switches and nothing is asked for.
import { facts } from "./kiosk-facts.js";

const FIRST = "vi";
const LOCALES = { vi: "vi-VN", en: "en-GB" };
let language = FIRST;

export const currentLanguage = () => language;
export const otherLanguage = () => (language === "vi" ? "en" : "vi");

/** Return a word of the page, its {placeholders} filled. */
export function say(word, values = {}) {
  const text = facts.words[language][word] ?? facts.words[FIRST][word] ?? "";
  return text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
}

/** Return what a thing of the server's is called: it has a name in each language. */
export const nameOf = (thing) => thing[`name_${language}`] || thing.name_vi;

/** Write a text where it is not written yet: a screen reader takes every writing for news. */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Write the words that the markup asks for into it. */
export function sayAll(root) {
  for (const element of root.querySelectorAll("[data-say]")) write(element, say(element.dataset.say));
  for (const element of root.querySelectorAll("[data-say-label]")) element.setAttribute("aria-label", say(element.dataset.sayLabel));
}

export function switchLanguage(next = FIRST) {
  language = next;
  document.documentElement.lang = next;
  document.title = say("title");
  const other = document.getElementById("other-language");
  other.lang = otherLanguage();
  other.textContent = other.lang === "en" ? "English" : "Tiếng Việt";
}

/** Return a wait as people say it. */
export function duration(minutes) {
  if (minutes < 60) return say("minutes", { n: minutes });
  return say("hours", { hours: Math.floor(minutes / 60), n: minutes % 60 });
}

const format = (moment, parts) =>
  new Intl.DateTimeFormat(LOCALES[language], { timeZone: facts.zone, ...parts }).format(moment);

const weekday = (moment) => format(moment, { weekday: "long" });
// Not left to the locale: browsers write a Vietnamese day and month with a dash.
const dayAndMonth = (moment) => `${format(moment, { day: "2-digit" })}/${format(moment, { month: "2-digit" })}`;
const date = (moment) => `${dayAndMonth(moment)}/${format(moment, { year: "numeric" })}`;

export const clockTime = (moment) => format(moment, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
export const longDay = (moment) => `${weekday(moment)}, ${date(moment)}`;

/** Return the hour the office opens at, and the day unless that is today. */
export function opening(opensAt, now) {
  const hour = say("opens_at", { time: clockTime(opensAt) });
  if (date(opensAt) === date(now)) return [hour, ""];
  const day = weekday(opensAt);
  const lower = language === "vi" ? day[0].toLowerCase() + day.slice(1) : day;
  return [hour, `${lower}, ${dayAndMonth(opensAt)}`];
}
