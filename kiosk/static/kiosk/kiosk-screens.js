// One screen at a time, made from the page's templates.
import { sayAll, write } from "./kiosk-words.js";

// The second tap of a double tap must not press what has just come under the finger.
const SETTLE = 400;

const stage = document.getElementById("stage");
let refresh = () => {};
let name = null;
let settling = 0;

export const shownScreen = () => name;

/** Return a copy of a template, in the present language. */
export function copyOf(id) {
  const copy = document.getElementById(id).content.firstElementChild.cloneNode(true);
  sayAll(copy);
  return copy;
}

/** Write facts into the places that are marked for them. */
export function fill(root, values) {
  for (const [key, value] of Object.entries(values)) write(root.querySelector(`[data-fill="${key}"]`), value);
}

/** Show a screen; ``tell(screen)`` puts its facts in, now and whenever they or the language change. */
export function showScreen(template, tell = () => {}, next = template) {
  const screen = copyOf(`screen-${template}`);
  name = next;
  refresh = () => tell(screen);
  stage.replaceChildren(screen);
  stage.dataset.screen = next;
  refresh();
  stage.inert = true;
  clearTimeout(settling);
  settling = setTimeout(settle, SETTLE);
}

function settle() {
  stage.inert = false;
  stage.querySelector("h1")?.focus({ preventScroll: true }); // a screen reader begins here
}

/** Write the present screen's words and facts again. */
export function refreshScreen() {
  sayAll(document);
  refresh();
}
