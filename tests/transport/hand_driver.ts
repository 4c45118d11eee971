/**
 * A driver whose other side is the test.
 *
 * @module
 */

import { decodeEnvelope, encodeEnvelope, type Envelope, VERSION } from "../../transport/mod.ts";
import type { Driver, DriverEvents, Parts } from "../../transport/driver.ts";
import type { Reach } from "../../transport/reach.ts";

const NONE: Parts = { count: 0, size: () => 0, take: () => new Uint8Array(0), copy: () => {} };
/** How the other side introduces itself. */
export const greeting = {
  role: "scheduler",
  name: "s",
  incarnation: "1",
  version: VERSION,
  chunkBytes: 1e6,
  creditBytes: 4e6,
} as const;

/** A driver whose other side is the test. */
export class HandDriver implements Driver {
  events!: DriverEvents;
  readonly sent: { connection: number; envelope: Envelope; parts: number }[] = [];
  readonly closed: number[] = [];
  connections = 0;
  /** How the memory of the other side is read, if at all. */
  memory: Reach | undefined;
  start(events: DriverEvents): void {
    this.events = events;
  }
  bind(): Promise<string> {
    return Promise.resolve("memory://hand");
  }
  connect(): number {
    return ++this.connections;
  }
  send(connection: number, head: Uint8Array, parts: readonly Uint8Array[]): boolean {
    this.sent.push({ connection, envelope: decodeEnvelope(head), parts: parts.length });
    return true;
  }
  close(connection: number): void {
    this.closed.push(connection);
  }
  reach(): Reach | undefined {
    return this.memory;
  }
  end(): Promise<void> {
    return Promise.resolve();
  }
  keepAlive(): void {}
  say(connection: number, envelope: Envelope): void {
    this.events.received(connection, encodeEnvelope(envelope), NONE);
  }
}
