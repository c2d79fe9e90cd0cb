/** The composer: an event, its arguments as a form and as JSON beside each other, and what the judge says. */

import { eventOf, nodeOf, someNamespace } from "./contract.js";
import { $, el, verdict } from "./dom.js";
import { Form, fieldOf, showProblems } from "./form.js";
import { beginning } from "./form_values.js";
import { JsonEditor } from "./json_editor.js";
import { notChecked } from "./judge.js";
import { clauseOf } from "./lines.js";
import { forJudge, missingFiles } from "./values.js";

const DEBOUNCE = 150;
const SLOW = 150;
/** Another name than the document's: any arguments. */
const UNDECLARED = { name: "", shape: "any", samples: [], ack: null };

export class Composer {
  namespace = "";
  event = UNDECLARED;
  #judge;
  #files;
  #changed;
  #value = [];
  #error;
  #judged;
  #problems = [];
  #chosen = 0;
  #timer;
  #slow;
  #form = $("#form");
  #fill = $("#fill");
  #name = $("#event-name");
  #other = $("#other-name");
  #ack = $("#ask-ack");

  /**
   * @param {import("./judge.js").Judge} judge
   * @param {Map<string, Uint8Array>} files
   * @param {() => void} changed what can be sent is another
   */
  constructor(judge, files, changed) {
    this.#judge = judge;
    this.#files = files;
    this.#changed = changed;
    this.editor = new JsonEditor($("#editor"), (read) => this.#typed(read));
    $("#tidy").addEventListener("click", () => {
      if (this.#error) return;
      this.editor.write(this.#value);
      this.#paint();
    });
    this.#fill.addEventListener("change", () => this.#fillWith(this.#fill.value));
    this.#ack.addEventListener("change", () => this.#ask());
    this.#other.addEventListener("input", () => {
      this.event = { ...UNDECLARED, name: this.#other.value };
      this.#ask();
    });
    this.#form.addEventListener("submit", (event) => event.preventDefault());
  }

  // -- what is composed --------------------------------------------------------------------------

  /** Choose an event; `undefined` for another name than the document's. */
  choose(namespace, name) {
    this.namespace = namespace;
    this.event = name === undefined ? { ...UNDECLARED, name: this.#other.value } : (eventOf(namespace, name, true) ?? { ...UNDECLARED, name });
    const isOther = name === undefined;
    this.#name.textContent = isOther ? "Another name" : this.event.name;
    this.#name.classList.toggle("words", isOther);
    $("#other").hidden = !isOther;
    $("#event-summary").textContent = this.event.summary ?? "";
    $("#event-namespace").textContent = namespace;
    const { ack } = this.event;
    this.#ack.checked = isOther || (ack !== null && !ack.none);
    this.#showSamples();
    const [sample] = this.event.samples;
    this.#fillWith(sample ? "0" : "");
    this.#fill.value = sample ? "0" : "";
  }

  #showSamples() {
    const options = this.event.samples.map(([name], at) => el("option", { value: String(at) }, name));
    this.#fill.replaceChildren(el("option", { value: "typed" }, "what I typed"), el("option", { value: "" }, "nothing but what is required"), ...options);
  }

  #fillWith(chosen) {
    if (chosen === "typed") return;
    const { shape, node, samples } = this.event;
    const args = chosen === "" ? undefined : structuredClone(samples[Number(chosen)][1]);
    if (shape === "one") this.#value = args ? args[0] : beginning(nodeOf, node);
    else if (shape === "several") this.#value = args ?? beginning(nodeOf, node);
    else this.#value = args ?? [];
    this.#makeExample();
    this.set(this.#value);
  }

  /** The file that examples name, with as many bytes as the document asks for. */
  #makeExample() {
    const size = this.event.size ?? 1;
    const known = this.#files.get("example.bin");
    if (!known || known.length < size) this.#files.set("example.bin", new Uint8Array(size));
  }

  /** Put a value into the form and the JSON. */
  set(value) {
    this.#value = value;
    this.#error = undefined;
    this.editor.write(value);
    this.#drawForm();
    this.#ask();
  }

  /** The value of some arguments, as form and JSON have them. */
  setArgs(args) {
    this.#fill.value = "typed";
    this.set(this.event.shape === "one" ? args[0] : args);
  }

  get args() {
    return this.event.shape === "one" ? [this.#value] : this.#value;
  }

  #typed({ value, error }) {
    this.#fill.value = "typed";
    this.#error = error;
    if (!error) {
      this.#value = value;
      this.#drawForm();
    }
    this.#ask();
  }

  #drawForm() {
    const { shape, node } = this.event;
    const form = new Form(nodeOf, this.#files);
    const change = (value) => {
      this.#fill.value = "typed";
      this.#value = value ?? null;
      this.#error = undefined;
      this.editor.write(this.#value);
      this.#ask();
    };
    const place = { node, value: this.#value, path: "", change };
    const described = nodeOf(node);
    let fields;
    if (shape === "none") fields = [el("p", { className: "empty" }, "This event has no arguments.")];
    else if (shape === "any") fields = [el("p", { className: "empty" }, "The document doesn't say what the arguments are. Write them as a JSON array.")];
    else if (described.kind === "tuple") fields = form.places(place, described);
    else if (described.kind === "object") fields = form.properties(place, described);
    else fields = [form.field({ ...place, required: true })];
    const root = el("p", { className: "error", dataset: { error: "" }, hidden: true });
    const title = shape === "several" ? `${described.items?.length ?? ""} arguments` : (described.title ?? "");
    $("#form-title").textContent = shape === "one" || shape === "several" ? title : "";
    $("#form-fields").replaceChildren(el("div", { className: "field root", dataset: { path: "" } }, root), ...fields);
  }

  // -- what the judge says -----------------------------------------------------------------------

  /** Ask when nobody has typed for a moment; the last verdict stays until then. */
  #ask() {
    this.#form.classList.toggle("stale", this.#error !== undefined);
    this.#judged = undefined;
    clearTimeout(this.#timer);
    this.#paint();
    const own = this.#ownProblems();
    if (own.length) return this.#show({ problems: own }, true);
    this.#timer = setTimeout(() => this.#askNow(), DEBOUNCE);
    this.#changed();
    return undefined;
  }

  async #askNow() {
    clearTimeout(this.#slow);
    this.#slow = setTimeout(() => $("#judged").replaceChildren(verdict("", "Checking")), SLOW);
    const item = { namespace: someNamespace(this.namespace), event: this.event.name, args: forJudge(this.args, this.#files), ack_asked: this.#ack.checked };
    const judged = await this.#judge.now(item);
    // Whatever was typed meanwhile is asked about as well.
    if (!judged) return;
    clearTimeout(this.#slow);
    if (judged.verdict === "not-checked" && judged.reason?.includes("a second")) this.#timer = setTimeout(() => this.#askNow(), 1000);
    this.#show(judged, false);
  }

  #ownProblems() {
    if (this.#error) {
      const { message, line, column } = this.#error;
      return [{ path: `line ${line}`, reason: `column ${column}: ${message}`, keyword: "JSON", clause: null }];
    }
    if (!Array.isArray(this.args)) return [{ path: "(root)", reason: "write the arguments as a JSON array", keyword: "arguments", clause: null }];
    const missing = missingFiles(this.args, this.#files);
    return missing.map((name) => ({
      path: "$bytes",
      reason: name ? `“${name}” isn't loaded in this tab; choose the file` : "choose a file",
      keyword: "file",
      clause: null,
    }));
  }

  #show(judged, isOwn) {
    clearTimeout(this.#slow);
    this.#judged = judged;
    this.isOwn = isOwn;
    this.#problems = judged.problems ?? [];
    if (!this.#problems.length && ["rejected", "reported"].includes(judged.verdict)) {
      this.#problems = [{ path: "", reason: judged.reason, keyword: judged.code, clause: null }];
    }
    this.#chosen = 0;
    const many = this.#problems.length === 1 ? "1 problem" : `${this.#problems.length} problems`;
    const words = {
      accepted: ["ok", "Would be accepted"],
      rejected: ["bad", `Would be rejected: ${many}`],
      reported: ["warn", `Would be reported: ${many}`],
      off: ["", "Not validated: the guard is off here"],
    }[judged.verdict];
    const isChecked = judged.verdict !== "not-checked";
    const own = this.#error ? ["bad", "No JSON"] : ["", "Not checked"];
    $("#judged").replaceChildren(verdict(...(isOwn ? own : isChecked ? words : ["", `Not checked: ${judged.reason}`])));
    $("#by").textContent = isOwn || !isChecked ? "" : `judged by the server, ${Math.max(1, Math.round(judged.took))} ms`;
    this.#drawProblems();
    this.#changed();
  }

  get #kind() {
    return this.#judged?.verdict === "reported" ? "warn" : "bad";
  }

  #drawProblems() {
    const problems = this.#problems.map(({ path, reason, keyword }, at) => {
      const button = el(
        "button",
        { type: "button", "aria-pressed": String(at === this.#chosen) },
        el("code", {}, path || "(root)"),
        el("span", { className: "grow" }, reason),
        el("span", { className: "tag mono" }, keyword ?? ""),
      );
      button.addEventListener("click", () => this.#chooseProblem(at));
      return button;
    });
    $("#problems").replaceChildren(...problems);
    const suggestions = this.#judged?.suggestions ?? [];
    if (suggestions.length) $("#problems").append(el("p", { className: "hint" }, `Did you mean ${suggestions.join(" or ")}?`));
    $("#problems").className = `problems ${this.#kind}`;
    showProblems($("#form-fields"), this.isOwn ? [] : this.#problems);
    this.#showClause();
    this.#paint();
  }

  #showClause() {
    const problem = this.#problems[this.#chosen];
    $("#clause").replaceChildren(...(problem?.clause ? [clauseOf(problem, this.#kind)] : []));
  }

  #chooseProblem(at) {
    this.#chosen = at;
    for (const [number, button] of [...$("#problems").querySelectorAll("button")].entries()) {
      button.setAttribute("aria-pressed", String(number === at));
    }
    this.#showClause();
    if (this.#error) return this.editor.focusLine(this.#error.line);
    const { path } = this.#problems[at];
    fieldOf($("#form-fields"), path)?.scrollIntoView({ block: "nearest" });
    return undefined;
  }

  #paint() {
    const paths = this.isOwn ? [] : this.#problems.map(({ path }) => path);
    this.editor.paint(paths, this.#error?.line, this.#kind);
  }

  // -- what can be done --------------------------------------------------------------------------

  /** Whether it can be sent at all, and whether it is expected to be accepted. */
  get state() {
    if (this.isOwn && this.#judged) return "unfit";
    if (this.event.name === "") return "unfit";
    return this.#judged?.verdict === "rejected" ? "rejected" : "fit";
  }

  /** Wait for the verdict on what is typed now. */
  async settled() {
    for (let tries = 0; this.#judged === undefined && tries < 3; tries += 1) {
      clearTimeout(this.#timer);
      await this.#askNow();
    }
  }

  /** Lead to the first problem. */
  showFirst() {
    const first = $("#problems button");
    if (this.event.name === "") this.#other.focus();
    else if (first) first.focus();
    else this.editor.focus();
  }

  /** What is to be sent. */
  wanted(anyway) {
    const judged = this.#judged ? { ...this.#judged } : undefined;
    return {
      event: this.event.name,
      args: structuredClone(this.args),
      ack: this.#ack.checked,
      judged: judged ?? (this.#judge.exists ? undefined : notChecked("there is no server here to ask")),
      anyway,
    };
  }
}
