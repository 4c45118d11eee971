/** Thrown when steps do not make a pipeline, or it is asked for what its steps cannot do. */
export class PipelineError extends TypeError {
  /** The class's name. */
  override readonly name: string = "PipelineError";
}
