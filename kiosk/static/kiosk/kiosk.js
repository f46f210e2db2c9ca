// The kiosk: from the welcome screen to a number in two taps, and back by itself.
import { resetAids, toggleAid, toggleLanguage } from "./kiosk-aids.js";
import { enrol, takeTokenFromAddress } from "./kiosk-enrol.js";
import { facts } from "./kiosk-facts.js";
import { Silence } from "./kiosk-idle.js";
import { leftIntent } from "./kiosk-intent.js";
import { LATE, currentOffer, follow, isAway, isOutdated, now, serviceOf, writeHead } from "./kiosk-live.js";
import { showAway, showClosed, showHelp, showLate, showNotEnrolled, showRefusal } from "./kiosk-notices.js";
import { writeGroups } from "./kiosk-priority.js";
import { Question } from "./kiosk-question.js";
import { fill, refreshScreen, showScreen, shownScreen } from "./kiosk-screens.js";
import { Refused } from "./kiosk-server.js";
import { ShownTicket } from "./kiosk-ticket.js";
import { writeTiles } from "./kiosk-tiles.js";
import { guardScreen, onPress } from "./kiosk-touch.js";
import { currentLanguage, nameOf, opening, say, switchLanguage } from "./kiosk-words.js";

const RELOAD_AFTER = 5 * 1000; // of silence
const RELOAD_AGAIN = 60 * 1000;
const RELOADED = "motcua.kiosk.reloaded";

const newVisit = () => ({ errand: "submit", page: 0, service: null });
let visit = newVisit();
let question = null; // for a number, while it is unanswered
let ticket = null; // while it is shown
const silence = new Silence(document.getElementById("return"), endVisit);
const stay = (bar) => silence.allow(facts.idle_seconds, bar);

// --- the way of a visitor

function welcome() {
  stay("never");
  if (currentOffer() === null || isAway()) showAway();
  else showScreen("welcome", writeWelcome);
}

function choose(code) {
  visit.service = code;
  stay();
  if (!serviceOf(code)?.open) showClosed(code);
  else if (currentOffer().priorities.length > 0) showScreen("priority", writePriority);
  else take(null);
}

function take(priority) {
  begin({ service: visit.service, errand: visit.errand, priority, language: currentLanguage() });
}

function begin(order, left = null) {
  visit.service = order.service;
  question = new Question(order, { left, lateAfter: LATE, onLate: showQuestion, onNumber: showNumber, onRefusal: refuse });
  stay();
  showQuestion();
  question.ask();
}

function showQuestion() {
  if (question.isLate) showLate();
  else showScreen("issuing", (screen) => fill(screen, chosen()));
}

function showNumber(given) {
  question = null;
  ticket = new ShownTicket(given, serviceOf, {
    onChange: refreshScreen,
    onTrouble: () => silence.allow(2 * facts.ticket_seconds, "always"), // time to take out a telephone
  });
  silence.allow(facts.ticket_seconds, "always");
  showTicket();
  ticket.begin();
}

const showTicket = () => showScreen("ticket", (screen) => ticket.write(screen));

function refuse(refusal) {
  question = null;
  if (refusal.isAboutDevice) leave();
  else showRefusal(refusal);
}

/** Go back from a screen in between to the one it was shown over. */
function home() {
  if (ticket) showTicket();
  else if (question) showQuestion();
  else welcome();
}

/** The visitor has gone, or says so: everything is as it was for the next one. */
function endVisit() {
  question?.giveUp();
  ticket?.end();
  question = ticket = null;
  visit = newVisit();
  resetAids();
  if (shownScreen() !== "welcome" || isAway()) welcome();
  else stay("never"); // the tiles stay as they are: somebody may be about to touch one
  refreshScreen();
}

/** This machine is not, or no longer, a kiosk: the server's own page says so. */
function leave() {
  if (!ticket) location.replace(facts.addresses.page);
}

// --- what the screens say

function writeWelcome(screen) {
  const offer = currentOffer();
  const isClosed = offer.services.length > 0 && offer.services.every(({ reason }) => reason?.code === "outside_hours");
  const title = isClosed ? "outside_hours" : offer.services.length > 0 ? "touch" : "no_services";
  const opens = isClosed && offer.opens_at ? opening(new Date(offer.opens_at), now()).filter(Boolean).join(" · ") : "";
  fill(screen, { title: say(title), hint: title === "touch" ? say("choose") : opens || say("help_desk") });
  screen.classList.toggle("welcome--closed", title !== "touch");
  for (const button of screen.querySelectorAll("[data-errand]")) {
    button.setAttribute("aria-pressed", String(button.dataset.errand === visit.errand));
  }
  visit.page = writeTiles(screen, offer, visit.page, now());
}

function chosen() {
  const service = serviceOf(visit.service);
  return { series: service?.series ?? "", service: service ? nameOf(service) : "" };
}

function writePriority(screen) {
  fill(screen, chosen());
  writeGroups(screen, currentOffer().priorities);
}

// --- what can be pressed

const ACTS = {
  choose: ({ service }) => choose(service),
  take: ({ priority }) => take(priority || null),
  errand: ({ errand }) => {
    visit.errand = errand;
    refreshScreen();
  },
  turn: ({ by }) => {
    visit.page += Number(by);
    refreshScreen();
  },
  home,
  finish: endVisit,
  "give-up": () => {
    question?.giveUp();
    question = null;
    welcome();
  },
  help: () => {
    if (!ticket) stay();
    showHelp();
  },
  language: () => {
    toggleLanguage();
    refreshScreen();
    writeHead();
  },
  large: () => toggle("large"),
  low: () => toggle("low"),
};

function toggle(aid) {
  toggleAid(aid);
  refreshScreen();
}

// --- keeping up with the server

function takeNews() {
  if ([null, "away"].includes(shownScreen())) welcome();
  else if (shownScreen() === "welcome") refreshScreen();
  if (isOutdated()) renew();
}

function noNews() {
  if ([null, "welcome", "priority"].includes(shownScreen())) welcome();
}

/** Take over a new edition of this page: out of nobody's hands, and not again and again. */
function renew() {
  if (shownScreen() !== "welcome" || silence.lasts < RELOAD_AFTER) return;
  if (Math.abs(Date.now() - Number(sessionStorage.getItem(RELOADED))) < RELOAD_AGAIN) return;
  sessionStorage.setItem(RELOADED, String(Date.now()));
  location.reload();
}

/** The page was opened with a token although it is enrolled: it is to become another kiosk. */
async function enrolAnew(token) {
  try {
    await enrol(token);
    location.replace(facts.addresses.page);
  } catch (error) {
    if (error instanceof Refused) showNotEnrolled(error);
  }
}

const token = takeTokenFromAddress();
const left = leftIntent();
guardScreen();
onPress((element) => element.disabled || ACTS[element.dataset.do](element.dataset));
window.addEventListener("resize", refreshScreen);
switchLanguage();
if (token) enrolAnew(token);
if (left) begin(left.order, left);
follow({ onNews: takeNews, onAway: noNews, onStranger: leave });
