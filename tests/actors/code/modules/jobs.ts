import { fail } from "./deep/helper.ts";
// A comment, so that lines of source and bundle differ.
interface Unused {
  readonly a: number;
}

export class Shape {
  static readonly module = import.meta.url;
  static made = 0;
  constructor(readonly sides: number, readonly unused?: Unused) {
    Shape.made++;
  }
  static triangle(): Shape {
    return new Shape(3);
  }
  static named(): string[] {
    return [Shape.name, Shape.module];
  }
  get angleSum(): number {
    return (this.sides - 2) * 180;
  }
}

export class Sealed {
  static readonly module = import.meta.url;
  #n = 1;
  get n(): number {
    return this.#n;
  }
}

export class Heir extends Shape {}

export function inc(x: number): number {
  return x + 1;
}

export const lazily = async (x: number): Promise<number> => {
  await Promise.resolve();
  return fail(x);
};

export default function main(): string {
  return import.meta.url;
}
