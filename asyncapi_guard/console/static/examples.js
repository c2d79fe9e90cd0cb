/** Examples and trees: colors, tabs of code, copying, unfolding, long texts. */

import { $$, el, icon, say } from "./dom.js";
import { watchNearby } from "./nearby.js";

/* Colors of code: the page has its text alone, because it has thousands of examples. */

const TOKENS =
  /(?<s>"(?:[^"\\\n]|\\.)*")(?=(?<k>: )?)|(?<c>\/\/.*)|\b(?<w>as|async|await|const|def|from|import|return|type)\b|\b(?<n>true|false|null|True|False|None|\d[\d.eE+-]*)\b|(?<=[{ ])(?<b>[\w$]+)(?=: )/g;

function paint(pre) {
  const code = pre.firstElementChild;
  const text = code.textContent;
  const nodes = [];
  let at = 0;
  for (const { 0: token, index, groups } of text.matchAll(TOKENS)) {
    // `const name: Type` is no property.
    if (groups.b && text.endsWith("const ", index)) continue;
    const kind = groups.b || groups.k ? "k" : Object.keys(groups).find((each) => groups[each]);
    nodes.push(text.slice(at, index), el("span", { className: kind }, token));
    at = index + token.length;
  }
  code.replaceChildren(...nodes, text.slice(at));
  pre.classList.add("painted");
}

/** Events near the window whose examples have no colors yet; a few are painted in each frame. */
const waiting = new Set();
const A_FRAME = 8;

function paintSome() {
  for (const event of [...waiting].slice(0, A_FRAME)) {
    waiting.delete(event);
    for (const pre of $$(".code pre:not(.painted)", event)) paint(pre);
  }
  if (waiting.size) requestAnimationFrame(paintSome);
}

watchNearby(
  (event) => {
    if (waiting.add(event).size === 1) requestAnimationFrame(paintSome);
  },
  (event) => waiting.delete(event),
);

/* Tabs of code: one panel at a time, the same tab in each of several examples. What the server has
   written for those without a script is escaped as all of the page is. */

/** All panels of a box: those that nobody has asked for yet are a text. */
function unpack(box) {
  for (const packed of $$("noscript", box)) {
    const { body } = new DOMParser().parseFromString(packed.textContent, "text/html");
    for (const pre of $$("pre", body)) paint(pre);
    packed.replaceWith(...body.childNodes);
  }
}

function chooseTab(tab) {
  const box = tab.closest(".code");
  unpack(box);
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
  unpack(target.closest(".code"));
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
