// The left column: who waits, who is on hold, who was absent; and what can be done with one of them.
import { closeDialog, fill, h, isNew, openDialog } from "./elements.js";
import { agoText, facts, inLanguage, say, serverNow, serviceName } from "./facts.js";

const isMarked = (ticket) => ticket.priority !== null;

const priorityName = (ticket) => inLanguage(ticket.priority_vi, ticket.priority_en) ?? say("priority");

function row(ticket, about, choose) {
  return h(
    "li",
    {},
    h(
      "button",
      {
        class: `row${isMarked(ticket) ? " row--priority" : ""}`,
        type: "button",
        "data-place": `row-${ticket.id}`,
        "aria-haspopup": "dialog",
        onclick: () => choose(ticket),
      },
      h("span", { class: "row__number" }, ticket.label),
      h(
        "span",
        { class: "row__about" },
        h("span", { class: "row__service" }, serviceName(ticket.service)),
        isMarked(ticket) ? h("span", { class: "row__mark" }, `★ ${priorityName(ticket)}`) : null,
        ticket.errand === "submit" ? null : h("span", { class: "row__errand" }, say(ticket.errand)),
      ),
      h("span", { class: "row__time", "data-since": about === "waiting" ? ticket.issued_at : null },
        ""),
    ),
  );
}

function part(name, title, count, tickets, about, choose) {
  if (!tickets.length && name !== "waiting") return null;
  return h(
    "section",
    { class: `part part--${name}`, "aria-label": title },
    h("h2", { class: "part__title" }, h("span", {}, title), h("span", { class: "part__count" }, count)),
    tickets.length ? h("ol", { class: "part__rows" }, ...tickets.map((ticket) => row(ticket, about, choose))) : null,
  );
}

/** Draw the column. ``give`` gives a command about a ticket. */
export function drawQueue(element, state, give) {
  if (!isNew(element, [state.line, state.held, state.absent, state.waiting, state.services])) return;
  const choose = (ticket) => openMenu(ticket, state, give);
  const left = state.waiting - state.line.length;
  fill(
    element,
    part("waiting", say("waiting"), state.waiting, state.line, "waiting", choose),
    left > 0 ? h("p", { class: "queue__more soft" }, say("and_more", { n: left })) : null,
    part("held", say("on_hold"), state.held.length, state.held, "held", choose),
    part("absent", say("were_absent"), state.absent.length, state.absent, "absent", choose),
  );
  tickQueue(element);
}

// From here on a visitor has waited long, and too long, in minutes.
const LONG = 30;
const TOO_LONG = 60;
const SIGN = { soon: "▲ ", late: "■ " };

/** Move the clocks that count how long somebody has waited. */
export function tickQueue(element) {
  for (const time of element.querySelectorAll("[data-since]")) {
    const minutes = (serverNow() - Date.parse(time.dataset.since)) / 60000;
    const mark = minutes >= TOO_LONG ? "late" : minutes >= LONG ? "soon" : "";
    time.dataset.wait = mark;
    time.textContent = `${SIGN[mark] ?? ""}${agoText(time.dataset.since)}`;
  }
}

const choice = (label, onclick, kind = "") =>
  h("button", { class: `button ${kind}`.trim(), type: "button", onclick }, label);

function openMenu(ticket, state, give) {
  const about = { ticket: ticket.id, version: ticket.version };
  const act = (name, more = {}) => {
    closeDialog();
    give(name, { ...about, ...more }, ticket.label);
  };
  const go = (label, name, kind) => (state.current ? null : choice(label, () => act(name), kind));
  openDialog(
    say("menu", { number: ticket.label }),
    h("p", { class: "soft" }, [serviceName(ticket.service), say(ticket.errand), isMarked(ticket) ? priorityName(ticket) : null]
      .filter(Boolean).join(" · ")),
    state.current ? h("p", {}, say("busy_first", { number: state.current.label })) : null,
    h(
      "div",
      { class: "choices" },
      ticket.state === "waiting" ? null : go(say("go_on"), "resume", "button--primary"),
      go(say("call_this"), "call", ticket.state === "waiting" ? "button--primary" : ""),
      ticket.state === "no_show" ? null : choice(say("send_to"), () => openTransfer(ticket, act)),
      ticket.state === "waiting" && facts.priorities.length
        ? choice(say("make_priority"), () => openPriority(ticket, act))
        : null,
      ticket.state === "no_show" ? null : choice(say("cancel"), () => openCancel(ticket, act), "button--danger"),
      choice(say("back"), closeDialog, "button--quiet"),
    ),
  );
}

/** Ask which line a visitor is sent on to. */
export function openTransfer(ticket, act) {
  const others = facts.services.filter((service) => service.code !== ticket.service);
  openDialog(
    say("send_where", { number: ticket.label }),
    others.length ? null : h("p", {}, say("no_other_line")),
    h(
      "div",
      { class: "choices" },
      ...others.map((service) =>
        choice(
          [h("span", { class: "disc" }, service.series), service.name],
          () => act("transfer", { service: service.code }),
        ),
      ),
      choice(say("back"), closeDialog, "button--quiet"),
    ),
  );
}

function openPriority(ticket, act) {
  openDialog(
    say("priority_for", { number: ticket.label }),
    h(
      "div",
      { class: "choices" },
      ...facts.priorities.map((group) => choice(`★ ${group.name}`, () => act("priority", { priority: group.code }))),
      isMarked(ticket) ? choice(say("no_priority"), () => act("priority", { priority: null })) : null,
      choice(say("back"), closeDialog, "button--quiet"),
    ),
  );
}

function openCancel(ticket, act) {
  openDialog(
    say("cancel"),
    h("p", {}, say("cancel_sure", { number: ticket.label })),
    h(
      "div",
      { class: "choices" },
      choice(say("cancel_yes"), () => act("cancel"), "button--danger"),
      choice(say("back"), closeDialog, "button--quiet"),
    ),
  );
}
