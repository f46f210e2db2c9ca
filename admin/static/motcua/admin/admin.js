// Our screens: rows that open, questions before what cannot be undone, filters that apply at once.
"use strict";

function askFirst(form) {
  const dialog = document.createElement("dialog");
  dialog.className = "motcua mc-dialog";
  const words = document.createElement("p");
  words.textContent = form.dataset.question;
  const buttons = document.createElement("div");
  buttons.className = "mc-buttons";
  const press = form.querySelector("button[type=submit]");
  const yes = document.createElement("button");
  yes.className = press.className;
  yes.textContent = press.textContent.trim();
  const no = document.createElement("button");
  no.className = "button";
  no.textContent = document.documentElement.lang === "en" ? "Cancel" : "Bỏ qua";
  yes.addEventListener("click", () => {
    delete form.dataset.question;
    form.requestSubmit(press);
  });
  no.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  buttons.append(yes, no);
  dialog.append(words, buttons);
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
