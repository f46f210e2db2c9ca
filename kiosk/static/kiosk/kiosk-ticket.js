// The ticket on the screen: number, place in the line, code for the phone, and how its paper is coming along.
import { codeAddress, getTicket } from "./kiosk-server.js";
import { fill } from "./kiosk-screens.js";
import { duration, nameOf, say } from "./kiosk-words.js";

const SECOND = 1000;
const ASK_EVERY = 1 * SECOND;
const SLOW_AFTER = 8 * SECOND;
const LONG = 5; // more signs than this and the number is written smaller
const WORDS = {
  queued: "paper_printing",
  sending: "paper_printing",
  confirmed: "paper_ready",
  unconfirmed: "paper_unsure",
  failed: "paper_failed",
  stale: "paper_failed",
  none: "paper_none",
};
const isOpen = (state) => state === "queued" || state === "sending";

/** Return the sentence on the line, in the two parts between which it may break. */
function place({ waiting_ahead: people, estimated_wait_minutes: minutes }) {
  if (people === 0) return { ahead: say("ahead_none"), wait: "" };
  return { ahead: say(people === 1 ? "ahead_one" : "ahead", { n: people }), wait: say("wait", { time: duration(minutes) }) };
}

/** A ticket while it is shown; ``onTrouble`` is called when its paper is late, missing or doubtful. */
export class ShownTicket {
  constructor(ticket, findService, { onChange, onTrouble }) {
    this.ticket = ticket;
    this.findService = findService;
    this.paper = ticket.print.state;
    this.isSlow = false;
    this.isCodeAway = false;
    this.onChange = onChange;
    this.onTrouble = onTrouble;
  }

  begin() {
    this.slow = setTimeout(() => this.learn(this.paper, true), SLOW_AFTER);
    this.next = setTimeout(() => this.follow(), ASK_EVERY);
    if (this.isTrouble) this.onTrouble();
  }

  end() {
    clearTimeout(this.slow);
    clearTimeout(this.next);
    clearTimeout(this.codeAgain);
    this.isOver = true;
  }

  async follow() {
    try {
      const { print } = await getTicket(this.ticket.id);
      if (this.isOver) return;
      this.learn(print.state, this.isSlow);
    } catch {
      // no news of the paper: what is shown stays, and after a while it says that printing is slow
    }
    if (!this.isOver && isOpen(this.paper)) this.next = setTimeout(() => this.follow(), ASK_EVERY);
  }

  learn(paper, isSlow) {
    const before = this.word;
    this.paper = paper;
    this.isSlow = isSlow && isOpen(paper);
    if (this.word === before) return;
    this.onChange();
    if (this.isTrouble) this.onTrouble();
  }

  get word() {
    return this.isSlow ? "paper_slow" : (WORDS[this.paper] ?? "paper_none");
  }

  /** Whether the screen may be all the visitor gets. */
  get isTrouble() {
    return this.word !== "paper_ready" && this.word !== "paper_printing";
  }

  /** Write the ticket into its screen. */
  write(screen) {
    const service = this.findService(this.ticket.service);
    fill(screen, {
      number: this.ticket.number,
      series: service?.series ?? "",
      service: service ? nameOf(service) : "",
      ...place(this.ticket),
      scan: say(this.isCodeAway ? "scan_away" : "scan"),
      paper: say(this.word),
    });
    screen.querySelector(".ticket__figure").classList.toggle("ticket__figure--long", this.ticket.number.length > LONG);
    screen.querySelector("[data-paper]").dataset.paper = this.word;
    this.writeCode(screen.querySelector("[data-qr]"));
  }

  writeCode(image) {
    image.alt = say("scan_name");
    image.classList.toggle("is-away", this.isCodeAway);
    if (image.src) return;
    image.addEventListener("load", () => this.learnCode(false));
    image.addEventListener("error", () => {
      this.learnCode(true);
      this.codeAgain = setTimeout(() => (image.src = codeAddress(this.ticket.id)), 2 * SECOND);
    });
    image.src = codeAddress(this.ticket.id);
  }

  learnCode(isAway) {
    if (this.isOver || this.isCodeAway === isAway) return;
    this.isCodeAway = isAway;
    this.onChange();
  }
}
