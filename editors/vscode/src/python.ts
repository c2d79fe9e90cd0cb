/** The interpreter that is selected in the Python extension. */

import { type Disposable, type Event, extensions, type Uri, workspace } from "vscode";

const EXTENSION = "ms-python.python";

/** The part of the Python extension's API that is used here. */
interface PythonApi {
  readonly environments: {
    getActiveEnvironmentPath(resource?: Uri): { readonly path: string };
    resolveEnvironment(
      environment: { readonly path: string },
    ): Promise<{ readonly executable: { readonly uri: Uri | undefined } } | undefined>;
    readonly onDidChangeActiveEnvironmentPath: Event<unknown>;
  };
}

/** Return the selected interpreter, or `undefined` if the Python extension can't tell one. */
export async function selectedInterpreter(): Promise<string | undefined> {
  const api = await pythonApi();
  if (api === undefined) {
    return undefined;
  }
  const active = api.environments.getActiveEnvironmentPath(workspace.workspaceFolders?.[0]?.uri);
  const environment = await api.environments.resolveEnvironment(active);
  return environment?.executable.uri?.fsPath;
}

/** Call a function whenever another interpreter is selected. */
export async function onInterpreterChange(changed: () => void): Promise<Disposable | undefined> {
  const api = await pythonApi();
  return api?.environments.onDidChangeActiveEnvironmentPath(changed);
}

async function pythonApi(): Promise<PythonApi | undefined> {
  try {
    const api = await extensions.getExtension<Partial<PythonApi>>(EXTENSION)?.activate();
    // Old versions have no `environments`.
    return api?.environments === undefined ? undefined : { environments: api.environments };
  } catch {
    return undefined; // It failed to start, and reports that itself.
  }
}
