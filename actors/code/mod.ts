/**
 * Functions and classes ⇄ code references.
 *
 * @module
 */

export { type Bundle, bundleModule } from "./bundle.ts";
export { type AnyFunction, codeReference, describeCode, describeExport, prepareToDescribe } from "./describe.ts";
export { ClosureError, ModuleLoadError, UnknownCodeError } from "./errors.ts";
export { libraryIsLoaded, libraryUrl, registerInternals, registerLibrary } from "./library.ts";
export { addCode, codeNow, codeOf, hasCode, hashNeeded, loadCode, setLibrary, sourceOf } from "./load.ts";
export { loadParser, parserIsLoaded } from "./parser.ts";
export { type CodeReference, parseReference } from "./reference.ts";
