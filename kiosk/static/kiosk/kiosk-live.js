// What the server said last, how long ago that was, and what time it is there.
import { facts } from "./kiosk-facts.js";
import { Refused, getOffer } from "./kiosk-server.js";
import { clockTime, longDay, write } from "./kiosk-words.js";

const SECOND = 1000;
const ASK_EVERY = 2 * SECOND;
const LOOK_EVERY = 0.5 * SECOND;
/** People are told within five seconds that there is no answer. */
export const LATE = 4.5 * SECOND;

let offer = null;
let answeredAt = performance.now();
let clockOffset = 0; // the server's clock minus ours

export const currentOffer = () => offer;
export const hotline = () => offer?.office.hotline ?? "";
export const serviceOf = (code) => offer?.services.find((service) => service.code === code);
export const now = () => new Date(Date.now() + clockOffset);
export const isAway = () => performance.now() - answeredAt > LATE;
export const isOutdated = () => offer !== null && offer.page_version !== facts.version;

/** Ask for ever: ``onNews`` after every answer, ``onAway`` while there is none, ``onStranger`` when told to go. */
export function follow({ onNews, onAway, onStranger }) {
  async function turn() {
    try {
      learn(await getOffer());
    } catch (error) {
      if (error instanceof Refused && error.isAboutDevice) onStranger();
      return;
    } finally {
      setTimeout(turn, ASK_EVERY);
    }
    onNews();
  }
  setInterval(() => {
    writeHead();
    if (isAway()) onAway();
  }, LOOK_EVERY);
  turn();
}

function learn(news) {
  offer = news;
  answeredAt = performance.now();
  clockOffset = Date.parse(news.server_time) - Date.now();
  writeHead();
}

/** Write centre, time and day above every screen, in the present language. */
export function writeHead() {
  if (!offer) return;
  const at = (id) => document.getElementById(id);
  write(at("office"), offer.office.name);
  write(at("clock"), clockTime(now()));
  write(at("day"), longDay(now()));
}
