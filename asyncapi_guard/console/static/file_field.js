/** A place for a file: chosen or dropped, with its name, its size and its first bytes. */

import { el, icon } from "./dom.js";

const HEAD = 14;
const hex = (bytes) => [...bytes.slice(0, HEAD)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
let lastId = 0;

/**
 * @param {Map<string, Uint8Array>} files all of the page, by their names
 * @param {{$bytes: string}|undefined} value
 * @param {(name: string) => void} taken
 * @param {string} errorId of the element that says what is wrong
 * @param {string} what the name of the field
 */
export function dropZone(files, value, taken, errorId, what) {
  lastId += 1;
  const id = `file${lastId}`;
  const name = el("strong", { className: "file-name" });
  const size = el("span", { className: "muted num" });
  const head = el("span", { className: "tag mono" });
  const input = el("input", { type: "file", className: "sr", id, "aria-describedby": errorId });
  const zone = el(
    "div",
    { className: "drop" },
    icon("file"),
    el("div", { className: "grow" }, name, " ", size, head),
    el("label", { className: "btn slim", htmlFor: id }, "Choose a file", el("span", { className: "sr" }, ` for ${what}`)),
    input,
  );
  const show = (chosen) => {
    const bytes = files.get(chosen);
    name.textContent = chosen || "No file";
    size.textContent = bytes ? `${bytes.length.toLocaleString("en-US")} bytes` : chosen ? "isn't loaded in this tab" : "Drop one here";
    head.textContent = bytes ? hex(bytes) : "";
  };
  const take = async (file) => {
    files.set(file.name, new Uint8Array(await file.arrayBuffer()));
    show(file.name);
    taken(file.name);
  };
  input.addEventListener("change", () => input.files[0] && take(input.files[0]));
  zone.addEventListener("dragover", (event) => {
    event.preventDefault();
    zone.classList.add("over");
  });
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    if (event.dataTransfer.files[0]) take(event.dataTransfer.files[0]);
  });
  show(value?.$bytes);
  return zone;
}
