/** The messages between the editor and the server, in the extension's output. */

import { EventEmitter, LogLevel, type LogOutputChannel, type ViewColumn } from "vscode";

import type { TraceLevel } from "./settings";

/**
 * The output channel, as the client needs it to write messages.
 *
 * The client writes messages while the level of its channel is "trace". The user sets the level of
 * the real channel for everything at once, so the setting decides here instead.
 */
export class TraceChannel implements LogOutputChannel {
  private readonly levels = new EventEmitter<LogLevel>();
  readonly onDidChangeLogLevel = this.levels.event;
  logLevel: LogLevel;

  constructor(
    private readonly channel: LogOutputChannel,
    level: TraceLevel,
  ) {
    this.logLevel = logLevelOf(level);
  }

  /** Apply a new value of the setting. */
  setLevel(level: TraceLevel): void {
    this.logLevel = logLevelOf(level);
    this.levels.fire(this.logLevel);
  }

  get name(): string {
    return this.channel.name;
  }

  trace(message: string, ...args: unknown[]): void {
    this.channel.info(message, ...args);
  }

  debug(message: string, ...args: unknown[]): void {
    this.channel.debug(message, ...args);
  }

  info(message: string, ...args: unknown[]): void {
    this.channel.info(message, ...args);
  }

  warn(message: string, ...args: unknown[]): void {
    this.channel.warn(message, ...args);
  }

  error(error: string | Error, ...args: unknown[]): void {
    this.channel.error(error, ...args);
  }

  append(value: string): void {
    this.channel.append(value);
  }

  appendLine(value: string): void {
    this.channel.appendLine(value);
  }

  replace(value: string): void {
    this.channel.replace(value);
  }

  clear(): void {
    this.channel.clear();
  }

  show(column?: ViewColumn | boolean, preserveFocus?: boolean): void {
    this.channel.show(typeof column === "boolean" ? column : preserveFocus);
  }

  hide(): void {
    this.channel.hide();
  }

  dispose(): void {
    this.levels.dispose();
  }
}

function logLevelOf(level: TraceLevel): LogLevel {
  return level === "off" ? LogLevel.Info : LogLevel.Trace;
}
