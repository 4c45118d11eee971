/**
 * Hosts as the command line takes them.
 *
 * @module
 */

/** A host as it stands in an address: one of IPv6 in brackets, whether or not it was given so. */
export function bracketed(host: string): string {
  return host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
}
