/** Reading: the filter, the current place in the contents, `j` and `k`, long texts. */

import { $, $$, el } from "./dom.js";
import "./examples.js";
import { isTyping, onKey } from "./keys.js";
import { watchNearby } from "./nearby.js";
import { drawer } from "./page.js";

const field = $("#filter");
const articles = $$("[data-event]");
const links = new Map($$("#side li > a").map((link) => [link.hash.slice(1), link]));
const linkOf = (element) => links.get(encodeURIComponent(element.id)) ?? links.get(element.id);
const groups = $$("[data-group]");
const tops = [$("#about"), $("[data-top]")];

/* The filter: all words must be in an event's text, its fields and examples included. */

let entries;

/** What is searched of an event: not the code around its examples, which all events have. */
const textOf = (article) =>
  [...article.children, ...$$("pre.json", article)]
    .map((each) => (each.matches(".samples") ? "" : each.textContent))
    .join("\n")
    .toLowerCase();

/** What is searched, read once: a long document has megabytes of it. */
function index() {
  entries ??= articles.map((article) => ({
    article,
    item: linkOf(article)?.parentElement,
    text: textOf(article),
    isShown: true,
  }));
  return entries;
}

function filter() {
  const asked = field.value.trim();
  const words = asked.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const entry of index()) {
    const fits = words.every((word) => entry.text.includes(word));
    shown += fits;
    if (fits === entry.isShown) continue;
    entry.isShown = fits;
    entry.article.hidden = !fits;
    if (entry.item) entry.item.hidden = !fits;
  }
  const filtered = words.length > 0;
  for (const group of groups) {
    const inside = group.matches(".ns") ? "article:not([hidden])" : "li:not([hidden]) > a";
    group.hidden = filtered && !$(inside, group);
  }
  for (const top of tops) top.hidden = filtered;
  $("#found").hidden = !filtered;
  $("#nothing").hidden = shown > 0;
  $("#found-text").textContent = filtered
    ? `${shown || "None"} of ${articles.length} events and schemas ${shown === 1 ? "says" : "say"} “${asked}”.`
    : "";
}

function clear() {
  field.value = "";
  filter();
  field.focus();
}

field.addEventListener("input", filter);
// Reading all texts takes a moment in a long document: not while the first letter is typed.
field.addEventListener("focus", index);
$("#clear").addEventListener("click", clear);

let settling = 0;

/** Scroll to an element, and again while what is laid out on the way gets another height. */
function settle(target) {
  settling += 1;
  const mine = settling;
  let frames = 10;
  const scroll = () => {
    if (mine !== settling) return;
    target.scrollIntoView();
    frames -= 1;
    if (frames > 0) requestAnimationFrame(scroll);
  };
  scroll();
}
// Whoever scrolls meanwhile wants to be elsewhere.
for (const event of ["wheel", "touchmove", "pointerdown", "keydown"]) {
  addEventListener(event, () => (settling += 1), { capture: true, passive: true });
}

/** What a link leads to is shown, whatever the filter and the folds say. */
function reveal(focuses) {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  if (target.closest("[hidden]")) {
    field.value = "";
    filter();
  }
  settle(target);
  if (focuses && target.matches("[data-event]")) $("h3 a", target).focus({ preventScroll: true });
}
addEventListener("hashchange", () => reveal(true));
// While a page loads, the browser itself decides where the focus begins.
if (location.hash) reveal(false);

/* The contents follow the text; the address does not, so that links stay what they were. */

let current = $("#side [aria-current]");
const seen = new IntersectionObserver(
  (changes) => {
    const change = changes.find((each) => each.isIntersecting);
    const link = change && linkOf(change.target);
    if (!link || link === current) return;
    current?.removeAttribute("aria-current");
    current = link;
    link.setAttribute("aria-current", "true");
    const side = $("#side");
    const { top, bottom } = link.getBoundingClientRect();
    const view = side.getBoundingClientRect();
    // Not `scrollIntoView`: it would scroll the page as well.
    if (top < view.top + 64) side.scrollTop += top - view.top - 64;
    else if (bottom > view.bottom) side.scrollTop += bottom - view.bottom + 16;
  },
  { rootMargin: "-12% 0px -75% 0px" },
);
seen.observe($("#about"));
// A thousand places that are watched would cost time whenever one moves.
watchNearby((each) => seen.observe(each), (each) => seen.unobserve(each));

/* Keys */

function step(by) {
  const shown = articles.filter((each) => !each.hidden);
  if (!shown.length) return;
  const edge = parseFloat(getComputedStyle(document.documentElement).scrollPaddingTop) + 2;
  const tops = shown.map((each) => each.getBoundingClientRect().top);
  const focused = shown.indexOf(document.activeElement?.closest?.("[data-event]"));
  let at = focused;
  if (at < 0) {
    const below = tops.findIndex((top) => top > edge);
    at = by > 0 ? (below < 0 ? shown.length : below) - 1 : below < 0 ? shown.length : below;
  }
  const next = shown[Math.min(shown.length - 1, Math.max(0, at + by))];
  settle(next);
  $("h3 a", next).focus({ preventScroll: true });
}

onKey("/", "Filter", (event) => {
  event.preventDefault();
  drawer(true, false);
  field.focus();
});
onKey("j", "Next event", () => step(1));
onKey("k", "Previous event", () => step(-1));
field.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && isTyping(event.target)) {
    const first = index().find((each) => each.isShown);
    if (!first || !field.value.trim()) return;
    drawer(false, false);
    settle(first.article);
    $("h3 a", first.article).focus({ preventScroll: true });
  }
});

/* Long texts are cut, with a way to the whole. */

for (const text of $$(".long")) {
  text.classList.add("cut");
  const button = el("button", { type: "button", className: "linkish", ariaExpanded: "false", dataset: { whole: "" } }, "Show all");
  text.after(button);
}
