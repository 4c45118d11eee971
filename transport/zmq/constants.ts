/**
 * Numbers of libzmq's interface, from its header zmq.h (version 4.3.5).
 *
 * @module
 */

/** Socket types. */
export const SocketType = { pair: 0, reply: 4, dealer: 5, router: 6 } as const;

/** Socket options. */
export const Option = {
  fd: 14,
  linger: 17,
  reconnectIvl: 18,
  reconnectIvlMax: 21,
  maxMsgSize: 22,
  sndHwm: 23,
  rcvHwm: 24,
  lastEndpoint: 32,
  routerMandatory: 33,
  immediate: 39,
  ipv6: 42,
  curveServer: 47,
  curvePublicKey: 48,
  curveSecretKey: 49,
  curveServerKey: 50,
  zapDomain: 55,
  handshakeIvl: 66,
  heartbeatIvl: 75,
  heartbeatTimeout: 77,
  routerNotify: 97,
} as const;

/** Flags of send and receive. */
export const DONTWAIT = 1;
/** More parts follow. */
export const SNDMORE = 2;

/** What a Router with {@link Option.routerNotify} tells of. */
export const NOTIFY_DISCONNECT = 2;

/** Events of a monitor. */
export const Event = {
  closed: 0x0080,
  disconnected: 0x0200,
  handshakeFailedNoDetail: 0x0800,
  handshakeSucceeded: 0x1000,
  handshakeFailedProtocol: 0x2000,
  handshakeFailedAuth: 0x4000,
} as const;

/** The largest number of sockets in a context; the default of 1,023 is too few for a scheduler of many workers. */
export const MAX_SOCKETS = { option: 2, value: 65_535 } as const;

/** Times in milliseconds, the same for both drivers. */
export const Times = {
  /** The first pause between attempts to connect, and the longest. */
  reconnect: 2,
  reconnectMax: 500,
  /** A heartbeat is sent so often, and the connection closed when nothing came for so long: by the socket's own thread. */
  heartbeat: 1000,
  heartbeatTimeout: 8000,
  /** What is on its way when a connection is closed has so long to go. */
  linger: 300,
  /** Every connection from outside that was silent so long is probed. */
  probe: 1000,
} as const;
