/**
 * What is said to a role whose name another has taken: as the reason for which its session ends, for it has no place in the protocol any more.
 *
 * @module
 */

const MARK = "has taken the name";

/** The reason for which the session of a replaced one ends. */
export function replacedReason(role: string, name: string): string {
  return `another ${role} ${MARK} ${name}`;
}

/** Whether a session has ended for that reason: it is no use to come back. */
export function isReplaced(reason: string): boolean {
  return reason.includes(MARK);
}
