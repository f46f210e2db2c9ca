// A dossier that was taken in: its code, its due date, the QR code for the applicant, and how its receipt is coming.
import { at, fill, h } from "./elements.js";
import { dueText, say } from "./facts.js";
import { codeAddress, getDossier } from "./server.js";
import { action, offers, receiptChip } from "./visit.js";

const LOOK = 1000;
const COMING = new Set(["queued", "sending"]);

let shown = null;

export const isShown = () => shown !== null;

/** Take the panel away. */
export function closeReceipt() {
  clearTimeout(shown?.looking);
  shown = null;
  at("work").replaceChildren();
  at("work").hidden = true;
}

/** Show a dossier. */
export function showReceipt(dossier, { isNew, reprint, done }) {
  clearTimeout(shown?.looking);
  shown = { id: dossier.id, looking: 0 };
  const state = h("p", { class: "receipt__state", role: "status" }, receiptChip(dossier.print.state));
  shown.state = state;
  shown.actions = h("div", { class: "actions receipt__actions" });
  at("work").replaceChildren(
    h(
      "section",
      { class: "receipt", "aria-labelledby": "receipt-title" },
      h(
        "div",
        { class: "receipt__words" },
        h("h2", { id: "receipt-title", tabindex: "-1" }, isNew ? `✓ ${say("taken_in")}` : say("code")),
        h("p", { class: "receipt__code" }, dossier.code),
        h("p", {}, dossier.procedure),
        h("p", { class: "receipt__due" }, h("span", { class: "soft" }, say("due")), h("b", {}, dueText(dossier.due_at) ?? say("due_none"))),
        dossier.due_is_provisional ? h("p", { class: "due__warning" }, `▲ ${say("due_provisional")}`) : null,
        h("div", { class: "receipt__print" }, state, h("button", { class: "button button--small", type: "button", onclick: reprint }, say("reprint"))),
        h("button", { class: "button button--quiet receipt__back", type: "button", onclick: done }, say("done"), h("kbd", { "aria-hidden": "true" }, "Esc")),
      ),
      h(
        "figure",
        { class: "receipt__qr" },
        h("img", { src: codeAddress(dossier.id), alt: say("qr"), width: "200", height: "200" }),
        h("figcaption", { class: "soft" }, say("qr")),
      ),
      shown.actions,
    ),
  );
  at("work").hidden = false;
  at("receipt-title").focus();
  look(dossier.print.state);
}

const AFTER = ["finish-next", "finish", "intake"];

/** Draw what may follow: usually the visit is over now. */
export function drawReceiptActions(state, how) {
  const names = AFTER.filter((name) => offers(state).includes(name));
  const label = { intake: "another" };
  fill(shown.actions, ...names.map((name, place) => action(name, { ...how, isFirst: place === 0, label: label[name] })));
}

/** Say anew how the receipt is coming. */
export function drawReceiptState(dossier) {
  if (shown?.id !== dossier.id) return;
  shown.state.replaceChildren(receiptChip(dossier.print.state));
  look(dossier.print.state);
}

function look(state) {
  clearTimeout(shown.looking);
  if (!COMING.has(state)) return;
  const mine = shown;
  shown.looking = setTimeout(async () => {
    try {
      const dossier = await getDossier(mine.id);
      if (mine === shown) drawReceiptState(dossier);
    } catch {
      if (mine === shown) look(state); // the server is away: the bar says so, and we look again
    }
  }, LOOK);
}
