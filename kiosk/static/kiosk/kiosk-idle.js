// How long a screen stays: silence ends a visit, a touch begins the time anew, a thin bar shows the end coming.
const SECOND = 1000;
const LATE = 10 * SECOND;

/** Waits for silence: calls ``onSilence`` when nobody has touched the screen for the time that was allowed. */
export class Silence {
  constructor(bar, onSilence) {
    this.bar = bar;
    this.onSilence = onSilence;
    this.milliseconds = 0;
    for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, () => this.again());
  }

  /** Let the present screen stay for so long, its bar shown "always", "late" or "never". */
  allow(seconds, bar = "late") {
    this.milliseconds = seconds * SECOND;
    this.shown = { always: this.milliseconds, late: Math.min(LATE, this.milliseconds), never: 0 }[bar];
    this.again();
  }

  /** Begin the time anew. */
  again() {
    this.since = performance.now();
    clearTimeout(this.end);
    clearTimeout(this.warning);
    this.bar.hidden = true;
    this.end = setTimeout(this.onSilence, this.milliseconds);
    if (this.shown) this.warning = setTimeout(() => this.show(), this.milliseconds - this.shown);
  }

  /** Return for how long nobody has touched the screen. */
  get lasts() {
    return performance.now() - this.since;
  }

  show() {
    const line = this.bar.firstElementChild;
    line.style.animation = "none";
    this.bar.hidden = false;
    void line.offsetWidth; // so that the animation starts from its beginning
    line.style.animation = "";
    line.style.animationDuration = `${this.shown}ms`;
  }
}
