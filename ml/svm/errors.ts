/** Thrown when a support vector machine cannot be fitted or asked for what it is asked for. */
export class SVMError extends Error {
  /** The class's name. */
  override readonly name: string = "SVMError";
}
