/**
 * Where a function stands in the user's own file. A function shows its source, but neither its file nor its line, and the source is what is left
 * once types and some line breaks are gone. So its lines are looked for in the file from which it was sent, by the words in them.
 *
 * @module
 */

/** Files that were read last, by URL. */
const files = new Map<string, readonly (readonly string[])[] | undefined>();
const MOST_FILES = 16;
/** A line is looked for this far below the one before it. */
const FAR = 60;
/** As many words of a line are compared: the rest may stand on further lines. */
const WORDS = 4;

function words(line: string): string[] {
  return line.replace(/\/\/.*$/, "").match(/[A-Za-z_$][\w$]*|\d[\w.]*/g) ?? [];
}

/** The words of each line of a file; `undefined` where it cannot be read. */
function linesOf(url: string): readonly (readonly string[])[] | undefined {
  if (files.has(url)) return files.get(url);
  let lines: string[][] | undefined;
  try {
    lines = Deno.readTextFileSync(new URL(url)).split("\n").map(words);
  } catch {
    // Not a file, or not one that this process may read.
  }
  if (files.size >= MOST_FILES) files.delete(files.keys().next().value!);
  files.set(url, lines);
  return lines;
}

/** Where in the line, from its word `from` on, these words end, others (types, say) between them; -1 where they are not. */
function among(few: readonly string[], line: readonly string[], from: number): number {
  let at = 0;
  for (let i = from; i < line.length; i++) if (line[i] === few[at] && ++at === few.length) return i + 1;
  return -1;
}

/** The lines, from 1, on which `name` is declared. */
function declarations(lines: readonly (readonly string[])[], name: string): number[] {
  const found: number[] = [];
  lines.forEach((line, i) => {
    const at = line.indexOf(name);
    if (at > 0 && /^(function|const|let|var|class)$/.test(line[at - 1])) found.push(i + 1);
  });
  return found;
}

/** For each line of the source its line in the file, if the source begins on line `first`; and how many lines were found. */
function align(source: readonly string[], lines: readonly (readonly string[])[], first: number): [number[], number] {
  const out: number[] = [];
  // What stands on one line in the file may stand on several in the source.
  let at = first, word = 0, found = 0, wanted = 0;
  source.forEach((text, i) => {
    const few = words(text).slice(0, WORDS);
    if (few.length > 0) {
      wanted++;
      const last = Math.min(lines.length, at + (i === 0 ? 0 : FAR));
      for (let line = at, from = word; line <= last; line++, from = 0) {
        const end = among(few, lines[line - 1], from);
        if (end < 0) continue;
        at = line;
        word = end;
        found++;
        break;
      }
    }
    out.push(at);
  });
  return [out, wanted === 0 ? 1 : found / wanted];
}

/**
 * Finds a function in the file from which it was sent.
 *
 * @param source The function's source, as it shows it.
 * @param name Its name, or `""`.
 * @param site From where it was sent, as `file:///x.ts:12`.
 * @returns The file, and for each line of the source the line in the file, from 1; `undefined` where it is not found.
 */
export function findInFile(
  source: string,
  name: string,
  site: string,
): { readonly url: string; readonly lines: readonly number[] } | undefined {
  const m = /^(file:.*):(\d+)$/.exec(site);
  const lines = m === null ? undefined : linesOf(m[1]);
  if (m === null || lines === undefined) return undefined;
  const sent = Number(m[2]);
  const text = source.split("\n");
  // Declared somewhere, or written where it is sent: then on that line, or a little further down.
  const starts = [...declarations(lines, name), ...Array.from({ length: 12 }, (_, i) => sent + i)];
  let best: number[] | undefined, most = 0;
  for (const first of starts) {
    if (first > lines.length) continue;
    const [aligned, part] = align(text, lines, first);
    if (part <= most) continue;
    best = aligned;
    most = part;
  }
  return best === undefined || most < 0.7 ? undefined : { url: m[1], lines: best };
}

/** What a line may end with so that it may be joined with the next. */
const JOINABLE = /[{}([,;]\s*$|=>\s*$/;

/**
 * The text with line breaks added or left out, so that its lines stand on those given.
 *
 * @param text What begins on line `lines[0]`.
 * @param lines For each of its lines the line it shall stand on.
 * @param fixed Tells of an offset whether a break there would be part of a value, as in a template.
 */
export function spread(text: string, lines: readonly number[], fixed: (offset: number) => boolean): string {
  let out = "", at = lines[0], offset = 0, before = "";
  text.split("\n").forEach((line, i) => {
    if (i > 0) {
      const wanted = lines[i] ?? at;
      if (wanted <= at && !fixed(offset) && JOINABLE.test(before) && !before.includes("//")) out += " ";
      else {
        out += "\n";
        at++;
        if (!fixed(offset)) { for (; at < wanted; at++) out += "\n"; }
      }
    }
    out += line;
    before = line;
    offset += line.length + 1;
  });
  return out;
}
