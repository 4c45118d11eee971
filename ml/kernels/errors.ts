/** Thrown when a kernel is given arrays that its sizes do not fit, or kinds that it does not compute with. */
export class KernelError extends RangeError {
  /** The class's name. */
  override readonly name: string = "KernelError";
}
