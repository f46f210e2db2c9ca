// Asking for one visitor's number until the server has answered, however slow or broken the line is.
import { beginIntent, endIntent, isCurrent } from "./kiosk-intent.js";
import { Away, Refused, getNumber } from "./kiosk-server.js";

const SECOND = 1000;
const AGAIN_AFTER = 1 * SECOND;

/** The question for a number: the same key every time, until it is answered or given up. */
export class Question {
  constructor(order, { left = null, lateAfter, onLate, onNumber, onRefusal }) {
    this.intent = left ?? beginIntent(order);
    this.order = this.intent.order;
    this.isLate = false;
    this.stop = new AbortController();
    this.late = setTimeout(() => {
      this.isLate = true;
      onLate();
    }, lateAfter);
    this.onNumber = onNumber;
    this.onRefusal = onRefusal;
  }

  async ask() {
    while (isCurrent(this.intent)) {
      try {
        const ticket = await getNumber(this.intent, this.stop.signal);
        if (this.answered()) this.onNumber(ticket);
      } catch (error) {
        if (error instanceof Refused && this.answered()) this.onRefusal(error);
        if (error instanceof Away) await new Promise((resume) => setTimeout(resume, AGAIN_AFTER));
        else if (!(error instanceof Refused)) throw error;
      }
    }
  }

  /** Note the answer; false if nobody waits for it any more. */
  answered() {
    clearTimeout(this.late);
    if (!isCurrent(this.intent)) return false;
    endIntent();
    return true;
  }

  giveUp() {
    if (this.answered()) this.stop.abort();
  }
}
