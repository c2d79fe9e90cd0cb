/** Telling AsyncAPI documents from other YAML and JSON. No part of this module needs VS Code. */

/** The languages whose documents the server reads. */
export const LANGUAGES = ["yaml", "json"] as const;

/** The files that start the server as soon as a folder with one is opened. */
export const FILES = "**/asyncapi.{yml,yaml,json}";

/** Characters of a document that are searched for its version. */
const HEAD = 65_536;

/** Whether a text has the `asyncapi` field of a document, as YAML or JSON. */
export function looksLikeAsyncAPI(text: string): boolean {
  return /^(?:asyncapi|"asyncapi"|'asyncapi'|[ \t]*\{?\s*"asyncapi")[ \t]*:/m.test(text.slice(0, HEAD));
}
