// What a visitor wants, under a key of its own, until the server has answered: so that asking again is harmless.
const PLACE = "motcua.kiosk.intent";
const LIFE = 60 * 1000; // after that the visitor is not standing here any more

let current = null;

function newKey() {
  // Not randomUUID: browsers keep that from pages without TLS, as in a hall's own network.
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Begin to want something: one key for it, however often it is asked for. */
export function beginIntent(order) {
  current = { key: newKey(), order, at: Date.now() };
  try {
    sessionStorage.setItem(PLACE, JSON.stringify(current));
  } catch {
    // without the store only a reload in the middle of the question loses the key
  }
  return current;
}

/** It was answered, or nobody wants it any more. */
export function endIntent() {
  current = null;
  try {
    sessionStorage.removeItem(PLACE);
  } catch {
    // see above
  }
}

/** Return what was still unanswered when the page was loaded anew; null if nothing, or too long ago. */
export function leftIntent() {
  try {
    const left = JSON.parse(sessionStorage.getItem(PLACE));
    if (left?.key && left.order && Math.abs(Date.now() - left.at) < LIFE) {
      current = left;
      return left;
    }
  } catch {
    // nothing readable was left
  }
  endIntent();
  return null;
}

export const isCurrent = (intent) => current === intent;
