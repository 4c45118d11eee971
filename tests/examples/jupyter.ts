/** Jupyter in a virtual environment of its own, with the kernel of this Deno, and no processes that stay. */

import { fileURLToPath } from "node:url";
import { until } from "../helpers/processes.ts";

/** What is installed into the environment. */
const PACKAGES = ["jupyter_client>=8,<9", "nbformat>=5,<6"];
const PROGRAM = fileURLToPath(new URL("./execute_notebook.py", import.meta.url));

/** Says that it cannot be had here. */
export class NoJupyterError extends Error {
  override readonly name = "NoJupyterError";
}

async function run(command: string, args: string[], env: Record<string, string> = {}): Promise<string> {
  const options = { args, env: { NO_COLOR: "1", ...env }, stdin: "null", stdout: "piped", stderr: "piped" } as const;
  const { success, stdout, stderr } = await new Deno.Command(command, options).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`${command} ${args.join(" ")}\n${decoder.decode(stdout)}\n${decoder.decode(stderr)}`);
  return decoder.decode(stdout);
}

/** Jupyter, in a folder that goes with it. */
export class Jupyter implements AsyncDisposable {
  readonly #folder: string;
  /** A variable that all processes inherit which it starts, so that they are found wherever they went. */
  readonly #mark = `TROUPE_NOTEBOOK=${crypto.randomUUID()}`;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Installs it.
   *
   * @throws {NoJupyterError} where it cannot be had: says why
   */
  static async install(): Promise<Jupyter> {
    if (Deno.build.os !== "linux") throw new NoJupyterError("where kernels are installed is known on Linux only");
    const jupyter = new Jupyter(await Deno.makeTempDir({ prefix: "troupe-jupyter-" }));
    try {
      const folder = jupyter.#folder;
      try {
        await run("python3", ["-m", "venv", `${folder}/venv`]);
        const pip = [
          "-m",
          "pip",
          "install",
          "--quiet",
          "--disable-pip-version-check",
          "--no-input",
          "--retries",
          "1",
          ...PACKAGES,
        ];
        await run("timeout", ["50", `${folder}/venv/bin/python`, ...pip]);
      } catch (e) {
        throw new NoJupyterError(`no Python, or no packages for it: ${(e as Error).message.slice(0, 500)}`, {
          cause: e,
        });
      }
      await run(Deno.execPath(), ["jupyter", "--install"], { XDG_DATA_HOME: folder });
      return jupyter;
    } catch (e) {
      await jupyter[Symbol.asyncDispose]();
      throw e;
    }
  }

  /** Runs `execute_notebook.py`. */
  async execute(...args: string[]): Promise<string> {
    const [name, value] = this.#mark.split("=");
    const env = {
      JUPYTER_PATH: `${this.#folder}/jupyter`,
      JUPYTER_RUNTIME_DIR: `${this.#folder}/runtime`,
      IPYTHONDIR: `${this.#folder}/ipython`,
      [name]: value,
    };
    return await run(`${this.#folder}/venv/bin/python`, [PROGRAM, ...args], env);
  }

  /** Waits until nothing runs any more that it started. */
  async nothingRuns(): Promise<void> {
    await until("the end of the kernel's processes", async () => (await this.#processes()).length === 0);
  }

  async #processes(): Promise<number[]> {
    const found: number[] = [];
    for await (const { name } of Deno.readDir("/proc")) {
      if (!/^\d+$/.test(name)) continue;
      const environment = await Deno.readTextFile(`/proc/${name}/environ`).catch(() => "");
      if (environment.split("\0").includes(this.#mark)) found.push(Number(name));
    }
    return found;
  }

  /** Ends what still runs, and removes the folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const pid of await this.#processes()) {
      try {
        Deno.kill(pid, "SIGKILL");
      } catch {
        // It has ended meanwhile.
      }
    }
    await this.nothingRuns();
    await Deno.remove(this.#folder, { recursive: true });
  }
}
