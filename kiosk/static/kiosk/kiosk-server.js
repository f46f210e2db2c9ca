// Talking to the server: every answer is a result, a refusal in words, or "away". Nothing else gets through.
import { facts } from "./kiosk-facts.js";

const SECOND = 1000;

/** The server does not answer, or not as itself. */
export class Away extends Error {}

/** The server said no, in both languages. */
export class Refused extends Error {
  constructor(problem) {
    super(problem.code);
    this.code = problem.code;
    this.text = { vi: problem.detail_vi ?? "", en: problem.detail_en ?? "" };
  }

  /** Whether it is this machine that is not, or no longer, welcome. */
  get isAboutDevice() {
    return ["device_unknown", "device_revoked", "device_not_kiosk"].includes(this.code);
  }
}

/** Ask once and for so long; throws Away or Refused. */
export async function ask(address, { patience = 4 * SECOND, signal, ...options } = {}) {
  const stop = new AbortController();
  const late = setTimeout(() => stop.abort(), patience);
  const give = () => stop.abort();
  signal?.addEventListener("abort", give);
  let answer;
  let body;
  try {
    answer = await fetch(address, { cache: "no-store", signal: stop.signal, ...options });
    body = await answer.json();
  } catch {
    throw new Away(); // no connection, no answer in time, or a page of some other server
  } finally {
    clearTimeout(late);
    signal?.removeEventListener("abort", give);
  }
  if (answer.ok) return body;
  if (answer.status < 500 && typeof body?.code === "string") throw new Refused(body);
  throw new Away();
}

export async function getOffer() {
  const offer = await ask(facts.addresses.services, { patience: 2.5 * SECOND });
  if (!Array.isArray(offer.services)) throw new Away();
  return offer;
}

/** Ask for the number of an intent. The same intent again gets the same number. */
export async function getNumber(intent, signal) {
  const ticket = await ask(facts.addresses.tickets, {
    method: "POST",
    headers: { ...facts.guard, "Content-Type": "application/json", "Idempotency-Key": intent.key },
    body: JSON.stringify(intent.order),
    patience: 3.5 * SECOND,
    signal,
  });
  if (typeof ticket.number !== "string") throw new Away();
  return ticket;
}

export const getTicket = (id) => ask(`${facts.addresses.tickets}/${id}`);

export const codeAddress = (id) => `${facts.addresses.codes}${id}.svg`;
