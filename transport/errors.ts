/**
 * Everything that can go wrong between processes, by name.
 *
 * @module
 */

/** An address that does not parse, or that this endpoint cannot use. The message says what was expected. */
export class AddressError extends TypeError {
  /** Always `"AddressError"`. */
  override readonly name = "AddressError";
  /** The address as it was given. */
  readonly address: string;

  /**
   * Makes one.
   *
   * @param address The address as it was given.
   * @param problem What is wrong with it.
   */
  constructor(address: string, problem: string) {
    super(`address ${JSON.stringify(address)}: ${problem}`);
    this.address = address;
  }
}

/** Listening at an address failed: it is taken, or it is not one of this machine's. */
export class BindError extends Error {
  /** Always `"BindError"`. */
  override readonly name = "BindError";
  /** The address as it was given. */
  readonly address: string;
  /** The system's name for it, such as `"EADDRINUSE"`. */
  readonly code: string;

  /**
   * Makes one.
   *
   * @param address The address as it was given.
   * @param code The system's name for what is wrong.
   * @param problem The same in words.
   */
  constructor(address: string, code: string, problem: string) {
    super(`cannot listen at ${address}: ${problem} (${code})`);
    this.address = address;
    this.code = code;
  }
}

/** Listening beyond this machine without keys, and without having said that this is meant. */
export class InsecureBindError extends Error {
  /** Always `"InsecureBindError"`. */
  override readonly name = "InsecureBindError";

  /**
   * Makes one.
   *
   * @param address The address as it was given.
   */
  constructor(address: string) {
    super(
      `refused to listen at ${address}: others on the network could run code here. ` +
        `Give keys (option keys; --keys DIR), or say that the network is trusted (option insecure: true; --insecure)`,
    );
  }
}

/** A message that goes past one of the limits, seen before it was sent. */
export class LimitError extends RangeError {
  /** Always `"LimitError"`. */
  override readonly name = "LimitError";
}

/** A header that holds something other than plain data. */
export class UnsendableError extends TypeError {
  /** Always `"UnsendableError"`. */
  override readonly name = "UnsendableError";
}

/** Bytes that are no valid envelope. Never thrown at a user: it is counted, and answered with its code and text. */
export class ProtocolError extends Error {
  /** Always `"ProtocolError"`. */
  override readonly name = "ProtocolError";
  /** One word for programs: `malformed`, `unknown`, `limit`, `unintroduced`, `stranger`, `version`. */
  readonly code: string;

  /**
   * Makes one.
   *
   * @param code One word for programs.
   * @param text What was wrong.
   */
  constructor(code: string, text: string) {
    super(text);
    this.code = code;
  }
}

/** Use of an endpoint after it was closed. */
export class ClosedError extends Error {
  /** Always `"ClosedError"`. */
  override readonly name = "ClosedError";
}

/** A driver that cannot work here; the message says why, and what was tried. */
export class DriverError extends Error {
  /** Always `"DriverError"`. */
  override readonly name = "DriverError";
}

/** Key files or keys that cannot be used. */
export class KeysError extends Error {
  /** Always `"KeysError"`. */
  override readonly name = "KeysError";
}
