// Full pages for what is no number: away, late, refused, closed, help. What happened, what to do, whom to ask.
import { hotline, serviceOf } from "./kiosk-live.js";
import { fill, showScreen } from "./kiosk-screens.js";
import { currentLanguage, say } from "./kiosk-words.js";

/** Refusals whose own words are meant for a visitor; others are about the request and mean nothing in a hall. */
const SPEAKING = ["service_closed", "quota_reached", "outside_hours"];

function writeCall(screen) {
  fill(screen, { call: say("call", { hotline: hotline() }) });
  screen.querySelector("[data-call]").hidden = !hotline();
}

function show(words, name) {
  const write = (screen) => {
    const { sign, title, what, todo, back = "", act = "home" } = words();
    screen.querySelector("[data-sign]").setAttribute("href", `#sign-${sign}`);
    fill(screen, { title, what, todo, back });
    writeCall(screen);
    const button = screen.querySelector("[data-back]");
    button.hidden = !back;
    button.dataset.do = act;
  };
  showScreen("notice", write, name);
}

/** The server does not answer; the screen comes back by itself. */
export const showAway = () =>
  show(() => ({ sign: "pause", title: say("away"), what: say("away_what"), todo: say("away_do") }), "away");

/** The server does not answer, and a visitor waits for a number. */
export const showLate = () =>
  show(
    () => ({
      sign: "pause",
      title: say("away"),
      what: say("away_trying"),
      todo: say("late_do"),
      back: say("give_up"),
      act: "give-up",
    }),
    "late",
  );

function showNo(title, text, todo = "") {
  show(
    () => ({
      sign: "notice",
      title: say(title),
      what: text?.[currentLanguage()] || say("refused_what"),
      todo: todo && say(todo),
      back: say("back"),
    }),
    "refused",
  );
}

/** The server said no. */
export function showRefusal(refusal) {
  const isSpeaking = SPEAKING.includes(refusal.code);
  showNo("refused", isSpeaking ? refusal.text : null, isSpeaking && refusal.code !== "outside_hours" ? "refused_do" : "");
}

/** A closed service was pressed: say what the server would. */
export function showClosed(code) {
  const reason = serviceOf(code)?.reason;
  showRefusal({ code: reason?.code, text: { vi: reason?.detail_vi, en: reason?.detail_en } });
}

/** This browser was to become another kiosk and may not. */
export const showNotEnrolled = (refusal) => showNo("enrolled_not", refusal.text);

export const showHelp = () => showScreen("help", writeCall);
