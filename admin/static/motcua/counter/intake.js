// Taking a dossier in, in place: procedure, papers, applicant; the due date is shown before anything is saved.
import { at, h } from "./elements.js";
import { dueText, facts, say } from "./facts.js";
import { countUse, loadProcedures, procedureField } from "./procedures.js";
import { getProcedure } from "./server.js";

const RENEW = 30 * 1000; // the due date moves on with the clock
const ID = /^[A-Za-z]?\d{7,13}$/;
const PHONE = /^(0\d{8,10}|\+\d{8,15})$/;
const digits = (text) => text.replace(/[\s.\-()]/g, "");

let form = null;

/** Whether the form is open. */
export const isOpen = () => form !== null;

/** Whether something was typed that would be lost. */
export const isTouched = () => Boolean(form && (form.procedure || [...form.element.querySelectorAll("input[type=text], input[type=tel], textarea")].some((input) => input.value.trim())));

/** Close the form and forget what was typed. */
export function closeIntake() {
  clearInterval(form?.renewing);
  form = null;
  at("work").replaceChildren();
  at("work").hidden = true;
}

/** Lay the form on the counter. ``save`` gets what was typed; ``close`` is asked for before it is thrown away. */
export function openIntake(ticket, { save, close }) {
  form = { ticket, procedure: null, papers: [], isSaving: false, renewing: 0 };
  const finder = procedureField((one) => chooseProcedure(one.code));
  form.finder = finder;
  form.chosen = h("div", { class: "intake__chosen", hidden: true });
  form.list = h("div", { class: "intake__papers" });
  form.due = h("div", { class: "due", "aria-live": "polite" });
  form.error = h("p", { class: "field__error", role: "alert", hidden: true });
  form.button = h("button", { class: "button button--primary intake__save", type: "submit" }, say("save"), h("kbd", { "aria-hidden": "true" }, "Ctrl ↵"));
  form.element = h(
    "form",
    { class: "intake", novalidate: true, autocomplete: "off", "aria-labelledby": "intake-title" },
    h(
      "header",
      { class: "intake__head" },
      h("h2", { id: "intake-title" }, say("intake"), " ", h("span", {}, ticket.label)),
      h("button", { class: "button button--quiet", type: "button", onclick: close }, say("close_form"), h("kbd", { "aria-hidden": "true" }, "Esc")),
    ),
    h(
      "div",
      { class: "intake__columns" },
      h("div", { class: "intake__what" }, finder.field, form.chosen, form.list),
      h(
        "div",
        { class: "intake__who" },
        text("name", { required: true, maxlength: 200, autocapitalize: "words" }),
        h("div", { class: "intake__pair" },
          text("id_number", { inputmode: "text", maxlength: 20 }),
          text("phone", { type: "tel", inputmode: "tel", maxlength: 20 })),
        text("address", { maxlength: 300 }),
        h("div", { class: "intake__pair" }, officers(), note()),
      ),
    ),
    h("footer", { class: "intake__foot" }, form.due, h("div", { class: "intake__end" }, form.error, form.button)),
  );
  form.element.addEventListener("submit", (event) => {
    event.preventDefault();
    submit(save);
  });
  form.element.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.element.requestSubmit();
    } else if (event.key === "Enter" && event.target.matches("input")) {
      event.preventDefault(); // a scanner or a habit must not save half a form
    }
  });
  showDueHint();
  at("work").replaceChildren(form.element);
  at("work").hidden = false;
  form.renewing = setInterval(renewDue, RENEW);
  finder.input.focus();
  const opened = form;
  loadProcedures().then(() => opened === form && document.activeElement === finder.input && finder.open(), () => sayError(say("trying")));
}

function text(name, attributes) {
  return h(
    "div",
    { class: "field" },
    h("label", { for: `intake-${name}` }, say(name)),
    h("input", { class: "input", id: `intake-${name}`, name, type: "text", spellcheck: "false", "aria-describedby": `error-${name}`, ...attributes }),
    h("p", { class: "field__error", id: `error-${name}`, hidden: true }),
  );
}

