/**
 * The keyboard: single keys that do nothing while somebody types, a list of them behind `?`, and a
 * switch that turns them off (WCAG 2.1.4), because speech input "types" letters.
 */

import { $, $$, el, kept } from "./dom.js";

const listed = [];
const actions = new Map();
let enabled = kept.get("keys") !== "off";
let before;

/**
 * Add a key, and list it in the dialog.
 *
 * @param {string} key as `KeyboardEvent.key` has it; "g r" is `g`, then `r`
 * @param {string} what what it does, for the list
 * @param {(event: KeyboardEvent) => void} action
 * @param {string} [shown] how the list writes it, if several keys share an entry; "" leaves it out
 */
export function onKey(key, what, action, shown = key) {
  actions.set(key, action);
  if (shown) listed.push([shown, what]);
}

/** List a key that something else acts on, such as `Ctrl Enter` in a form. */
export function listKey(shown, what) {
  listed.push([shown, what]);
}

/** Whether a key that is pressed here is text. */
export const isTyping = (target) =>
  target instanceof Element && target.matches("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");

document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (key === "Escape" && isTyping(target) && !$("dialog[open]")) {
    // The browser would empty a field of this kind without a word, and what it filters would stay.
    if (target.type === "search") event.preventDefault();
    target.blur();
  }
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(target) || $("dialog[open]")) return;
  if (!enabled && key !== "?") return;
  const action = (before && actions.get(`${before} ${key}`)) ?? actions.get(key);
  before = key;
  if (action) action(event);
});

function showKeys() {
  $("#keys")?.remove();
  const toggle = el(
    "button",
    { type: "button", className: "switch", role: "switch", ariaChecked: String(enabled) },
    el("i"),
    "Single keys",
  );
  toggle.addEventListener("click", () => {
    enabled = !enabled;
    toggle.setAttribute("aria-checked", String(enabled));
    kept.set("keys", enabled ? null : "off");
  });
  const rows = listed.flatMap(([keys, what]) => [
    el("dt", {}, ...keys.split(" ").flatMap((key) => [/^(then|to|or)$/.test(key) ? key : el("kbd", {}, key), " "])),
    el("dd", {}, what),
  ]);
  const dialog = el(
    "dialog",
    { id: "keys", "aria-labelledby": "keys-title" },
    el("h2", { id: "keys-title" }, "Keyboard"),
    el("dl", { className: "keys" }, ...rows),
    el("form", { method: "dialog", className: "dialog-end" }, toggle, el("button", { className: "btn" }, "Close")),
  );
  const opener = document.activeElement;
  dialog.addEventListener("close", () => {
    dialog.remove();
    opener?.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
}

for (const link of $$(".tabs a")) {
  const name = link.dataset.view;
  onKey(`g ${name[0]}`, `Go to ${link.textContent}`, () => link.click(), `g then ${name[0]}`);
}
onKey("?", "Show this list", showKeys);
listKey("Esc", "Close, or leave a field");
$("[data-keys]")?.addEventListener("click", showKeys);
