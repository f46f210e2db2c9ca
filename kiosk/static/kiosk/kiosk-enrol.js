// Making this browser a kiosk: the token comes in the address's fragment, is handed over once and leaves no trace.
import { facts } from "./kiosk-facts.js";
import { ask } from "./kiosk-server.js";

/** Return the token in a pasted code or address. */
export const tokenIn = (text) => text.trim().split("#").pop().trim();

/** Return the token this page was opened with, and take it out of the address and the history. */
export function takeTokenFromAddress() {
  const token = tokenIn(location.hash);
  if (location.hash) history.replaceState(null, "", location.pathname);
  return token;
}

/** Hand a token over for the cookie. Throws Away or Refused. */
export const enrol = (token) =>
  ask(facts.addresses.enrol, {
    method: "POST",
    headers: { ...facts.guard, "Content-Type": "application/json" },
    body: JSON.stringify({ token }),
  });
