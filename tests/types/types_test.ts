import { strictEqual } from "node:assert/strict";

Deno.test("Client's types refuse wrong arguments and give the right results", async () => {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["check", "--quiet", new URL("./client_types.ts", import.meta.url).pathname],
    env: { NO_COLOR: "1" },
    stdout: "null",
    stderr: "piped",
  }).output();
  strictEqual(code, 0, new TextDecoder().decode(stderr));
});
