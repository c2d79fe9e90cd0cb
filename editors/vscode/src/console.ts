/** The console for a document: `asyncapi-guard docs FILE` in a terminal, and its page. */

import * as net from "node:net";
import * as path from "node:path";

import { type Disposable, env, ProgressLocation, type Terminal, Uri, window } from "vscode";

import type { Command } from "./command";

const HOST = "127.0.0.1";
const SECONDS = 30;

interface Served {
  readonly terminal: Terminal;
  readonly port: number;
}

/** The consoles that are open, one for each document. */
export class Consoles implements Disposable {
  private readonly served = new Map<string, Served>();

  /** Serve the pages of a file, unless they are served already, and open them. */
  async open(file: string, command: Command): Promise<void> {
    const running = this.served.get(file);
    const served = running?.terminal.exitStatus === undefined ? running : undefined;
    const { terminal, port } = served ?? (await this.start(file, command));
    const up = await window.withProgress(
      { location: ProgressLocation.Notification, title: `Starting the console for ${path.basename(file)}…` },
      () => answers(port, () => terminal.exitStatus === undefined),
    );
    if (!up) {
      terminal.show(true);
      await window.showErrorMessage("The console did not start. The terminal shows the reason.");
      return;
    }
    await env.openExternal(await env.asExternalUri(Uri.parse(`http://${HOST}:${port}/`)));
  }

  dispose(): void {
    for (const { terminal } of this.served.values()) {
      terminal.dispose();
    }
  }

  private async start(file: string, command: Command): Promise<Served> {
    const port = await freePort();
    const terminal = window.createTerminal({
      name: `Console: ${path.basename(file)}`,
      shellPath: command.program,
      shellArgs: [...command.args, "docs", file, "--host", HOST, "--port", String(port)],
      cwd: path.dirname(file),
    });
    const served = { terminal, port };
    this.served.set(file, served);
    return served;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once("error", reject);
    server.listen(0, HOST, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

/** Whether a port is open, before the time is up and while `goesOn`. */
async function answers(port: number, goesOn: () => boolean): Promise<boolean> {
  const end = Date.now() + SECONDS * 1000;
  while (goesOn() && Date.now() < end) {
    if (await connects(port)) {
      return true;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
}

function connects(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, HOST);
    const done = (open: boolean) => {
      socket.destroy();
      resolve(open);
    };
    socket.once("connect", () => done(true));
    socket.once("error", () => done(false));
  });
}
