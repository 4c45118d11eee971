/**
 * Threads that do not keep the process alive.
 *
 * @module
 */

/**
 * Lets the process end though the thread lives: a program that forgets its cluster shall still end. Deno has this for its node:worker_threads, under
 * a symbol, and not in public; without it the process only lives longer.
 */
export function unrefWorker(worker: Worker): void {
  const methods = Worker.prototype as unknown as Record<symbol, unknown>;
  for (const symbol of Object.getOwnPropertySymbols(methods)) {
    const method = methods[symbol];
    if (!symbol.description && typeof method === "function" && method.length === 1) method.call(worker, false);
  }
}
