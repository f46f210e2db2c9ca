// Fingers, not mice: a press counts when it ends on what it began on, however long it was held.
// A browser's own click does not: it drops a slow press as a "long press" and a shaking one as a drag.

const ON_IT = "[data-do]";
const held = new Map(); // what each finger is on

function under(event) {
  const element = document.elementFromPoint(event.clientX, event.clientY);
  return element?.closest(ON_IT) ?? null;
}

function letGo(event) {
  held.get(event.pointerId)?.classList.remove("is-pressed");
  held.delete(event.pointerId);
}

/** Call ``act`` with the element that was pressed, by finger, mouse, key or assistive technology. */
export function onPress(act) {
  document.addEventListener("pointerdown", (event) => {
    const element = event.target.closest(ON_IT);
    if (!element || event.button !== 0) return;
    held.set(event.pointerId, element);
    element.classList.add("is-pressed");
  });
  document.addEventListener("pointerup", (event) => {
    const element = held.get(event.pointerId);
    letGo(event);
    if (element?.isConnected && under(event) === element) act(element);
  });
  document.addEventListener("pointercancel", letGo);
  document.addEventListener("click", (event) => {
    const element = event.target.closest(ON_IT);
    if (element && event.detail === 0) act(element); // no finger was involved
  });
}

/** Keep the page a screen and not a document: nothing to select, drag, drop, zoom or open a menu on. */
export function guardScreen() {
  for (const kind of ["contextmenu", "dragstart", "dragover", "drop", "selectstart", "gesturestart"]) {
    document.addEventListener(kind, (event) => event.preventDefault());
  }
  document.addEventListener("wheel", (event) => event.ctrlKey && event.preventDefault(), { passive: false });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey && ["+", "-", "=", "0"].includes(event.key)) event.preventDefault();
  });
}
