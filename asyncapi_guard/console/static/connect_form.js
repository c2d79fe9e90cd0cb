/** The form of a connection: its name, the namespace, credentials, auth and query as the document has them. */

import { contract, nodeOf } from "./contract.js";
import { credentialsOf, queryText, withCredentials } from "./credentials.js";
import { $, el, verdict } from "./dom.js";
import { Form, showProblems } from "./form.js";
import { beginning } from "./form_values.js";
import { DOTS, mapped } from "./values.js";

const DEBOUNCE = 150;
let lastId = 0;

/** A value to begin with: of the example, but neither secrets nor what is optional. */
function start(number, sample, left) {
  const node = nodeOf(number);
  const value = beginning(nodeOf, number);
  if (node.kind !== "object") return value;
  for (const [name] of node.properties) {
    if (left.has(name)) delete value[name];
    else if (name in value && sample && name in sample) value[name] = sample[name];
  }
  return value;
}

export class ConnectForm {
  #judge;
  #asked = 0;
  #timer;
  #typed = {};
  #auth;
  #query;
  #scheme;

  /**
   * @param {object} options
   * @param {string} options.name of the connection
   * @param {string} options.namespace
   * @param {import("./judge.js").Judge} options.judge
   * @param {(wanted: object) => void} options.connect called with `name`, `namespace`, `auth`,
   *   `query`, `transport` and what the judge says
   * @param {(name: string) => void} options.renamed
   */
  constructor({ name, namespace, judge, connect, renamed }) {
    this.#judge = judge;
    lastId += 1;
    const id = `c${lastId}`;
    this.nameField = el("input", { className: "input", id: `${id}-name`, value: name, autocomplete: "off", maxLength: 40 });
    this.nameField.addEventListener("input", () => renamed(this.nameField.value.trim() || name));
    this.namespaceField = el(
      "select",
      { className: "input wide", id: `${id}-namespace` },
      ...contract.namespaces.map(({ address }) => el("option", { value: address }, address)),
    );
    if (contract.namespaces.some(({ address }) => address === namespace)) this.namespaceField.value = namespace;
    this.namespaceField.addEventListener("change", () => this.#fill());
    this.inside = el("div", { className: "connect-parts" });
    this.judged = el("span", { role: "status" });
    this.transportField = el(
      "select",
      { className: "input wide", id: `${id}-transport` },
      ...[["any", "Any"], ["websocket", "WebSocket only"], ["polling", "Long polling only"]].map(([value, words]) => el("option", { value }, words)),
    );
    this.transportField.addEventListener("change", () => this.#ask());
    const without = el("button", { type: "button", className: "btn warn" }, "Without auth");
    without.addEventListener("click", () => this.#submit(connect, true));
    this.element = el(
      "form",
      { className: "connect", noValidate: true, "aria-label": "Connect" },
      el(
        "div",
        { className: "two" },
        el("div", { className: "field" }, el("label", { htmlFor: `${id}-name` }, "Name"), this.nameField),
        el("div", { className: "field" }, el("label", { htmlFor: `${id}-namespace` }, "Namespace"), this.namespaceField),
      ),
      this.inside,
      el("div", { className: "two" }, el("div", { className: "field" }, el("label", { htmlFor: `${id}-transport` }, "Transport"), this.transportField)),
      el("div", { className: "row" }, this.judged, el("span", { className: "grow" }), without, el("button", { type: "submit", className: "btn primary" }, "Connect")),
    );
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit(connect, false);
    });
    this.element.addEventListener("input", () => (this.#touched = true));
    this.#fill();
  }

  #touched = false;

  get isTouched() {
    return this.#touched;
  }

  get #about() {
    return contract.namespaces.find(({ address }) => address === this.namespaceField.value) ?? { connect: {}, parameters: {} };
  }

  /** Choose a namespace. */
  choose(namespace) {
    if (this.namespaceField.value === namespace) return;
    this.namespaceField.value = namespace;
    this.#fill();
  }

  #fill() {
    const { connect, parameters } = this.#about;
    const security = connect.security ?? [];
    this.#parameters = Object.fromEntries(Object.entries(parameters).map(([name, values]) => [name, values?.[0] ?? ""]));
    this.#scheme = security[0];
    this.inside.replaceChildren();
    for (const [name, values] of Object.entries(parameters)) this.inside.append(this.#parameterField(name, values));
    if (security.length) this.inside.append(this.#security(security));
    this.#values = el("div", { className: "connect-parts" });
    this.inside.append(this.#values);
    this.#showValues();
  }

  #parameters = {};
  #values;

  #parameterField(name, values) {
    lastId += 1;
    const id = `p${lastId}`;
    const attributes = { className: "input", id, autocomplete: "off" };
    const input = values
      ? el("select", attributes, ...values.map((each) => el("option", { value: each }, each)))
      : el("input", attributes);
    input.addEventListener("input", () => {
      this.#parameters[name] = input.value;
      this.#ask();
    });
    const label = el("label", { htmlFor: id }, el("code", {}, name), el("span", { className: "type" }, "part of the namespace"), el("span", { className: "must" }, "required"));
    return el("div", { className: "field" }, label, input);
  }

  #security(schemes) {
    const box = el("div", { className: "connect-parts" });
    const draw = () => {
      const { fields, note } = credentialsOf(this.#scheme);
      box.replaceChildren(
        ...fields.map(([name, words, secret]) => this.#credential(name, words, secret)),
        note ? el("p", { className: "hint" }, note) : "",
        this.#scheme.scopes.length ? el("p", { className: "hint" }, `Scopes: ${this.#scheme.scopes.join(", ")}`) : "",
      );
    };
    const several = el("select", { className: "input", "aria-label": "Security scheme" }, ...schemes.map(({ name }, at) => el("option", { value: String(at) }, name)));
    several.addEventListener("change", () => {
      this.#scheme = schemes[Number(several.value)];
      draw();
      this.#showValues();
    });
    draw();
    const title = schemes.length > 1 ? "Security" : `Security: ${schemes[0].name}`;
    return el("fieldset", {}, el("legend", { className: "side-title" }, title), schemes.length > 1 ? several : "", box);
  }

  #credential(name, words, secret) {
    lastId += 1;
    const id = `s${lastId}`;
    const input = el("input", {
      className: "input mono",
      id,
      type: secret ? "password" : "text",
      autocomplete: "off",
      spellcheck: false,
      value: this.#typed[name] ?? "",
      "aria-describedby": `${id}-note`,
    });
    input.addEventListener("input", () => {
      this.#typed[name] = input.value;
      this.#ask();
    });
    const label = el("label", { htmlFor: id }, el("code", {}, name), el("span", { className: "type" }, words), el("span", { className: "must" }, "required"));
    const note = secret ? "Stays in this tab. Shared links, sequences and exports leave it out." : "";
    return el(
      "div",
      { className: "field", dataset: { path: `/${name}` } },
      label,
      input,
      el("p", { className: "hint", id: `${id}-note` }, note),
      el("p", { className: "error", hidden: true, dataset: { error: `/${name}` } }),
    );
  }

  /** The fields of the auth value and of the query. */
  #showValues() {
    const { connect } = this.#about;
    const form = new Form(nodeOf, new Map());
    const elsewhere = new Set(this.#scheme ? credentialsOf(this.#scheme).fields.map(([name]) => name) : []);
    const parts = [];
    this.#auth = undefined;
    this.#query = {};
    const told = (change) => (value) => {
      change(value);
      this.#ask();
    };
    if (connect.auth) {
      const node = nodeOf(connect.auth);
      this.#auth = start(connect.auth, connect.samples?.[0]?.[1], elsewhere);
      const change = told((value) => (this.#auth = value));
      if (node.kind === "object") {
        const left = { ...node, properties: node.properties.filter(([name]) => !elsewhere.has(name)) };
        parts.push(...form.properties({ value: this.#auth, path: "", change }, left));
      } else parts.push(form.field({ node: connect.auth, value: this.#auth, path: "", name: "auth", required: !connect.optional, change }));
    } else if (connect.auth === null) {
      parts.push(form.field({ node: 0, value: undefined, path: "", name: "auth", required: false, change: told((value) => (this.#auth = value)) }));
      const add = $("button", parts.at(-1));
      if (add) add.textContent = "Add auth";
    }
    if (connect.query) {
      const node = nodeOf(connect.query);
      this.#query = start(connect.query, undefined, elsewhere);
      const change = told((value) => (this.#query = value));
      const left = { ...node, properties: (node.properties ?? []).filter(([name]) => !elsewhere.has(name)) };
      const fields = form.properties({ value: this.#query, path: "", change }, { more: null, ...left });
      parts.push(el("fieldset", { className: "connect-parts", dataset: { query: "" } }, el("legend", { className: "side-title" }, "Query of the URL"), ...fields));
    }
    if (connect.headers) parts.push(el("p", { className: "hint" }, `The document also requires headers, which a page can't set: ${connect.headers}.`));
    this.#values.replaceChildren(...parts);
    this.#ask();
  }

  /** The namespace, with what the parameters of its address say. */
  get #namespace() {
    return this.namespaceField.value.replace(/\{([^}]*)\}/g, (whole, name) => this.#parameters[name] || whole);
  }

  #wanted(bare) {
    const both = bare ? { auth: undefined, query: {} } : withCredentials(this.#scheme, this.#typed, this.#auth, this.#query);
    const { auth } = both;
    const query = queryText(both.query);
    const item = { namespace: this.#namespace, auth: auth ?? null };
    // What is logged has no credentials, whatever their fields are called.
    const secret = new Set(this.#scheme ? credentialsOf(this.#scheme).fields.filter(([, , each]) => each).map(([name]) => name) : []);
    const logged = mapped(auth, (value, name) => (secret.has(name) && typeof value === "string" ? DOTS : undefined));
    const transport = this.transportField.value;
    item.query = `EIO=4&transport=${transport === "polling" ? transport : "websocket"}${query && `&${query}`}`;
    return { namespace: this.#namespace, auth, query, item, logged, transport };
  }

  /** Ask the judge, when nobody has typed for a moment. */
  #ask() {
    clearTimeout(this.#timer);
    const asked = (this.#asked += 1);
    this.#timer = setTimeout(async () => {
      const judged = await this.#judge.about(() => this.#wanted(false).item, true);
      if (asked === this.#asked) this.#show(judged);
    }, DEBOUNCE);
  }

  #show(judged) {
    // Nobody is told what is wrong before they have typed anything.
    if (!this.#touched) return;
    const { problems, verdict: word, reason } = judged;
    const many = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    const shown = {
      accepted: ["ok", "Would be accepted"],
      rejected: ["bad", problems.length ? `Would be rejected: ${many}` : "Would be rejected"],
      reported: ["warn", "Would be reported"],
      off: ["", "Not validated"],
    }[word] ?? ["", `Not checked: ${reason}`];
    this.judged.replaceChildren(verdict(...shown));
    showProblems(this.inside, problems);
  }

  #submit(connect, bare) {
    clearTimeout(this.#timer);
    this.#asked += 1;
    this.#touched = true;
    const wanted = this.#wanted(bare);
    const judged = this.#judge.about(() => wanted.item, true);
    if (!bare) judged.then((verdict) => this.#show(verdict));
    connect({ ...wanted, judged });
  }
}
