import assert from "node:assert/strict";
import { nearest } from "../../../actors/core/mod.ts";
import { type Command, help, parse } from "../../../actors/cli/options.ts";
import { UsageError } from "../../../actors/cli/errors.ts";

const check = (text: string): void => {
  if (text === "wrong") throw new Error("it is wrong");
};

const command: Command = {
  name: "worker",
  about: "Runs a worker.",
  positionals: ["SCHEDULER"],
  checks: [check],
  options: {
    threads: { value: "N", integer: [1, 8], help: "How many." },
    level: { value: "LEVEL", multiple: true, choices: ["low", "high"], help: "Which." },
    keys: { value: "DIR", needs: "insecure", help: "Where." },
    "memory-limit": { value: "AMOUNT", check, help: "How much." },
    resources: { value: "NAME=N", multiple: true, help: "What." },
    insecure: { help: "No keys." },
  },
  run: () => Promise.resolve(0),
};

Deno.test("parse() reads options, lists and positional arguments", () => {
  const args = parse(command, [
    "tcp://h:1",
    "--threads",
    "3",
    "--resources",
    "GPU=1,TPU=2",
    "--resources=DISK=1",
    "--insecure",
  ]);
  assert.deepEqual(args.positionals, ["tcp://h:1"]);
  assert.equal(args.number("threads"), 3);
  assert.deepEqual(args.list("resources"), ["GPU=1", "TPU=2", "DISK=1"]);
  assert.equal(args.is("insecure"), true);
  assert.equal(args.text("memory-limit"), undefined);
});

Deno.test("parse() says what is wrong, and what was meant", () => {
  const wrong: [string[], RegExp][] = [
    [["a", "--thread", "3"], /unknown option --thread; did you mean --threads\?/],
    [["a", "--memory-limt=1"], /did you mean --memory-limit\?/],
    [["a", "--xyzzy"], /unknown option --xyzzy; expected one of --help, --threads/],
    [["a", "--threads"], /--threads needs a value: --threads N/],
    [["a", "--threads", "--insecure"], /--threads needs a value: --threads N/],
    [["a", "--insecure=yes"], /--insecure takes no value, got "yes"/],
    [["a", "--threads", "1", "--threads", "2"], /--threads is given twice/],
    [[], /worker: expected SCHEDULER, got nothing/],
    [["a", "b"], /worker: expected SCHEDULER, got a b/],
    [["wrong"], /^SCHEDULER: it is wrong$/],
    [["a", "--threads", "0"], /^--threads: expected an integer from 1 to 8, got "0"$/],
    [["a", "--threads", "-1"], /^--threads: expected an integer from 1 to 8, got "-1"$/],
    [["a", "--threads", "2.5"], /^--threads: expected an integer from 1 to 8, got "2.5"$/],
    [["a", "--level", "low,hihg"], /^--level: expected one of low, high, got "hihg"; did you mean high\?$/],
    [["a", "--memory-limit", "wrong"], /^--memory-limit: it is wrong$/],
    [["a", "--keys", "k"], /^worker: --keys is of use with --insecure only$/],
    [["a", "--toString"], /unknown option --toString/],
    [["a", "-x"], /unknown option -x/],
  ];
  for (const [line, message] of wrong) {
    assert.throws(
      () => parse(command, line),
      (e: Error) => e instanceof UsageError && message.test(e.message),
      line.join(" "),
    );
  }
});

Deno.test("parse() lets --help stand without the rest", () => {
  assert.equal(parse(command, ["--help"]).is("help"), true);
  const text = help(command);
  for (const word of ["deno task worker SCHEDULER", "--memory-limit AMOUNT", "--insecure", "--help"]) {
    assert.ok(text.includes(word), word);
  }
});

Deno.test("nearest() finds what is near, and nothing where nothing is", () => {
  const names = ["threads", "memory-limit", "name", "keys"];
  assert.equal(nearest("thraeds", names), "threads");
  assert.equal(nearest("mem", names), "memory-limit");
  assert.equal(nearest("key", names), "keys");
  assert.equal(nearest("qqqqqqqq", names), undefined);
});
