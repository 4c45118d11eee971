/**
 * Arrivals of an endpoint, waited for one by one.
 *
 * @module
 */

import type { Arrival, Endpoint, Peer } from "../../transport/mod.ts";

/** Only a test that fails waits so long. */
const DEADLINE_MS = 30_000;

/** Keeps what arrives at an endpoint, and waits for what is to come. */
export class Inbox {
  /** All that has arrived and was not taken. */
  readonly kept: Arrival[] = [];
  /** Sees every arrival first, within the sink. */
  tap: ((arrival: Arrival) => void) | undefined;
  readonly #name: string;
  #look: (() => void) | undefined;

  constructor(endpoint: Endpoint) {
    this.#name = endpoint.self.name;
    endpoint.receive((arrival) => {
      this.kept.push(arrival);
      this.tap?.(arrival);
      this.#look?.();
    });
  }

  /** Takes the first arrival of a kind (and of a peer), waiting for it if need be. */
  async next<K extends Arrival["kind"]>(kind: K, peer?: Peer): Promise<Extract<Arrival, { kind: K }>> {
    let found = -1;
    await this.until(() => {
      found = this.kept.findIndex((it) =>
        it.kind === kind && (peer === undefined || ("peer" in it && it.peer === peer))
      );
      return found >= 0;
    }, `an arrival of kind ${kind}`);
    return this.kept.splice(found, 1)[0] as Extract<Arrival, { kind: K }>;
  }

  /** The headers of the next `n` messages. */
  async headers(n: number): Promise<unknown[]> {
    const headers: unknown[] = [];
    while (headers.length < n) headers.push((await this.next("message")).message.header);
    return headers;
  }

  /** Waits until something holds; looks after every arrival, and now and then. */
  async until(holds: () => boolean, what: string): Promise<void> {
    if (holds()) return;
    await new Promise<void>((resolve, reject) => {
      const end = (): void => {
        clearInterval(now);
        clearTimeout(late);
        this.#look = undefined;
      };
      const look = (): void => {
        if (!holds()) return;
        end();
        resolve();
      };
      const now = setInterval(look, 20);
      const late = setTimeout(() => {
        end();
        reject(
          new Error(
            `${this.#name} waited in vain for ${what}; it has ${JSON.stringify(this.kept.map((it) => it.kind))}`,
          ),
        );
      }, DEADLINE_MS);
      this.#look = look;
    });
  }
}
