/**
 * Room for large values that arrive. It is the user's from then on, so its pages are always fresh.
 *
 * @module
 */

import type { Reserve } from "../../transport/mod.ts";
import { inLargePages } from "../core/mod.ts";

/** Makes room for the frames of a large message, each in memory of its own. */
export const roomForValues: Reserve = (_peer, _header, sizes) =>
  sizes.map((size) => inLargePages(new Uint8Array(size)));
