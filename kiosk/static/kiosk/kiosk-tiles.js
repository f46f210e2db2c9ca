// The welcome screen's tiles: one a service, as many as the screen holds, the rest a page further.
import { copyOf, fill } from "./kiosk-screens.js";
import { duration, nameOf, opening, say } from "./kiosk-words.js";

const LONG = 34; // letters that would make four lines

/** Return why a service gives no numbers, in a few words. */
function reason(service, offer, now) {
  const code = service.reason.code;
  if (code === "outside_hours" && offer.opens_at) return opening(new Date(offer.opens_at), now);
  return [say(code) || say("service_closed"), ""];
}

/** Return the wait as a tile has room for it. */
function waitOf(minutes) {
  if (minutes <= 60) return say("wait_about", { time: duration(minutes) });
  return say("wait_hours", { hours: Math.floor((minutes - 1) / 60) });
}

/** Return what stands under a service's name, in two parts. */
function lines(service, offer, now) {
  if (!service.open) return reason(service, offer, now);
  if (service.waiting === 0) return [say("nobody_waiting"), ""];
  return [say("waiting", { n: service.waiting }), waitOf(service.estimated_wait_minutes)];
}

function writeTile(place, service, offer, now) {
  const tile = place.firstElementChild;
  tile.dataset.service = service.code;
  tile.setAttribute("aria-disabled", String(!service.open));
  const name = nameOf(service);
  tile.classList.toggle("tile--long", name.length > LONG);
  const [line, wait] = lines(service, offer, now);
  fill(tile, { series: service.series, name, line, wait });
  tile.querySelector(".tile__dot").hidden = wait === "";
}

/** Return how many tiles fit on a page: the style knows, for each shape of screen and each aid. */
function capacity(screen, list, count) {
  const fits = () => {
    const style = getComputedStyle(list);
    return Number(style.getPropertyValue("--columns")) * Number(style.getPropertyValue("--rows"));
  };
  screen.classList.remove("welcome--paged");
  if (fits() >= count) return count;
  screen.classList.add("welcome--paged"); // turning pages takes room of its own
  return fits();
}

/** Write the tiles of one page into the welcome screen; return the page that is shown. */
export function writeTiles(screen, offer, wanted, now) {
  const list = screen.querySelector("[data-tiles]");
  const count = offer.services.length;
  list.dataset.count = Math.min(count, 9);
  const room = Math.max(1, capacity(screen, list, count));
  const pages = Math.max(1, Math.ceil(count / room));
  const page = Math.min(wanted, pages - 1);
  const services = offer.services.slice(page * room, (page + 1) * room);
  // Tiles stay the same elements: one that is exchanged under a finger would not be pressed.
  while (list.children.length > services.length) list.lastElementChild.remove();
  while (list.children.length < services.length) list.append(copyOf("tile"));
  services.forEach((service, at) => writeTile(list.children[at], service, offer, now));
  writePager(screen.querySelector(".pager"), page, pages);
  return page;
}

function writePager(pager, page, pages) {
  pager.hidden = pages === 1;
  fill(pager, { page: say("page", { page: page + 1, pages }) });
  const [previous, next] = pager.querySelectorAll("button");
  previous.disabled = page === 0;
  next.disabled = page === pages - 1;
}
