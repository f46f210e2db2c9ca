// What a visitor may change about the screen; everything is as it was for the next one.
import { currentLanguage, otherLanguage, switchLanguage } from "./kiosk-words.js";

const root = document.documentElement;
const AIDS = ["large", "low"];

function set(aid, isOn) {
  root.classList.toggle(aid, isOn);
  document.querySelector(`.bar [data-do="${aid}"]`).setAttribute("aria-pressed", String(isOn));
}

/** Larger type, or everything to press within reach of a wheelchair. */
export const toggleAid = (aid) => set(aid, !root.classList.contains(aid));

export const toggleLanguage = () => switchLanguage(otherLanguage());

/** Put everything back for the next visitor. */
export function resetAids() {
  for (const aid of AIDS) set(aid, false);
  if (currentLanguage() !== "vi") switchLanguage();
}
