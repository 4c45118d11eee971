/** A scheduler's or a worker's process that says, on SIGUSR2, how large its heap is after everything unreachable was collected. */

/** Collects, and gives the bytes of this thread's heap. */
function heap(): number {
  const { gc } = globalThis as unknown as { gc(): void };
  // What finalizers let go of is collected the next time.
  for (let i = 0; i < 3; i++) gc();
  return Deno.memoryUsage().heapUsed;
}

Deno.addSignalListener("SIGUSR2", () => console.error(`heap ${heap()} ${Deno.memoryUsage().external}`));
await import(`../../../actors/${Deno.args[0] ?? new URL(import.meta.url).searchParams.get("role")}/main.ts`);
