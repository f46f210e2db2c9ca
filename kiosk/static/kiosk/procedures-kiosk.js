// On a kiosk the next visitor finds the first screen: silence ends a visit, a touch begins the time anew.
const SILENCE = 90_000;
let end;

function again() {
  clearTimeout(end);
  end = setTimeout(() => location.assign(document.body.dataset.home), SILENCE);
}

for (const kind of ["pointerdown", "keydown", "scroll"]) document.addEventListener(kind, again, { passive: true });
again();
