// Elements made from plain facts; text is always text.

/** Make an element: attributes, listeners (onclick ...), children (null is left out). */
export function h(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name in made && typeof value !== "string") made[name] = value;
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

/** Replace what an element holds, and keep the keyboard where it was. */
export function fill(element, ...children) {
  const place = element.contains(document.activeElement) ? document.activeElement.dataset.place : null;
  element.replaceChildren(...children.flat().filter(Boolean));
  if (place) element.querySelector(`[data-place="${CSS.escape(place)}"]`)?.focus({ preventScroll: true });
}

const drawn = new WeakMap();

/** Tell whether there is something new to draw in an element. */
export function isNew(element, facts) {
  const text = JSON.stringify(facts);
  if (drawn.get(element) === text) return false;
  drawn.set(element, text);
  return true;
}

export const at = (id) => document.getElementById(id);

const dialog = at("ask");
let byKeyboard = false;
dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
dialog.addEventListener("close", () => {
  // The browser gives the focus back to what opened the dialog: right for the keyboard; after a mouse click it
  // would only catch the next press of the space bar.
  if (!byKeyboard) at("visit-title")?.focus();
});

/** Ask the officer something in the middle of the screen. */
export function openDialog(title, ...children) {
  dialog.replaceChildren(h("h2", { id: "ask-title" }, title), ...children.flat().filter(Boolean));
  if (dialog.open) return;
  byKeyboard = Boolean(document.activeElement?.matches(":focus-visible"));
  dialog.showModal();
}

export const closeDialog = () => dialog.open && dialog.close();
export const isDialogOpen = () => dialog.open;
