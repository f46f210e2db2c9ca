// The quiet second question, asked only where the office serves some people first.
import { copyOf, fill } from "./kiosk-screens.js";
import { nameOf, say } from "./kiosk-words.js";

// Offices name their groups themselves, so the words of the code decide on the pictogram.
const SIGNS = [
  [/tuoi|elder|old|senior/, "elderly"],
  [/tat|disab|wheel/, "wheelchair"],
  [/thai|pregnan/, "pregnant"],
  [/cong|merit|veteran|thuong-binh/, "merit"],
  [/tre|em-be|con-nho|child|infant|orphan|mo-coi/, "child"],
];
const ANY = "heart";
const NONE = "person";

const signOf = (code) => SIGNS.find(([words]) => words.test(code))?.[1] ?? ANY;

function writeGroup(button, code, sign, name) {
  button.dataset.priority = code;
  button.querySelector("use").setAttribute("href", `#sign-${sign}`);
  fill(button, { name });
}

/** Write the groups, and "no" as large as any of them. */
export function writeGroups(screen, groups) {
  const list = screen.querySelector("[data-groups]");
  list.dataset.count = groups.length + 1;
  while (list.children.length < groups.length + 1) list.append(copyOf("group"));
  const buttons = [...list.children].map((place) => place.firstElementChild);
  groups.forEach((group, at) => writeGroup(buttons[at], group.code, signOf(group.code), nameOf(group)));
  writeGroup(buttons.at(-1), "", NONE, say("priority_none"));
}