function officers() {
  return h(
    "div",
    { class: "field" },
    h("label", { for: "intake-officer" }, say("officer")),
    h(
      "select",
      { class: "input", id: "intake-officer", name: "officer" },
      h("option", { value: "" }, say("nobody_yet")),
      ...facts.officers.map((officer) => h("option", { value: String(officer.id) }, officer.name)),
    ),
  );
}

const note = () =>
  h(
    "div",
    { class: "field" },
    h("label", { for: "intake-note" }, say("note")),
    h("textarea", { class: "input", id: "intake-note", name: "note", rows: "1", maxlength: "2000" }),
  );

// --- the procedure, its papers and its due date

async function chooseProcedure(code) {
  const asked = form;
  try {
    const procedure = await getProcedure(code);
    if (asked !== form) return;
    form.procedure = procedure;
    showProcedure();
    (form.list.querySelector("input") ?? at("intake-name")).focus();
  } catch (error) {
    if (asked === form) sayError(error.text ?? say("trying"));
  }
}

function showProcedure() {
  const { procedure } = form;
  form.finder.field.hidden = true;
  form.chosen.hidden = false;
  form.chosen.replaceChildren(
    h("p", { class: "intake__label" }, say("procedure")),
    h("p", { class: "intake__name" }, h("b", {}, procedure.name)),
    h("p", { class: "soft" }, h("span", {}, procedure.code), ` · ${procedure.field}`),
    h("button", { class: "button button--small", type: "button", onclick: changeProcedure }, say("change")),
  );
  form.papers = procedure.papers.map((paper) => ({ ...paper, isHere: false, copies: 1 }));
  showPapers();
  showDue();
  sayError(null);
}

function changeProcedure() {
  form.procedure = null;
  form.papers = [];
  form.finder.field.hidden = false;
  form.chosen.hidden = true;
  form.list.replaceChildren();
  showDueHint();
  form.finder.input.value = "";
  form.finder.input.focus();
}

function showPapers() {
  const kept = form.papers.filter((paper) => !paper.is_shown_only);
  form.list.replaceChildren(
    h(
      "fieldset",
      { class: "papers" },
      h("legend", {}, say("papers")),
      kept.some((paper) => !paper.is_conditional)
        ? h("button", { class: "button button--small papers__all", type: "button", onclick: takeAll }, say("all_papers"))
        : null,
      form.papers.length ? null : h("p", { class: "soft" }, say("no_papers")),
      h("ul", {}, ...form.papers.map(paperRow)),
      morePaper(),
    ),
  );
}

function paperRow(paper, number) {
  const copies = h("input", {
    class: "input papers__copies",
    type: "number",
    min: "1",
    max: "99",
    value: String(paper.copies),
    disabled: !paper.isHere,
    "aria-label": say("copies", { paper: paper.name }),
    onchange: (event) => {
      paper.copies = Math.min(99, Math.max(1, Math.round(Number(event.target.value)) || 1));
      event.target.value = String(paper.copies);
    },
  });
  const box = h("input", {
    type: "checkbox",
    id: `paper-${number}`,
    checked: paper.isHere,
    onchange: (event) => {
      paper.isHere = event.target.checked;
      copies.disabled = !paper.isHere;
    },
  });
  // The published names often say it themselves.
  const remark = paper.is_shown_only ? say("shown_only") : paper.is_conditional && !/nếu/i.test(paper.name) ? say("if_any") : "";
  return h(
    "li",
    { class: "papers__row" },
    box,
    h("label", { for: `paper-${number}` }, paper.name, remark ? h("span", { class: "papers__remark" }, remark) : null),
    paper.is_shown_only ? null : copies,
  );
}

function takeAll() {
  for (const paper of form.papers) paper.isHere = paper.isHere || !(paper.is_conditional || paper.is_shown_only);
  showPapers();
  at("intake-name").focus();
}

