/** The language server: finding it, starting it, stopping it. */

import * as fs from "node:fs";
import * as os from "node:os";

import { commands, type Disposable, env, type LogOutputChannel, window, workspace } from "vscode";
import { type Executable, LanguageClient } from "vscode-languageclient/node";

import { type Command, findCommand, installLine, type NotFound } from "./command";
import { LANGUAGES } from "./documents";
import { selectedInterpreter } from "./python";
import { readSettings, SECTION } from "./settings";
import { TraceChannel } from "./trace";

const NAME = "AsyncAPI Guard";

/** The one server of a window. */
export class Server implements Disposable {
  private client: LanguageClient | undefined;
  private readonly trace: TraceChannel;
  /** Tells the server about changes that other programs make. */
  private readonly files = workspace.createFileSystemWatcher("**/*.{yml,yaml,json,toml}");
  /** The last start or stop; the next one waits for it. */
  private turn: Promise<void> = Promise.resolve();

  constructor(private readonly output: LogOutputChannel) {
    this.trace = new TraceChannel(output, readSettings().trace);
  }

  /** Start the server, unless it runs already. */
  start(): Promise<void> {
    return this.inTurn(() => (this.client === undefined ? this.launch() : Promise.resolve()));
  }

  /** Stop the server if it runs, and start it with the settings as they are now. */
  restart(): Promise<void> {
    return this.inTurn(async () => {
      await this.halt();
      await this.launch();
    });
  }

  stop(): Promise<void> {
    return this.inTurn(() => this.halt());
  }

  /** Write the messages that the setting asks for. */
  applyTrace(): void {
    this.trace.setLevel(readSettings().trace);
  }

  /** Return the command for `asyncapi-guard`, or tell the user that it's missing. */
  async command(): Promise<Command | undefined> {
    const found = findCommand({
      setting: readSettings().command,
      folders: (workspace.workspaceFolders ?? []).map((folder) => folder.uri.fsPath),
      interpreter: await selectedInterpreter(),
      environment: process.env,
      home: os.homedir(),
      windows: process.platform === "win32",
      isProgram,
    });
    if ("missing" in found) {
      this.reportMissing(found.missing);
      return undefined;
    }
    return found.command;
  }

  dispose(): void {
    this.trace.dispose();
    this.files.dispose();
  }

  private inTurn(action: () => Promise<void>): Promise<void> {
    this.turn = this.turn.then(action, action);
    return this.turn;
  }

  private async launch(): Promise<void> {
    const command = await this.command();
    if (command === undefined) {
      return;
    }
    const args = [...command.args, "lsp"];
    this.output.info(`Starting ${[command.program, ...args].join(" ")} (from ${command.origin})`);
    const run: Executable = { command: command.program, args };
    const folder = workspace.workspaceFolders?.[0]?.uri.fsPath;
    if (folder !== undefined) {
      run.options = { cwd: folder };
    }
    const client = new LanguageClient(SECTION, NAME, { run, debug: run }, {
      documentSelector: LANGUAGES.map((language) => ({ scheme: "file", language })),
      outputChannel: this.output,
      traceOutputChannel: this.trace,
      synchronize: { fileEvents: this.files },
    });
    try {
      await client.start();
      this.client = client;
    } catch (error) {
      this.output.error(error instanceof Error ? error : String(error));
      await client.dispose().catch(() => undefined); // There is nothing left to stop.
      this.reportFailure(command);
    }
  }

  private async halt(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    await client?.dispose();
  }

  private reportMissing(missing: NotFound): void {
    this.output.error(missing.message);
    for (const place of missing.looked) {
      this.output.info(`not there: ${place}`);
    }
    this.offer(missing.message, missing.interpreter);
  }

  private reportFailure(command: Command): void {
    const message =
      `${NAME}: the server did not start. The output shows the reason. If its packages are missing, ` +
      `run: ${installLine(undefined)}`;
    this.offer(message, command.args.length > 0 ? command.program : undefined);
  }

  /** Show a message with what the user can do about it. */
  private offer(message: string, interpreter: string | undefined): void {
    const install = "Install in a terminal";
    const copy = "Copy the command";
    const settings = "Open settings";
    const output = "Show output";
    void window.showErrorMessage(message, install, copy, settings, output).then(async (choice) => {
      if (choice === install) {
        const terminal = window.createTerminal(NAME);
        terminal.show();
        terminal.sendText(installLine(interpreter), false);
      } else if (choice === copy) {
        await env.clipboard.writeText(installLine(interpreter));
      } else if (choice === settings) {
        await commands.executeCommand("workbench.action.openSettings", `${SECTION}.command`);
      } else if (choice === output) {
        this.output.show();
      }
    });
  }
}

function isProgram(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}
