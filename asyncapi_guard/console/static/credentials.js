/** How a client shows who it is: the fields of a security scheme, and where their values go. */

const TOKENS = new Set(["oauth2", "openIdConnect"]);
const A_PAGE = "Pages can't set headers";

/**
 * What a scheme needs.
 *
 * @param {{type: string, scheme: string, place: string, parameter: string}} scheme
 * @returns {{to: "auth"|"query"|"none", fields: [string, string, boolean][], note?: string}} each
 *   field has a name, words, and whether it is a secret
 */
export function credentialsOf({ type, scheme, place, parameter }) {
  if (TOKENS.has(type) || scheme === "bearer") return { to: "auth", fields: [["token", "bearer token", true]] };
  if (type === "userPassword" || scheme === "basic") {
    return { to: "auth", fields: [["username", "user name", false], ["password", "password", true]] };
  }
  if (type === "apiKey") return { to: "auth", fields: [["key", "API key", true]] };
  if (type === "httpApiKey" && place === "query") return { to: "query", fields: [[parameter, "API key, in the URL", true]] };
  if (type === "httpApiKey" && place === "cookie") {
    return { to: "none", fields: [], note: `The browser sends the cookie ${parameter} if it has one for this server.` };
  }
  if (type === "httpApiKey") return { to: "none", fields: [], note: `${A_PAGE}, and this scheme needs ${parameter}. Use a client of another kind.` };
  return { to: "none", fields: [], note: `This page can't send credentials of the type ${type}.` };
}

/** The auth value and the query of a connection, with the credentials in their places. */
export function withCredentials(scheme, typed, auth, query) {
  const { to, fields } = scheme ? credentialsOf(scheme) : { to: "none", fields: [] };
  const given = fields.map(([name]) => [name, typed[name]]).filter(([, value]) => value);
  if (!given.length) return { auth, query };
  if (to === "query") return { auth, query: { ...query, ...Object.fromEntries(given) } };
  const isObject = auth !== null && typeof auth === "object" && !Array.isArray(auth);
  return { auth: { ...Object.fromEntries(given), ...(isObject ? auth : {}) }, query };
}

/** The query of a URL. */
export function queryText(query) {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    for (const each of Array.isArray(value) ? value : [value]) {
      parameters.append(name, typeof each === "string" ? each : JSON.stringify(each));
    }
  }
  return parameters.toString();
}
