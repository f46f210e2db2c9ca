// The counter console: one state from the server, drawn; one command at a time, repeated until answered.
import { at, closeDialog, h, isDialogOpen, openDialog } from "./elements.js";
import { clockText, lengthText, say, serverNow, setClock, timeText } from "./facts.js";
import { closeIntake, isOpen as isIntakeOpen, isTouched, openIntake } from "./intake.js";
import { forgetProcedures } from "./procedures.js";
import { drawQueue, openTransfer, tickQueue } from "./queue.js";
import { closeReceipt, drawReceiptActions, drawReceiptState, isShown as isReceiptShown, showReceipt } from "./receipt.js";
import { GaveUp, getDossier, getState, giveUp, leftCommand, LoggedOut, newCommand, Refused, send } from "./server.js";
import { facts } from "./facts.js";
import { drawVisit, KEYS, offers, tickVisit } from "./visit.js";

const SECOND = 1000;
const POLL = 2 * SECOND;
const OLD_AFTER = 6 * SECOND;
const CALM = 350; // a second press of a hasty finger is not a new wish
const HIDE_GOOD_NEWS = 5 * SECOND;
const KEYS_PLACE = "motcua.counter.keys";

let state = null;
let freshAt = 0; // our clock, when the state was last known to be true
let takenAt = 0;
let isBusy = false;
let calmUntil = 0;
let hasKeys = true;

try {
  hasKeys = localStorage.getItem(KEYS_PLACE) !== "off";
} catch {
  // shortcuts are on where nothing can be remembered
}

// --- what is shown

function draw() {
  if (!state) return;
  drawQueue(at("queue"), state, give);
  drawVisit(at("visit"), state, { isBusy, hasKeys, work: workName(), act, show });
  drawFigures();
  document.body.dataset.work = workName();
  if (isReceiptShown()) drawReceiptActions(state, { isBusy, hasKeys, act });
}

const workName = () => (isIntakeOpen() ? "intake" : isReceiptShown() ? "receipt" : "");
const hasWork = () => workName() !== "";

function drawFigures() {
  const { served, dossiers, average_seconds: average } = state.today;
  const figures = [say("visits", { n: served }), say("dossiers", { n: dossiers })];
  if (average !== null) figures.push(say("average", { time: lengthText(average) }));
  at("figures").replaceChildren(h("dt", {}, say("today")), ...figures.map((text) => h("dd", {}, text)));
}

function tick() {
  at("clock").textContent = clockText();
  tickVisit(at("visit"));
  tickQueue(at("queue"));
  const isAway = freshAt > 0 && Date.now() - freshAt > OLD_AFTER;
  const link = at("link");
  const words = isAway ? say("away", { time: timeText(serverNow() - (Date.now() - freshAt)) }) : say("online");
  if (link.textContent !== words) {
    link.textContent = words;
    link.className = `bar__link chip chip--${isAway ? "late" : "ok"}`;
    document.body.dataset.link = isAway ? "away" : "";
  }
}

let hiding = 0;

/** Say something above the visitor; good news goes by itself. */
function notice(words, { kind = "ok", more = null } = {}) {
  clearTimeout(hiding);
  const box = at("notice");
  box.className = `notice notice--${kind}`;
  box.replaceChildren(
    h("p", {}, words),
    ...[more].flat().filter(Boolean),
    kind === "wait" ? "" : h("button", { class: "notice__close", type: "button", "aria-label": say("dismiss"), onclick: hideNotice }, "×"),
  );
  box.hidden = false;
  if (kind === "ok") hiding = setTimeout(hideNotice, HIDE_GOOD_NEWS);
}

function hideNotice() {
  at("notice").hidden = true;
}

// --- news

/** Take a state over, unless a newer one has come meanwhile. */
function take(fresh, askedAt) {
  if (!fresh) return;
  if (state && fresh.seq < state.seq && askedAt <= takenAt) return;
  if (state && fresh.day !== state.day) forgetProcedures();
  setClock(fresh.now);
  state = fresh;
  takenAt = Date.now();
  freshAt = takenAt;
  draw();
  tick();
}

let isAsking = false;
async function poll(options) {
  if (isAsking) return;
  isAsking = true;
  const askedAt = Date.now();
  try {
    const fresh = await getState(options);
    freshAt = Date.now();
    if (at("notice").dataset.about === "login") endLoginNotice();
    take(fresh, askedAt);
  } catch (error) {
    if (error instanceof LoggedOut) askForLogin();
    else if (error instanceof Refused) notice(error.text, { kind: "late" });
  } finally {
    isAsking = false;
    tick();
  }
}

function askForLogin() {
  if (at("notice").dataset.about === "login") return;
  notice(say("logged_out"), {
    kind: "late",
    more: h("a", { class: "button button--small", href: facts.login, target: "_blank", rel: "noopener" }, say("log_in")),
  });
  at("notice").dataset.about = "login";
}

function endLoginNotice() {
  delete at("notice").dataset.about;
  hideNotice();
}

// --- commands

const DONE = {
  recall: "did_recall",
  "no-show": "did_no_show",
  hold: "did_hold",
  transfer: "did_transfer",
  finish: "did_finish",
  cancel: "did_cancel",
  priority: "did_priority",
};

