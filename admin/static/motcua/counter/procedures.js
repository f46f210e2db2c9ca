// Finding a procedure while typing: by name or code, with or without accents; the ones used often here come first.
import { h } from "./elements.js";
import { say } from "./facts.js";
import { getProcedures } from "./server.js";

const PLACE = "motcua.counter.procedures";
const SHOWN = 8;

const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replaceAll("đ", "d");

let listed = null;

/** Return the procedures in force, asked for once. */
export async function loadProcedures() {
  listed ??= (await getProcedures()).map((one) => ({ ...one, plain: plain(`${one.code} ${one.name} ${one.field}`) }));
  return listed;
}

/** Ask again the next time: a day later others may be in force. */
export function forgetProcedures() {
  listed = null;
}

function uses() {
  try {
    return JSON.parse(localStorage.getItem(PLACE)) ?? {};
  } catch {
    return {};
  }
}

/** Remember that a procedure was used at this machine. */
export function countUse(code) {
  const counts = uses();
  counts[code] = (counts[code] ?? 0) + 1;
  try {
    localStorage.setItem(PLACE, JSON.stringify(counts));
  } catch {
    // then the list simply starts with what comes first
  }
}

/** Return what fits the words, best first. */
export function search(text) {
  const words = plain(text).split(/\s+/).filter(Boolean);
  const counts = uses();
  const fits = (listed ?? []).filter((one) => words.every((word) => one.plain.includes(word)));
  const rank = (one) => [
    words.length && one.code.startsWith(words[0]) ? 0 : 1,
    -(counts[one.code] ?? 0),
    plain(one.name).includes(words.join(" ")) ? 0 : 1,
    words.length ? one.name.length : 0, // "Đăng ký khai sinh" before everything that only begins so
  ];
  return fits
    .map((one) => [rank(one), one])
    .sort(([a], [b]) => a.map((value, place) => value - b[place]).find((difference) => difference) ?? 0)
    .slice(0, SHOWN)
    .map(([, one]) => one);
}

/** Make the field with its list; ``choose`` is told the procedure. */
export function procedureField(choose) {
  const list = h("ul", { class: "finder__list", id: "procedure-list", role: "listbox", "aria-label": say("procedure"), hidden: true });
  const input = h("input", {
    class: "input",
    id: "procedure",
    type: "text",
    role: "combobox",
    autocomplete: "off",
    spellcheck: "false",
    placeholder: say("procedure_hint"),
    "aria-autocomplete": "list",
    "aria-controls": "procedure-list",
    "aria-expanded": "false",
  });
  let found = [];
  let active = -1;

  function mark(place) {
    active = place;
    for (const [number, option] of [...list.children].entries()) {
      option.setAttribute("aria-selected", String(number === active));
      if (number === active) option.scrollIntoView({ block: "nearest" });
    }
    if (active >= 0) input.setAttribute("aria-activedescendant", `procedure-${active}`);
    else input.removeAttribute("aria-activedescendant");
  }

  function close() {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    mark(-1);
  }

  function open() {
    found = search(input.value);
    const options = found.map((one, number) =>
      h(
        "li",
        {
          class: "finder__option",
          id: `procedure-${number}`,
          role: "option",
          "aria-selected": "false",
          onmousedown: (event) => event.preventDefault(), // the field keeps the keyboard
          onclick: () => choose(one),
        },
        h("span", { class: "finder__name" }, one.name),
        h("span", { class: "finder__code" }, `${one.code} · ${one.field}`),
      ),
    );
    list.replaceChildren(...options);
    if (!found.length) list.append(h("li", { class: "finder__none soft" }, say("no_procedure")));
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    mark(found.length && input.value.trim() ? 0 : -1);
  }

  input.addEventListener("input", open);
  input.addEventListener("focus", open);
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) open();
      else if (found.length) mark((active + (event.key === "ArrowDown" ? 1 : -1) + found.length) % found.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (found[active]) choose(found[active]);
    } else if (event.key === "Escape" && !list.hidden) {
      event.stopPropagation();
      close();
    }
  });
  const field = h("div", { class: "field finder" }, h("label", { for: "procedure" }, say("procedure")), input, list);
  return { field, input, open };
}
