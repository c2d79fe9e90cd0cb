/** Examples and trees: tabs of code, copying, unfolding, long texts. */

import { $$, icon, say } from "./dom.js";

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
