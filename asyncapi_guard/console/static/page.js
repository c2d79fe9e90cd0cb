/** What every page has: the theme, and the drawer. */

import { $, kept } from "./dom.js";
import "./keys.js";

/* Theme: as the system has it, light, dark. */

const THEMES = [undefined, "light", "dark"];
const NAMES = ["same as the system", "light", "dark"];
const root = document.documentElement;
const themeSwitch = $("[data-theme-switch]");

function nameTheme() {
  const name = NAMES[THEMES.indexOf(root.dataset.theme)];
  themeSwitch.setAttribute("aria-label", `Colors: ${name}`);
  themeSwitch.title = `Colors: ${name}`;
}

themeSwitch.addEventListener("click", () => {
  const next = THEMES[(THEMES.indexOf(root.dataset.theme) + 1) % THEMES.length];
  if (next) root.dataset.theme = next;
  else delete root.dataset.theme;
  kept.set("theme", next ?? null);
  nameTheme();
});
nameTheme();

/* The drawer with the contents, on narrow screens. */

const menu = $("[data-menu]");
const side = $("#side");

/** Open the drawer or close it. A drawer that closes hands the focus back. */
export function drawer(open, focus = true) {
  if (!side || side.classList.contains("open") === open) return;
  side.classList.toggle("open", open);
  menu.setAttribute("aria-expanded", String(open));
  if (focus) (open ? $("input, a, button", side) : menu).focus({ preventScroll: true });
}

menu?.addEventListener("click", () => drawer(!side.classList.contains("open")));
side?.addEventListener("click", ({ target }) => {
  if (target.closest("a, .pick")) drawer(false, false);
});
document.addEventListener("keydown", ({ key }) => {
  if (key === "Escape" && !$("dialog[open]")) drawer(false);
});
document.addEventListener("pointerdown", ({ target }) => {
  if (!target.closest("#side, [data-menu]")) drawer(false, false);
});
