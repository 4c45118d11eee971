export const x: number = 1;
throw new TypeError("not today");