/** Send a command and take over what came of it; returns the answer, or throws what a person has to be told. */
async function run(command) {
  isBusy = true;
  draw();
  const askedAt = Date.now();
  try {
    const answer = await send(command, () =>
      notice(say("trying"), { kind: "wait", more: h("button", { class: "button button--small", type: "button", onclick: giveUp }, say("give_up")) }),
    );
    hideNotice();
    if (answer.state) take(answer.state, askedAt + SECOND);
    return answer;
  } catch (error) {
    if (error instanceof Refused && error.state) take(error.state, askedAt + SECOND);
    if (error instanceof LoggedOut) askForLogin();
    throw error;
  } finally {
    isBusy = false;
    calmUntil = Date.now() + CALM;
    draw();
  }
}

/** Give a command about a ticket and say what came of it. */
async function give(name, body = {}, label = "") {
  if (isBusy) return false;
  return carryOut(newCommand(name, body), label);
}

async function carryOut(command, label) {
  try {
    const answer = await run(command);
    if (DONE[command.name]) notice(say(DONE[command.name], { number: answer.ticket?.label ?? label }));
    if (hasWork() && answer.state && !answer.state.current) closeWork();
    return true;
  } catch (error) {
    tell(error);
    return false;
  }
}

function tell(error) {
  if (error instanceof Refused) notice(error.text, { kind: "late" });
  else if (error instanceof GaveUp) {
    notice(say("gave_up"), { kind: "late" });
    poll({ anyway: true });
  } else if (!(error instanceof LoggedOut)) throw error;
}

const about = () => (state?.current ? { ticket: state.current.id, version: state.current.version } : {});

/** Do what a button or a key asks for. */
function act(name) {
  if (isBusy || Date.now() < calmUntil || !offers(state).includes(name)) return;
  if (name === "intake") startIntake();
  else if (name === "transfer") openTransfer(state.current, (_, more) => {
    closeDialog();
    give("transfer", { ...about(), ...more });
  });
  else if (name === "finish-next") finishAndCallNext();
  else give(name, name === "next" ? {} : about());
}

async function finishAndCallNext() {
  if (await give("finish", about())) await give("next");
}

// --- dossiers

function startIntake() {
  closeReceipt();
  openIntake(state.current, { save: saveIntake, close: askToCloseIntake });
  draw();
}

async function saveIntake(body) {
  const answer = await run(newCommand("dossiers", body, { isPrivate: true }));
  closeIntake();
  showDossier(answer.dossier, true);
  draw();
}

function showDossier(dossier, isNew) {
  showReceipt(dossier, {
    isNew,
    reprint: () => reprint(dossier.id),
    done: closeWork,
  });
}

async function show(id) {
  try {
    const dossier = await getDossier(id);
    if (isIntakeOpen()) return;
    showDossier(dossier, false);
    draw();
  } catch (error) {
    if (error instanceof Refused) notice(error.text, { kind: "late" });
    else notice(say("gave_up"), { kind: "late" });
  }
}

async function reprint(id) {
  if (isBusy) return;
  try {
    drawReceiptState((await run(newCommand(`dossiers/${id}/reprint`, {}))).dossier);
  } catch (error) {
    tell(error);
  }
}

function closeWork() {
  if (isIntakeOpen()) closeIntake();
  if (isReceiptShown()) closeReceipt();
  draw();
  at("visit-title")?.focus();
}

function askToCloseIntake() {
  if (!isTouched()) {
    closeWork();
    return;
  }
  openDialog(
    say("close_form"),
    h("p", {}, say("discard_sure")),
    h(
      "div",
      { class: "choices" },
      h("button", { class: "button button--danger", type: "button", onclick: () => { closeDialog(); closeWork(); } }, say("discard_yes")),
      h("button", { class: "button button--quiet", type: "button", onclick: closeDialog }, say("back")),
    ),
  );
}

// --- the keyboard

const BY_CODE = Object.fromEntries(Object.entries(KEYS).map(([name, [code]]) => [code, name]));

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.repeat || isDialogOpen()) return;
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === "Escape" && hasWork()) {
    event.preventDefault(); // or the browser closes the question in the moment it opens
    if (isIntakeOpen()) askToCloseIntake();
    else closeWork();
    return;
  }
  const target = event.target instanceof Element ? event.target : document.body;
  if (!hasKeys || target.closest("input, textarea, select, [contenteditable]")) return;
  const name = BY_CODE[event.code];
  if (!name || (name === "next" && target.closest("button, a"))) return;
  if (isIntakeOpen()) return;
  event.preventDefault();
  act(name);
});

function drawKeysSwitch() {
  const button = at("keys");
  button.textContent = say(hasKeys ? "keys_on" : "keys_off");
  button.setAttribute("aria-pressed", String(hasKeys));
}

at("keys").addEventListener("click", () => {
  hasKeys = !hasKeys;
  try {
    localStorage.setItem(KEYS_PLACE, hasKeys ? "on" : "off");
  } catch {
    // then the choice holds until the page is loaded anew
  }
  drawKeysSwitch();
  draw();
});

// --- begin

window.addEventListener("beforeunload", (event) => {
  if (isIntakeOpen() && isTouched()) event.preventDefault();
});
document.addEventListener("visibilitychange", () => document.hidden || poll());

drawKeysSwitch();
tick();
setInterval(tick, SECOND);
setInterval(() => document.hidden || isBusy || poll(), POLL);
await poll({ anyway: true });
const left = leftCommand();
if (left) carryOut(left, "");
