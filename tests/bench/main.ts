/** `deno task bench NAME [options]`: runs the bench of that name in this folder. */

const [name, ...rest] = Deno.args;
const names = [...Deno.readDirSync(new URL(".", import.meta.url))]
  .filter((e) => e.isFile && e.name.endsWith(".ts") && e.name !== "main.ts")
  .map((e) => e.name.slice(0, -3))
  .sort();
if (name === undefined || !names.includes(name)) {
  console.error(`Usage: deno task bench NAME [--help | options]\n\nBenches: ${names.join(", ")}`);
  Deno.exit(name === undefined || name === "--help" ? 0 : 2);
}
const { code } = await new Deno.Command(Deno.execPath(), {
  args: ["run", "-A", "--no-prompt", new URL(`./${name}.ts`, import.meta.url).pathname, ...rest],
}).spawn().status;
Deno.exit(code);
