/**
 * The port: all that the rest of the project knows about bytes between processes. An {@link Endpoint} binds or dials,
 * sends messages to peers, and hands over what arrives. Every implementation passes one conformance suite.
 *
 * @module
 */

/** What an actor calls itself when it introduces itself to another. */
export type Role = "scheduler" | "worker" | "client" | "probe";

/** A value that MessagePack can carry as a header: plain data, no class instances. */
export type Header = null | boolean | number | string | Uint8Array | readonly Header[] | {
  readonly [key: string]: Header;
};

/** A message as the port carries it: a small header, and byte arrays that are never copied into it. */
export interface Message {
  /** Small plain data; counted against {@link Limits.headerBytes}. */
  readonly header: Header;
  /** Raw bytes, each sent as a frame of its own. Must stay unchanged until {@link Message.released} is called. */
  readonly frames: readonly Uint8Array[];
  /** Called once when the port has no more need of `frames`: delivered to the other side, or given up. */
  readonly released?: () => void;
  /** When sending: may overtake large messages under way, and what waits behind them; urgent messages keep their order.
   * Without it, a message waits until the large ones that were sent before it are through. */
  readonly urgent?: boolean;
}

/** How an endpoint introduces itself. */
export interface Introduction {
  /** What it is. */
  readonly role: Role;
  /** Its name: unique among those of its role that a scheduler knows. */
  readonly name: string;
  /** Drawn anew each time the process (or the simulated process) starts: tells a restart from a reconnection. */
  readonly incarnation: string;
}

/**
 * One session with another endpoint. Messages to it arrive in the order they were sent, once, until it goes down; what
 * was under way then may be lost. The same two endpoints connected again after a cut are a new peer, which has to be told
 * again whatever it must know.
 */
export interface Peer extends Introduction {
  /** Unique among all peers this endpoint ever had. */
  readonly id: string;
  /** For a dialled peer the address that was dialled, as it was given; for one that dialled us, `""`. */
  readonly address: string;
  /** Bytes handed to `send` for this peer and not yet delivered. */
  readonly backlog: number;
}

/** What an endpoint hands over, in order. */
export type Arrival =
  | { readonly kind: "up"; readonly peer: Peer }
  | { readonly kind: "message"; readonly peer: Peer; readonly message: Message }
  | { readonly kind: "down"; readonly peer: Peer; readonly reason: string }
  /** A dialled address that cannot be had: refused by version or role, wrong keys, or no answer in time. Dialling goes on
   * after "unanswered", and has ended after the others. */
  | {
    readonly kind: "refused";
    readonly address: string;
    readonly cause: "version" | "unanswered" | "keys";
    readonly reason: string;
  };

/** Bounds on what a peer may send. Exceeding one is a protocol error: counted, answered, dropped. */
export interface Limits {
  /** Bytes of one encoded header. Default 64 MiB. */
  readonly headerBytes: number;
  /** Nesting of a header. Default 32. */
  readonly depth: number;
  /** Frames of one message. Default 65,536. */
  readonly frames: number;
  /** Bytes of all frames of one message. Default 16 GiB. */
  readonly messageBytes: number;
  /** A message whose frames hold more than this travels in chunks of at most this size. Default 4 MiB. */
  readonly chunkBytes: number;
  /** Bytes of chunks that may be under way to a peer before it has granted more. Default 16 MiB. */
  readonly creditBytes: number;
}

/** Gives the room into which the frames of a large message are received; a promise holds the sender back until there is room. */
export type Reserve = (peer: Peer, header: Header, sizes: readonly number[]) => Uint8Array[] | Promise<Uint8Array[]>;

/** Counters, all since the endpoint was made. */
export interface TransportStats {
  /** Messages handed to `send`. */
  messagesSent: number;
  /** Messages handed over. */
  messagesReceived: number;
  /** Bytes put on the wire, headers included. */
  bytesSent: number;
  /** Bytes taken from the wire, headers included. */
  bytesReceived: number;
  /** Multipart messages that were no valid message, or broke a limit. */
  protocolErrors: number;
}

/** A place in the network. */
export interface Endpoint extends AsyncDisposable {
  /** How it introduces itself. */
  readonly self: Introduction;
  /** Counters. */
  readonly stats: Readonly<TransportStats>;
  /** Listens at `address` (`tcp://host:port`, `ipc://path`, `memory://name`; port 0 or `*` picks one) and gives the address others can dial. */
  bind(address: string): Promise<string>;
  /** Keeps a session with `address`: dials, and dials again with growing pauses after a loss, until hung up. An "up" arrival tells each session. */
  dial(address: string): void;
  /** Stops dialling `address` and ends its session, if there is one. */
  hangUp(address: string): void;
  /** Ends the session with a peer. With a reason, the peer is told it. A peer that dialled us may dial again. */
  close(peer: Peer, reason?: string): void;
  /** Queues a message for a peer; never blocks. Small messages are batched until the end of the turn. To a peer that is down, a no-op (`released` is still called). */
  send(peer: Peer, message: Message): void;
  /** Puts on the wire now what waits for the end of the turn. */
  flush?(): void;
  /** Hands every arrival to `sink`, synchronously, from now on; once only. Use this or iterate over {@link Endpoint.arrivals}. */
  receive(sink: (arrival: Arrival) => void): void;
  /** What arrives, as an async iterable; it ends when the endpoint is closed. */
  arrivals(): AsyncIterableIterator<Arrival>;
  /** Puts what is queued on the wire, as far as that can be done without waiting for peers longer than `ms`, then closes everything. */
  end(ms?: number): Promise<void>;
}
