/** Values and the nodes of forms: where a form begins, and which alternative a value is. */

const OF_KINDS = {
  text: (value) => typeof value === "string",
  number: (value) => typeof value === "number",
  integer: (value) => Number.isInteger(value),
  boolean: (value) => typeof value === "boolean",
  null: (value) => value === null,
  list: Array.isArray,
  tuple: Array.isArray,
  any: () => true,
};

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
const isBytes = (value) => isObject(value) && typeof value.$bytes === "string";
export const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/**
 * How well a value fits a node, so that the form can choose an alternative: 0 for not at all.
 * It does not say whether the value is valid.
 */
export function fit(nodeOf, number, value, depth = 0) {
  const node = nodeOf(number);
  if (depth > 4) return 1;
  switch (node.kind) {
    case "options":
      return node.values.some((each) => isSame(each, value)) ? 3 : 0;
    case "choice":
      return Math.max(0, ...node.choices.map(([, each]) => fit(nodeOf, each, value, depth + 1)));
    case "bytes":
      return isBytes(value) ? 3 : 0;
    case "object": {
      if (!isObject(value) || isBytes(value)) return 0;
      const known = new Map(node.properties.map(([name, , each]) => [name, each]));
      let score = 1;
      for (const [name, required, each] of node.properties) {
        if (!(name in value)) score -= required ? 0.4 : 0;
        else score += Math.min(1, fit(nodeOf, each, value[name], depth + 1)) - 0.5;
      }
      const others = Object.keys(value).filter((name) => !known.has(name)).length;
      return Math.max(0.1, score - (node.more === null ? others : 0));
    }
    case "any":
      return 0.2;
    default:
      return OF_KINDS[node.kind](value) ? 2 : 0;
  }
}

/** The alternative that a value is, by its place in the list. */
export function bestChoice(nodeOf, choices, value) {
  const fits = choices.map(([, number]) => fit(nodeOf, number, value));
  return fits.indexOf(Math.max(...fits));
}

/**
 * A value to begin with: required properties alone, empty texts.
 *
 * @param {(number: number) => object} nodeOf
 * @param {number} number of the node
 */
export function beginning(nodeOf, number, depth = 0) {
  const node = nodeOf(number);
  if (depth > 6) return null;
  switch (node.kind) {
    case "options":
      return node.values[0];
    case "choice":
      return beginning(nodeOf, node.choices[0][1], depth + 1);
    case "object":
      return Object.fromEntries(
        node.properties
          .filter(([, required]) => required)
          .map(([name, , each]) => [name, beginning(nodeOf, each, depth + 1)]),
      );
    case "tuple":
      return node.items.slice(0, Math.max(node.least, 0)).map((each) => beginning(nodeOf, each, depth + 1));
    case "list":
      return [];
    case "bytes":
      return { $bytes: "" };
    default:
      return { text: "", number: 0, integer: 0, boolean: false }[node.kind] ?? null;
  }
}

/**
 * What somebody typed into the field of a number: the number, or the text as it is, so that the
 * judge says what is wrong with it.
 */
export function numberOf(text) {
  const trimmed = text.trim();
  return /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(trimmed) ? Number(trimmed) : text;
}

/** An object with a property set, or left out if it is `undefined`; the node's order is kept. */
export function withProperty(node, object, name, value) {
  const before = isObject(object) ? object : {};
  const changed = { ...before, [name]: value };
  const names = node.properties.map(([each]) => each);
  const order = [...names, ...Object.keys(changed).filter((each) => !names.includes(each))];
  return Object.fromEntries(
    order.filter((each) => changed[each] !== undefined).map((each) => [each, changed[each]]),
  );
}

/** A list with an item replaced, or taken out if it is `undefined`. */
export const withItem = (list, at, value) =>
  value === undefined ? list.toSpliced(at, 1) : list.with(at, value);
