// The frame: the menu on narrow screens, the account menu, the scan box.
"use strict";

const burger = document.querySelector("[data-menu]");
const menu = document.getElementById("menu");

function showMenu(isOpen) {
  menu.classList.toggle("frame-side--open", isOpen);
  burger.setAttribute("aria-expanded", String(isOpen));
}

if (burger && menu) {
  burger.addEventListener("click", () => showMenu(!menu.classList.contains("frame-side--open")));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") showMenu(false);
  });
  document.querySelector(".frame-main").addEventListener("click", (event) => {
    if (!burger.contains(event.target)) showMenu(false);
  });
}

document.addEventListener("click", (event) => {
  for (const account of document.querySelectorAll(".frame-account[open]")) {
    if (!account.contains(event.target)) account.open = false;
  }
});

// "/" leads to the scan box, as long as nobody is typing.
const scan = document.querySelector("[data-scan]");
if (scan) {
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      scan.focus();
      scan.select();
    }
  });
}
