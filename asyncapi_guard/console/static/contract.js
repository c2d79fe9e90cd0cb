/** The document as the page has it: namespaces, events, and the nodes of their forms. */

import { $ } from "./dom.js";

export const contract = JSON.parse($("#contract").content.textContent);

const ANYTHING = { kind: "any", words: "any JSON" };

/** A node of a form, by its number. */
export const nodeOf = (number) => contract.nodes[number - 1] ?? ANYTHING;

/** Whether a namespace is one of those that an address with `{names}` stands for. */
function stands(address, namespace) {
  const parts = address.split(/\{[^}]*\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join("[^/]+")}$`).test(namespace);
}

/** What the document says of a namespace, such as `/rooms/{id}` of `/rooms/7`. */
export const namespaceOf = (name) =>
  contract.namespaces.find(({ address }) => address === name) ??
  contract.namespaces.find(({ address }) => address.includes("{") && stands(address, name));

/** An event of a namespace. */
export const eventOf = (namespace, name, fromClient) =>
  namespaceOf(namespace)?.events.find((each) => each.name === name && each.fromClient === fromClient);

/** A namespace that an address with `{names}` stands for. */
export function someNamespace(address) {
  const parameters = namespaceOf(address)?.parameters ?? {};
  return address.replace(/\{([^}]*)\}/g, (_, name) => parameters[name]?.[0] ?? "example");
}
