/** The extension: when the server runs, and the commands. */

import { commands, type ExtensionContext, languages, type TextDocument, window, workspace } from "vscode";

import { Consoles } from "./console";
import { FILES, LANGUAGES, looksLikeAsyncAPI } from "./documents";
import { onInterpreterChange } from "./python";
import { Server } from "./server";
import { SECTION } from "./settings";

let server: Server | undefined;

export async function activate(context: ExtensionContext): Promise<void> {
  const output = window.createOutputChannel("AsyncAPI Guard", { log: true });
  const started = new Server(output);
  const consoles = new Consoles(output);
  server = started;
  context.subscriptions.push(
    output,
    started,
    consoles,
    commands.registerCommand(`${SECTION}.restart`, () => started.restart()),
    commands.registerCommand(`${SECTION}.showOutput`, () => output.show()),
    commands.registerCommand(`${SECTION}.openConsole`, () => openConsole(started, consoles)),
    workspace.onDidOpenTextDocument((document) => startFor(started, document)),
    workspace.onDidChangeTextDocument(({ document }) => startFor(started, document)),
    workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(`${SECTION}.command`) && wanted) {
        void started.restart();
      }
      if (event.affectsConfiguration(`${SECTION}.trace.server`)) {
        started.applyTrace();
      }
    }),
  );
  workspace.textDocuments.forEach((document) => startFor(started, document));
  if (!wanted && (await workspace.findFiles(FILES, undefined, 1)).length > 0) {
    want(started);
  }
  const change = await onInterpreterChange(() => {
    if (wanted) {
      void started.restart();
    }
  });
  if (change !== undefined) {
    context.subscriptions.push(change);
  }
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}

/** Whether an AsyncAPI document was seen. Until then no server runs, and no message is shown. */
let wanted = false;

function want(server: Server): void {
  wanted = true;
  void server.start();
}

function startFor(server: Server, document: TextDocument): void {
  const isRead = languages.match([...LANGUAGES].map((language) => ({ scheme: "file", language })), document) > 0;
  if (!wanted && isRead && looksLikeAsyncAPI(document.getText())) {
    want(server);
  }
}

async function openConsole(server: Server, consoles: Consoles): Promise<void> {
  const document = window.activeTextEditor?.document;
  if (document === undefined || document.uri.scheme !== "file" || !looksLikeAsyncAPI(document.getText())) {
    await window.showWarningMessage("Open an AsyncAPI document first: the console shows the document in the editor.");
    return;
  }
  const command = await server.command();
  if (command !== undefined) {
    await consoles.open(document.uri.fsPath, command);
  }
}
