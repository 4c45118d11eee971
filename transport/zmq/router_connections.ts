/**
 * The connections of a Router: it tells them apart by the routing ids that it gives them.
 *
 * @module
 */

import type { Timer } from "../clock.ts";
import { encodeEnvelope } from "../envelope.ts";
import { Times } from "./constants.ts";
import type { RouterSource, ZmqDriver } from "./zmq_driver.ts";

/** A connection from outside. */
export interface RouterConnection {
  readonly number: number;
  readonly id: Uint8Array;
  readonly key: string | number;
  /** When something was sent last. */
  usedAt: number;
}

const PROBE = encodeEnvelope({ kind: "probe" });

/** Connections by key. Those that are silent are probed: a Router that must know whom it sends to says so when the other is gone. */
export class RouterConnections {
  readonly #driver: ZmqDriver;
  readonly #router: RouterSource;
  readonly #byKey = new Map<string | number, RouterConnection>();
  #timer: Timer | undefined;

  /** Of this Router. */
  constructor(driver: ZmqDriver, router: RouterSource) {
    this.#driver = driver;
    this.#router = router;
    this.#probeLater();
  }

  /** The one of this key. */
  get(key: string | number): RouterConnection | undefined {
    return this.#byKey.get(key);
  }

  /** A new one. */
  accept(key: string | number, id: Uint8Array): RouterConnection {
    const connection = this.#driver.accept(id, key);
    this.#byKey.set(key, connection);
    return connection;
  }

  /** It is lost. */
  lost(connection: RouterConnection): void {
    if (this.#byKey.delete(connection.key)) this.#driver.lost(connection.number, "the connection was lost");
  }

  /** Probes no more. */
  close(): void {
    this.#timer?.cancel();
  }

  #probeLater(): void {
    const { clock } = this.#driver.options;
    this.#timer = clock.after(Times.probe, () => {
      const now = clock.now();
      for (const connection of this.#byKey.values()) {
        if (now - connection.usedAt >= Times.probe) this.#router.send(connection, PROBE, [], false);
      }
      if (this.#byKey.size > 0) this.#driver.poller.touch(this.#router);
      this.#probeLater();
    });
  }
}
