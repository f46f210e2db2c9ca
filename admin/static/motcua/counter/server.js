// Talking to the server: a command is repeated under its key until it is answered, so asking again is harmless.
import { facts, setClock } from "./facts.js";

const SECOND = 1000;
const PATIENCE = 8 * SECOND;
const WAITS = [0.4, 0.8, 1.5, 2.5].map((seconds) => seconds * SECOND); // then every 2.5 s
const PLACE = `motcua.counter.${facts.counter.id}.pending`;
const LIFE = 2 * 60 * SECOND; // after that nobody means it any more

/** The server does not answer, or not as itself. */
export class Away extends Error {}
/** The login has ended. */
export class LoggedOut extends Error {}
/** The officer no longer waits for the answer. */
export class GaveUp extends Error {}
/** The server said no, in words; perhaps with how things stand now. */
export class Refused extends Error {
  constructor(problem) {
    super(problem.code);
    this.code = problem.code;
    this.text = facts.language === "en" ? problem.detail_en : problem.detail_vi;
    this.state = problem.state ?? null;
  }
}

let token = facts.csrf;
let mark = null;

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

async function ask(path, { method = "GET", headers = {}, body } = {}) {
  const stop = new AbortController();
  const late = setTimeout(() => stop.abort(), PATIENCE);
  let answer;
  let read = null;
  try {
    answer = await fetch(`${facts.api}/${path}`, {
      method,
      cache: "no-store",
      redirect: "error",
      signal: stop.signal,
      headers: { Accept: "application/json", ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (answer.status !== 304) read = await answer.json();
  } catch {
    throw new Away(); // no connection, no answer in time, or a page of some other server
  } finally {
    clearTimeout(late);
  }
  if (answer.ok || answer.status === 304) return { answer, body: read };
  if (answer.status === 401) throw new LoggedOut();
  if (answer.status < 500 && typeof read?.code === "string") throw new Refused(read);
  throw new Away();
}

const forCounter = (path) => `${path}${path.includes("?") ? "&" : "?"}counter=${facts.counter.id}`;

/** Return how things stand, or null when nothing has happened since. */
export async function getState({ anyway = false } = {}) {
  const headers = mark && !anyway ? { "If-None-Match": mark } : {};
  const { answer, body } = await ask(forCounter("state"), { headers });
  mark = answer.headers.get("ETag");
  if (body === null) return null;
  if (body.csrf_token) token = body.csrf_token;
  return body;
}

export const getProcedures = async () => (await ask(forCounter("procedures"))).body.procedures;
export const getDossier = async (id) => (await ask(forCounter(`dossiers/${id}`))).body.dossier;
export const codeAddress = (id) => `${facts.api}/dossiers/${id}/qr.svg`;

/** Return a procedure with its papers and the due date a dossier taken in now would get. */
export async function getProcedure(code) {
  const { body } = await ask(forCounter(`procedures/${encodeURIComponent(code)}`));
  setClock(body.now);
  return body;
}

function newKey() {
  // Not randomUUID: browsers keep that from pages without TLS, as in an office's own network.
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function keep(command) {
  try {
    if (command) sessionStorage.setItem(PLACE, JSON.stringify(command));
    else sessionStorage.removeItem(PLACE);
  } catch {
    // without the store only a reload in the middle of a command loses its key
  }
}

/** Return a command that a reload interrupted, unless it is too old to be meant. */
export function leftCommand() {
  try {
    const left = JSON.parse(sessionStorage.getItem(PLACE));
    if (left?.key && left.name && Math.abs(Date.now() - left.at) < LIFE) return left;
  } catch {
    // nothing readable was left
  }
  keep(null);
  return null;
}

let givingUp = null;

/** Stop repeating the command that waits for its answer. */
export const giveUp = () => givingUp?.();

/** Begin a command. Personal data is not written down: an intake is kept in memory only. */
export function newCommand(name, body, { isPrivate = false } = {}) {
  const command = { key: newKey(), name, body: { counter: facts.counter.id, ...body }, at: Date.now() };
  if (!isPrivate) keep(command);
  return command;
}

/** Send a command until it is answered; throws Refused, LoggedOut or GaveUp. */
export async function send(command, onWait = () => {}) {
  let isWanted = true;
  const given = new Promise((done) => {
    givingUp = () => {
      isWanted = false;
      done();
    };
  });
  let hasRenewed = false;
  try {
    for (let tries = 0; isWanted; tries += 1) {
      try {
        const { body } = await ask(command.name, {
          method: "POST",
          headers: { "Content-Type": "application/json", "Idempotency-Key": command.key, "X-CSRFToken": token },
          body: command.body,
        });
        mark = null;
        return body;
      } catch (error) {
        if (error instanceof Refused && error.code === "csrf_failed" && !hasRenewed) {
          hasRenewed = true; // the login was renewed in another window: the page only needs its new token
          await getState({ anyway: true }).catch(() => {});
          continue;
        }
        if (!(error instanceof Away)) throw error;
        onWait(tries + 1);
        await Promise.race([pause(WAITS[Math.min(tries, WAITS.length - 1)]), given]);
      }
    }
    throw new GaveUp();
  } finally {
    givingUp = null;
    keep(null);
  }
}
