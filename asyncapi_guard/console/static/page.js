/** What every page has: the theme, the drawer, tabs of code, copying, unfolding. */

import { $, $$, icon, kept, say } from "./dom.js";
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

/* Tabs of code: one panel at a time, the same tab in each of several examples. */

function chooseTab(tab) {
  const box = tab.closest(".code");
  for (const each of $$("[role=tab]", box)) {
    each.setAttribute("aria-selected", String(each === tab));
    each.tabIndex = each === tab ? 0 : -1;
  }
  for (const panel of $$("[data-panel]", box)) {
    panel.classList.toggle("on", panel.dataset.panel === tab.dataset.tab);
  }
}

document.addEventListener("click", ({ target }) => {
  const tab = target.closest("[role=tab][data-tab]");
  if (tab) chooseTab(tab);
});
document.addEventListener("keydown", (event) => {
  const tab = event.target.closest?.("[role=tab][data-tab]");
  if (!tab) return;
  const tabs = $$("[role=tab]", tab.parentElement);
  const at = tabs.indexOf(tab);
  const next = {
    ArrowRight: tabs[(at + 1) % tabs.length],
    ArrowLeft: tabs[(at - 1 + tabs.length) % tabs.length],
    Home: tabs[0],
    End: tabs[tabs.length - 1],
  }[event.key];
  if (!next) return;
  event.preventDefault();
  chooseTab(next);
  next.focus();
});
document.addEventListener("change", ({ target }) => {
  if (!target.matches("[data-variants]")) return;
  for (const variant of $$("[data-variant]", target.closest(".code"))) {
    variant.classList.toggle("on", variant.dataset.variant === target.value);
  }
});

/* Copying what is shown. */

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-copy]");
  if (!button) return;
  const shown = $$("pre", button.closest(".code")).find((pre) => pre.offsetParent !== null);
  try {
    await navigator.clipboard.writeText(shown.textContent);
  } catch {
    // Pages that did not come over https may not write: the text is selected, to be copied by hand.
    getSelection().selectAllChildren(shown);
    say("Selected. Press Ctrl+C to copy.");
    return;
  }
  say("Copied");
  button.replaceChildren(icon("check"));
  setTimeout(() => button.replaceChildren(icon("copy")), 1500);
});

/* Unfolding all of a tree, and whole texts. */

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-expand]");
  if (!button) return;
  const all = $$("details", button.closest(".part"));
  const open = all.some((each) => !each.open);
  for (const each of all) each.open = open;
  button.textContent = open ? "Collapse all" : "Expand all";
});
document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-whole]");
  if (!button) return;
  const text = button.previousElementSibling;
  const whole = text.classList.toggle("cut") === false;
  button.textContent = whole ? "Show less" : "Show all";
  button.setAttribute("aria-expanded", String(whole));
});
