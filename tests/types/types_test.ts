import { strictEqual } from "node:assert/strict";

async function check(file: string): Promise<void> {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["check", "--quiet", new URL(file, import.meta.url).pathname],
    env: { NO_COLOR: "1" },
    stdout: "null",
    stderr: "piped",
  }).output();
  strictEqual(code, 0, new TextDecoder().decode(stderr));
}

Deno.test("Client's types refuse wrong arguments and give the right results", () => check("./client_types.ts"));

Deno.test("Estimators and arrays have the types that their users expect", () => check("./ml_types.ts"));