function morePaper() {
  const input = h("input", { class: "input", type: "text", id: "more-paper", maxlength: "500", "aria-label": say("more_paper"), placeholder: say("more_paper") });
  const add = () => {
    if (!input.value.trim()) return;
    form.papers.push({ id: null, name: input.value.trim(), isHere: true, copies: 1 });
    showPapers();
    at("more-paper").focus();
  };
  input.addEventListener("keydown", (event) => event.key === "Enter" && !event.ctrlKey && !event.isComposing && add());
  return h("div", { class: "papers__more" }, input, h("button", { class: "button button--small", type: "button", onclick: add }, say("add")));
}

function showDueHint() {
  form.due.replaceChildren(h("p", { class: "soft" }, say("due_hint")));
}

function showDue() {
  const { procedure } = form;
  const due = dueText(procedure.due_at);
  const about = [procedure.time && `${say("time")}: ${procedure.time}`, procedure.fee && `${say("fee")}: ${procedure.fee}`]
    .filter(Boolean)
    .join(" · ");
  form.due.replaceChildren(
    h("p", { class: "due__date" }, h("span", { class: "due__word" }, say("due")), due ?? say("due_none")),
    h("p", { class: "due__about", title: about }, about),
    ...(procedure.due_is_provisional ? [h("p", { class: "due__warning" }, `▲ ${say("due_provisional")}`)] : []),
    ...(procedure.needs_review ? [h("p", { class: "due__warning" }, `▲ ${say("unverified")}`)] : []),
  );
}

async function renewDue() {
  const asked = form;
  if (!asked?.procedure || asked.isSaving) return;
  try {
    const fresh = await getProcedure(asked.procedure.code);
    if (asked !== form || form.procedure?.code !== fresh.code) return;
    Object.assign(form.procedure, { due_at: fresh.due_at, due_is_provisional: fresh.due_is_provisional });
    showDue();
  } catch {
    // the line to the server says so in the bar; what is shown was true half a minute ago
  }
}

// --- saving

function sayError(words) {
  form.error.textContent = words ?? "";
  form.error.hidden = !words;
}

function mark(name, words) {
  const input = at(`intake-${name}`);
  const error = at(`error-${name}`);
  error.textContent = words ?? "";
  error.hidden = !words;
  input.setAttribute("aria-invalid", String(Boolean(words)));
  return words ? input : null;
}

function firstFault() {
  const value = (name) => digits(at(`intake-${name}`).value.trim());
  const faults = [
    form.procedure ? null : form.finder.input,
    mark("name", /\p{L}/u.test(at("intake-name").value) ? null : say("name_missing")),
    mark("id_number", !value("id_number") || ID.test(value("id_number")) ? null : say("id_wrong")),
    mark("phone", !value("phone") || PHONE.test(value("phone")) ? null : say("phone_wrong")),
  ];
  sayError(form.procedure ? null : say("procedure_missing"));
  return faults.find(Boolean);
}

function typed() {
  const value = (name) => at(`intake-${name}`).value.trim();
  const officer = value("officer");
  return {
    ticket: form.ticket.id,
    procedure: form.procedure.code,
    applicant: { name: value("name"), id_number: value("id_number"), phone: value("phone"), address: value("address") },
    papers: form.papers
      .filter((paper) => paper.isHere && !paper.is_shown_only)
      .map((paper) => (paper.id ? { paper: paper.id, copies: paper.copies } : { name: paper.name, copies: paper.copies })),
    assigned_to: officer ? Number(officer) : null,
    note: value("note"),
  };
}

async function submit(save) {
  if (form.isSaving) return;
  const fault = firstFault();
  if (fault) {
    fault.focus();
    return;
  }
  const asked = form;
  asked.isSaving = true;
  asked.button.disabled = true;
  const { code } = asked.procedure;
  try {
    await save(typed());
    countUse(code);
  } catch (error) {
    if (asked === form) sayError(error.text ?? say("gave_up"));
  } finally {
    asked.isSaving = false;
    asked.button.disabled = false;
  }
}
