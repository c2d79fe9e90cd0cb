/** The console for a document: `asyncapi-guard docs FILE`, and its page. */

import { type ChildProcess, spawn } from "node:child_process";
import * as net from "node:net";
import * as path from "node:path";

import { type Disposable, env, type LogOutputChannel, ProgressLocation, Uri, window } from "vscode";

import type { Command } from "./command";

const HOST = "127.0.0.1";
const SECONDS = 30;

interface Served {
  readonly process: ChildProcess;
  readonly port: number;
}

/** The consoles that are open, one for each document. They end with the window. */
export class Consoles implements Disposable {
  private readonly served = new Map<string, Served>();

  constructor(private readonly output: LogOutputChannel) {}

  /** Serve the pages of a file, unless they are served already, and open them. */
  async open(file: string, command: Command): Promise<void> {
    const running = this.served.get(file);
    const { process, port } = running !== undefined && isRunning(running.process) ? running : await this.start(file, command);
    const up = await window.withProgress(
      { location: ProgressLocation.Notification, title: `Starting the console for ${path.basename(file)}…` },
      () => answers(port, () => isRunning(process)),
    );
    if (up) {
      await env.openExternal(await env.asExternalUri(Uri.parse(`http://${HOST}:${port}/`)));
      return;
    }
    process.kill();
    const show = "Show output";
    const choice = await window.showErrorMessage("The console did not start. The output shows the reason.", show);
    if (choice === show) {
      this.output.show();
    }
  }

  dispose(): void {
    for (const { process } of this.served.values()) {
      process.kill();
    }
  }

  private async start(file: string, command: Command): Promise<Served> {
    const port = await freePort();
    const args = [...command.args, "docs", file, "--host", HOST, "--port", String(port)];
    const started = spawn(command.program, args, { cwd: path.dirname(file), stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [started.stdout, started.stderr]) {
      stream.setEncoding("utf8");
      stream.on("data", (text: string) => this.output.info(text.trimEnd()));
    }
    started.once("error", (error) => this.output.error(error));
    const served = { process: started, port };
    this.served.set(file, served);
    return served;
  }
}

function isRunning(process: ChildProcess): boolean {
  return process.pid !== undefined && process.exitCode === null && process.signalCode === null;
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
