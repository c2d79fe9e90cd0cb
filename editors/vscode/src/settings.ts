/** The settings of the extension, as package.json declares them. */

import { workspace } from "vscode";

/** The prefix of all settings and commands; also the client's id. */
export const SECTION = "asyncapiGuard";

export type TraceLevel = "off" | "messages" | "verbose";

export interface Settings {
  readonly command: string;
  readonly trace: TraceLevel;
}

/** Read all settings. */
export function readSettings(): Settings {
  const values = workspace.getConfiguration(SECTION);
  return {
    command: values.get<string>("command", ""),
    trace: values.get<TraceLevel>("trace.server", "off"),
  };
}
