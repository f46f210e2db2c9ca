// The page of a device that is no kiosk yet: takes the token from the address or the field, and then goes on.
import { enrol, takeTokenFromAddress, tokenIn } from "./kiosk-enrol.js";
import { facts } from "./kiosk-facts.js";
import { Refused, ask } from "./kiosk-server.js";

const ASK_EVERY = 5 * 1000;

const form = document.getElementById("enrol");
const field = document.getElementById("token");
const button = form.querySelector("button");
const answer = document.getElementById("answer");

function tell(...lines) {
  answer.replaceChildren(
    ...lines.map((text, at) => {
      const line = document.createElement("span");
      line.lang = at === 0 ? "vi" : "en";
      line.textContent = text;
      return line;
    }),
  );
}

/** Hand a token over once; when the server is away it stays here and the button asks again. */
async function hand(token) {
  button.disabled = true;
  tell(form.dataset.askingVi, form.dataset.askingEn);
  try {
    await enrol(token);
    location.replace(facts.addresses.page);
  } catch (error) {
    if (error.code === "device_unknown") tell(form.dataset.wrongVi, form.dataset.wrongEn);
    else if (error instanceof Refused) tell(error.text.vi, error.text.en);
    else tell(form.dataset.awayVi, form.dataset.awayEn);
    button.disabled = false;
  }
}

/** Go on when this browser is welcome after all: a link from elsewhere leaves the cookie out, and staff may change their mind. */
async function askAgain() {
  try {
    await ask(facts.addresses.services);
    location.replace(facts.addresses.page);
  } catch {
    setTimeout(askAgain, ASK_EVERY);
  }
}

const given = takeTokenFromAddress();
if (given) {
  field.value = given;
  hand(given);
}
form.addEventListener("submit", (event) => {
  event.preventDefault();
  hand(tokenIn(field.value));
});
setTimeout(askAgain, given ? ASK_EVERY : 0);
