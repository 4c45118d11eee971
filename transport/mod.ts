/**
 * Bytes between processes: endpoints that bind and dial, over ZeroMQ or in memory. Knows frames, sockets, addresses and keys;
 * nothing of tasks.
 *
 * @module
 */

export type {
  Arrival,
  Endpoint,
  Header,
  Introduction,
  Limits,
  Message,
  Peer,
  Reserve,
  Role,
  TransportStats,
} from "./port.ts";
export { randomToken, realRandom } from "./chance.ts";
export { type Clock, realClock, stayAlive, type Timer } from "./clock.ts";
export { VirtualClock } from "./virtual_clock.ts";
export { type Address, isLoopback, parseAddress } from "./address.ts";
export {
  AddressError,
  BindError,
  ClosedError,
  DriverError,
  InsecureBindError,
  KeysError,
  LimitError,
  ProtocolError,
  UnsendableError,
} from "./errors.ts";
export {
  decodeEnvelope,
  DEFAULT_LIMITS,
  encodeEnvelope,
  type Envelope,
  type Greeting,
  PROTOCOL,
  VERSION,
} from "./envelope.ts";
export { Scanner, type ScannerOptions } from "./scanner.ts";
export { type MemoryEndpointOptions, MemoryNetwork, type MemoryNetworkOptions } from "./memory/network.ts";
export type { SessionEndpoint } from "./session.ts";
export { type EndpointOptions, openEndpoint, type TransportInfo, transportInfo } from "./open.ts";
export { type KeyPair, type Keys, loadKeys, makeKeys, saveKeys } from "./keys.ts";
export type { Whereabouts } from "./reach.ts";
export type { Heartbeat } from "./zmq/zmq_driver.ts";
export { holdForMessages, Signal } from "./zmq/signal.ts";
