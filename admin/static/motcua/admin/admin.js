// Our screens: rows that open, questions before what cannot be undone, filters that apply at once.
"use strict";

const words = document.querySelector(".motcua").dataset;

function askFirst(form) {
  const dialog = document.createElement("dialog");
  dialog.className = "motcua mc-dialog";
  const question = document.createElement("p");
  question.textContent = form.dataset.question;
  const buttons = document.createElement("div");
  buttons.className = "mc-buttons";
  const press = form.querySelector("button[type=submit]");
  const yes = document.createElement("button");
  yes.className = press.className;
  yes.textContent = press.textContent.trim();
  const no = document.createElement("button");
  no.className = "button";
  no.textContent = words.cancel;
  yes.addEventListener("click", () => {
    delete form.dataset.question;
    form.requestSubmit(press);
  });
  no.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  buttons.append(yes, no);
  dialog.append(question, buttons);
  document.body.append(dialog);
  dialog.showModal();
  no.focus();
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.question) {
    event.preventDefault();
    askFirst(form);
    return;
  }
  // Pressing twice is one wish; the record would see to it anyway.
  if (form.method === "post") {
    const press = event.submitter ?? form.querySelector("[type=submit]");
    setTimeout(() => press?.setAttribute("disabled", ""), 0);
  }
});
window.addEventListener("pageshow", () => {
  for (const press of document.querySelectorAll(".motcua [type=submit][disabled]")) press.removeAttribute("disabled");
});

document.addEventListener("click", (event) => {
  const row = event.target.closest("tr[data-href]");
  const isOwn = event.target.closest("a, button, input, select, label, summary");
  if (row && !isOwn && !String(getSelection())) {
    if (event.ctrlKey || event.metaKey) open(row.dataset.href, "_blank", "noopener");
    else location.href = row.dataset.href;
  }
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
});

// One action of a dossier stands open at a time.
for (const action of document.querySelectorAll(".mc-action")) {
  action.addEventListener("toggle", () => {
    if (!action.open) return;
    for (const other of document.querySelectorAll(".mc-action[open]")) if (other !== action) other.open = false;
    action.querySelector("textarea, select, input:not([type=hidden])")?.focus();
  });
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = button.dataset.copied;
  });
}

// A calendar beside dates. The browser's own field would write them its own way.
for (const field of document.querySelectorAll(".motcua input[data-day]")) {
  const frame = document.createElement("div");
  frame.className = "mc-picker";
  field.replaceWith(frame);
  const picker = document.createElement("input");
  picker.type = "date";
  picker.tabIndex = -1;
  picker.setAttribute("aria-hidden", "true");
  const button = document.createElement("button");
  button.type = "button";
  button.setAttribute("aria-label", words.calendar);
  const icon = document.createElement("i");
  icon.className = "fa fa-calendar";
  icon.setAttribute("aria-hidden", "true");
  button.append(icon);
  frame.append(field, picker, button);
  button.addEventListener("click", () => {
    const [day, month, year] = field.value.split("/");
    if (year) picker.value = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
    picker.showPicker?.();
  });
  picker.addEventListener("change", () => {
    if (!picker.value) return;
    field.value = picker.value.split("-").reverse().join("/");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
for (const field of document.querySelectorAll(".motcua input[data-clock]")) {
  field.addEventListener("change", () => {
    const found = /^(\d{1,2})[:h.]?(\d{2})$/i.exec(field.value.trim());
    if (found) field.value = `${found[1].padStart(2, "0")}:${found[2]}`;
  });
}

// What was typed is not lost by a slip.
for (const form of document.querySelectorAll(".mc-form[data-form]")) {
  let isTouched = false;
  form.addEventListener("input", () => { isTouched = true; });
  form.addEventListener("submit", () => { isTouched = false; });
  window.addEventListener("beforeunload", (event) => { if (isTouched) event.preventDefault(); });
}

// The start page keeps itself fresh while somebody looks at it and types nothing.
const fresh = document.querySelector("[data-refresh]");
if (fresh) {
  setInterval(() => {
    const isBusy = document.activeElement?.matches("input, textarea, select") || document.querySelector("dialog[open]");
    if (document.visibilityState === "visible" && !isBusy) location.reload();
  }, Number(fresh.dataset.refresh) * 1000);
}
