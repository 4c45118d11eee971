/**
 * What is said of somebody who listens where another role was looked for.
 *
 * @module
 */

/** Says who answers at an address that was taken for a scheduler's. */
export function notScheduler(peer: { readonly role: string; readonly name: string }): string {
  return `the ${peer.role} ${peer.name} listens there, and no scheduler`;
}
