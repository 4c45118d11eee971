/**
 * A thread that plays the seeds it is sent.
 *
 * @module
 */

/// <reference lib="deno.worker" />

import { playSeed } from "./many.ts";

self.onmessage = async (e: MessageEvent<number>) => self.postMessage(await playSeed(e.data));
self.postMessage("ready");
