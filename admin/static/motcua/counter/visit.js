// The middle of the screen: the visitor at the counter and what to do next.
import { fill, h, isNew } from "./elements.js";
import { agoText, dueText, inLanguage, say, serviceName } from "./facts.js";

/** The keys of the commands, by the physical key, so that a Vietnamese keyboard changes nothing. */
export const KEYS = {
  next: ["Space", "Space"],
  start: ["KeyB", "B"],
  recall: ["KeyL", "L"],
  "no-show": ["KeyV", "V"],
  hold: ["KeyG", "G"],
  transfer: ["KeyC", "C"],
  finish: ["KeyK", "K"],
  "finish-next": ["KeyM", "M"],
  intake: ["KeyT", "T"],
};

/** What is offered at the counter, first the thing to do next. */
export function offers(state) {
  if (!state) return [];
  if (!state.current) return state.waiting ? ["next"] : [];
  if (state.current.state === "called") return ["start", "recall", "no-show", "hold", "transfer", "intake", "finish"];
  return ["intake", ...(state.waiting ? ["finish-next"] : []), "finish", "hold", "transfer"];
}

const LABELS = {
  next: "next",
  start: "start",
  recall: "recall",
  "no-show": "absent",
  hold: "hold",
  transfer: "transfer",
  finish: "finish",
  "finish-next": "finish_next",
  intake: "take_in",
};

/** Make the button of a command. */
export function action(name, { isFirst, isBusy, act, hasKeys, label = LABELS[name] }) {
  return h(
    "button",
    {
      class: `action action--${name}${isFirst ? " action--first" : ""}`,
      type: "button",
      disabled: isBusy,
      "data-place": `do-${name}`,
      "aria-keyshortcuts": hasKeys ? KEYS[name][1] : null,
      onclick: () => act(name),
    },
    h("span", {}, say(label)),
    hasKeys ? h("kbd", { "aria-hidden": "true" }, KEYS[name][1]) : null,
  );
}

function about(ticket) {
  const priority = inLanguage(ticket.priority_vi, ticket.priority_en);
  return h(
    "p",
    { class: "visit__about" },
    h("b", {}, serviceName(ticket.service)),
    h("span", {}, say(ticket.errand)),
    ticket.priority ? h("span", { class: "visit__mark" }, `★ ${priority ?? say("priority")}`) : null,
    ticket.language === "en" ? h("span", { class: "visit__tongue" }, `EN · ${say("english")}`) : null,
  );
}

function idle(state, buttons) {
  const next = state.line[0];
  return [
    h("h2", { class: "visit__word", id: "visit-title", tabindex: "-1" }, h("span", { id: "visit-word" }, say(next ? "free" : "nobody"))),
    next
      ? h(
          "p",
          { class: "visit__next" },
          h("span", { class: "soft" }, say("next_is")),
          h("b", {}, next.label),
          h("span", {}, serviceName(next.service)),
          next.priority ? h("span", { class: "visit__mark" }, `★ ${inLanguage(next.priority_vi, next.priority_en) ?? say("priority")}`) : null,
          h("span", { class: "soft visit__waited", "data-elapsed": next.issued_at, "data-said": "waited" }),
        )
      : h("p", { class: "visit__next soft" }, say("nobody_hint")),
    h("div", { class: "actions" }, ...buttons),
  ];
}

function present(ticket, buttons) {
  const isCalled = ticket.state === "called";
  return [
    h(
      "h2",
      { class: "visit__word", id: "visit-title", tabindex: "-1" },
      h("span", { id: "visit-word" }, say(isCalled ? "calling" : "serving")),
      h("span", { class: "visit__time", "data-elapsed": isCalled ? ticket.called_at : (ticket.started_at ?? ticket.called_at), "data-said": isCalled ? "since_call" : "since_start" }),
      isCalled && ticket.call_count > 1 ? h("span", { class: "visit__count" }, say("called_times", { n: ticket.call_count })) : null,
    ),
    h("p", { class: "visit__number" }, ticket.label),
    about(ticket),
    h("div", { class: "actions" }, ...buttons),
  ];
}

const RECEIPT = {
  queued: "plain",
  sending: "plain",
  confirmed: "ok",
  unconfirmed: "soon",
  failed: "late",
  stale: "soon",
  none: "soon",
};

/** Return the chip that says how far a receipt has come. */
export const receiptChip = (receipt) =>
  h("span", { class: `chip chip--${RECEIPT[receipt] ?? "plain"}` }, say(`receipt_${receipt}`));

function taken(dossiers, show) {
  if (!dossiers.length) return null;
  return h(
    "section",
    { class: "taken", "aria-label": say("of_this_visit") },
    h("h3", {}, say("of_this_visit")),
    h(
      "ul",
      {},
      ...dossiers.map((dossier) =>
        h(
          "li",
          { class: "taken__row" },
          h("b", {}, dossier.code),
          h("span", { class: "taken__name" }, dossier.procedure),
          h("span", { class: "taken__due" }, dueText(dossier.due_at) ?? say("due_none")),
          h("button", { class: "button button--small", type: "button", "data-place": `show-${dossier.id}`, onclick: () => show(dossier.id) }, say("show")),
        ),
      ),
    ),
  );
}

/** Draw the visitor, or the free counter. */
export function drawVisit(element, state, { isBusy, hasKeys, work, act, show }) {
  const { current, dossiers } = state;
  document.body.dataset.state = current ? current.state : "free";
  if (!isNew(element, [current, dossiers, state.line[0] ?? null, state.waiting > 0, isBusy, hasKeys, work])) return;
  // Nothing beside the form (who ends the visit now would lose what was typed); the receipt has its own buttons.
  const buttons = (work ? [] : offers(state)).map((name, place) => action(name, { isFirst: place === 0, isBusy, act, hasKeys }));
  element.setAttribute("aria-labelledby", "visit-word"); // which is there from the first drawing on
  fill(element, current ? present(current, buttons) : idle(state, buttons), work ? null : taken(dossiers, show));
  tickVisit(element);
}

/** Move the clocks that count up. */
export function tickVisit(element) {
  for (const clock of element.querySelectorAll("[data-elapsed]")) {
    clock.textContent = say(clock.dataset.said, { time: agoText(clock.dataset.elapsed) });
  }
}
