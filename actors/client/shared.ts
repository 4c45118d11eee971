/**
 * What all options of one client share: its shell, and what stands on it.
 *
 * @module
 */

import type { ActorHost } from "./actor_handle.ts";
import { ActorCalls } from "./actors.ts";
import type { Client } from "./client.ts";
import type { ClientParts } from "./client_options.ts";
import { ClientCore } from "./core.ts";
import type { Decoding } from "./decoding.ts";
import { Fetcher } from "./fetching.ts";
import { type HandleHost, makeFuture, makeFutures, taskOfFuture } from "./future.ts";
import { gather } from "./gathering.ts";
import type { GraphHost } from "./graph/delayed.ts";
import { submitGraph } from "./graph/submit_graph.ts";
import type { Options } from "./options.ts";
import { sameCluster } from "./ownership.ts";
import { Scatterer } from "./scattering.ts";
import { Submitter } from "./submitting.ts";

/** One client, whatever options it is used with. */
export interface Shared extends HandleHost, ActorHost {
  /** Makes tasks. */
  readonly submitter: Submitter;
  /** What values are made with. */
  readonly decoding: Decoding;
  /** What delayed values are submitted through. */
  readonly graph: GraphHost;
  /** Run after it was closed. */
  readonly closed: (() => Promise<void>) | undefined;
  /** The client with the default options. */
  readonly base: Client;
  /** Settled once it is closed, from when that was begun. */
  closing: Promise<void> | undefined;
}

/**
 * A client's shared part; `first` makes the client itself.
 *
 * @param inner What a client has: its shared part, and the options it is used with.
 */
export function shareOver(
  parts: ClientParts,
  inner: (client: Client) => { readonly shared: Shared; readonly options: Options },
  first: (shared: Shared) => Client,
): Shared {
  const core = new ClientCore({ ...parts, giveUpAfter: parts.giveUpAfter ?? 60_000 });
  const shared = { core, closed: parts.closed, closing: undefined } as unknown as {
    -readonly [K in keyof Shared]: Shared[K];
  };
  shared.decoding = {
    resolve: (key) => makeFuture(shared, core.adopt(key)),
    codes: core.machine.codes,
  };
  shared.fetcher = new Fetcher(core, shared.decoding);
  shared.submitter = new Submitter(core, (packing) => new Scatterer(core, packing));
  shared.calls = new ActorCalls(
    core,
    shared.submitter.packing,
    shared.decoding,
    (keys) => Promise.all(keys.map((key) => shared.fetcher.promise(core.adopt(key)))),
  );
  shared.graph = {
    keyOf: (client, fn, args) => inner(client).shared.submitter.keyOf(fn, args, inner(client).options),
    submit: (outputs) =>
      submitGraph({
        core,
        isOurs: ({ client }) => {
          const { shared: own } = inner(client);
          return sameCluster(own.core, core);
        },
        submit: ({ client, key }, fn, args) => {
          const { options } = inner(client);
          return shared.submitter.submit(fn, args, options, options.task, "", key);
        },
        futures: (tasks) => makeFutures(shared, tasks),
      }, outputs),
    gather: (futures) => gather(shared, futures.map(taskOfFuture), false, futures),
  };
  shared.base = first(shared);
  core.awaited.begun();
  return shared;
}
