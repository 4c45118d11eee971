import type { Books } from "./books.ts";
export function validateBooks(_b: Books): void {}
