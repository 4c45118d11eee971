import type { NativeLibrary } from "../../actors/mod.ts";

/** What it is called among native libraries. */
export const BLAS = "blas";

/** Where the system's BLAS was found, or why there is none. */
export interface BlasFound {
  readonly library?: NativeLibrary;
  /** For people. */
  readonly reason: string;
}

/** Spelling of a library's symbols. */
interface Spelling {
  readonly prefix: string;
  readonly suffix: string;
  /** Whether its integers have 64 bits. */
  readonly wide: boolean;
}

/** Names in order of preference. All bring LAPACK along. */
const LINUX = ["libopenblas.so.0", "libopenblasp.so.0", "libopenblas.so", "libmkl_rt.so.2", "libmkl_rt.so"];
const DARWIN = ["libopenblas.0.dylib", "libopenblas.dylib", "libmkl_rt.2.dylib"];
const ACCELERATE = "/System/Library/Frameworks/Accelerate.framework/Accelerate";

function folders(): string[] {
  if (Deno.build.os === "darwin") {
    return [
      ...listed("DYLD_LIBRARY_PATH"),
      ...conda(),
      "/opt/homebrew/opt/openblas/lib",
      "/usr/local/opt/openblas/lib",
      "/opt/local/lib",
    ];
  }
  const triple = `${Deno.build.arch}-linux-gnu`;
  return [
    ...listed("LD_LIBRARY_PATH"),
    ...conda(),
    ...[`/usr/lib/${triple}`, `/usr/lib/${triple}/openblas-pthread`, `/usr/lib/${triple}/openblas-openmp`],
    ...["/usr/local/lib", "/usr/lib64", "/usr/lib", "/opt/OpenBLAS/lib", "/opt/intel/oneapi/mkl/latest/lib"],
  ];
}

/** An environment variable, where it may be read without asking anybody. */
function variable(name: string): string | undefined {
  if (Deno.permissions.querySync({ name: "env", variable: name }).state !== "granted") return undefined;
  return Deno.env.get(name);
}

function listed(name: string): string[] {
  return (variable(name) ?? "").split(":").filter((s) => s !== "");
}

function conda(): string[] {
  const prefix = variable("CONDA_PREFIX");
  return prefix === undefined ? [] : [`${prefix}/lib`];
}

function isFile(path: string): boolean {
  try {
    return Deno.permissions.querySync({ name: "read", path }).state === "granted" && Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** NumPy's and SciPy's wheels bring an OpenBLAS whose symbols are spelled differently, and sometimes with wide integers. */
function spellingOf(path: string): Spelling {
  const file = path.slice(path.lastIndexOf("/") + 1);
  const wide = /openblas(p|o)?64_/.test(file);
  return { prefix: file.includes("scipy_openblas") ? "scipy_" : "", suffix: wide ? "64_" : "", wide };
}

/** Whether a library's integers have 64 bits. */
export function hasWideIntegers(path: string): boolean {
  return spellingOf(path).wide;
}

/**
 * What is called of it: CBLAS for products, LAPACK's Fortran interface for factorizations. No more than is worth it, for each function costs each
 * thread a tenth of a millisecond at its start.
 */
export function blasLibrary(path: string): NativeLibrary {
  const { prefix, suffix, wide } = spellingOf(path);
  const int = wide ? "i64" : "i32";
  const symbols: Record<string, NativeLibrary["symbols"][string]> = {};
  const add = (name: string, ...parameters: Deno.NativeType[]): void => {
    symbols[name] = { name: `${prefix}${name}${suffix}`, parameters, result: "void" };
  };
  for (const [letter, real] of [["d", "f64"], ["s", "f32"]] as const) {
    const table = ["buffer", int] as const;
    // Layout and flags are enumerations, which stay 32 bits wide.
    add(`cblas_${letter}gemm`, "i32", "i32", "i32", int, int, int, real, ...table, ...table, real, ...table);
    add(`cblas_${letter}syrk`, "i32", "i32", "i32", int, int, real, ...table, real, ...table);
    add(`cblas_${letter}gemv`, "i32", "i32", int, int, real, ...table, ...table, real, ...table);
  }
  const lapack = (name: string, count: number): void => {
    const parameters = new Array<Deno.NativeType>(count).fill("buffer");
    symbols[name] = { name: `${prefix}${name}_${suffix}`, parameters, result: "void", optional: true };
  };
  // Lengths of text, which Fortran passes behind the arguments, are not read for single letters.
  lapack("dpotrf", 5);
  lapack("dsyevd", 11);
  lapack("dgesdd", 14);
  lapack("dgelqf", 8);
  lapack("dorglq", 9);
  // Its threads would fight with ours: each of ours computes by itself.
  const single = (actual: string): void => {
    symbols.setThreads = { name: actual, parameters: ["i32"], result: "void", optional: true };
  };
  if (path.includes("mkl")) single("MKL_Set_Num_Threads");
  else if (path.includes("Accelerate")) single("BLASSetThreading");
  else single(`${prefix}openblas_set_num_threads${suffix}`);
  const setup = [["setThreads", 1]] as const;
  return { name: BLAS, path, symbols, setup };
}

let found: BlasFound | undefined;

/**
 * The BLAS to use. `TROUPE_BLAS=off` is for none, `TROUPE_BLAS=PATH` for that one; else the first that is found where systems keep them.
 * Looks only whether files are there.
 */
export function findBlas(): BlasFound {
  return found ??= find();
}

function find(): BlasFound {
  const wanted = variable("TROUPE_BLAS");
  if (wanted === "off" || wanted === "0") return { reason: `TROUPE_BLAS=${wanted}` };
  if (Deno.permissions.querySync({ name: "ffi" }).state !== "granted") return { reason: "no permission for FFI" };
  if (wanted !== undefined && wanted !== "") {
    // A name without a folder is the system loader's to find.
    if (!wanted.includes("/") || isFile(wanted)) {
      return { library: blasLibrary(wanted), reason: `TROUPE_BLAS=${wanted}` };
    }
    return { reason: `TROUPE_BLAS=${wanted}: there is no such file` };
  }
  const names = Deno.build.os === "darwin" ? DARWIN : LINUX;
  for (const folder of Deno.build.os === "windows" ? [] : folders()) {
    for (const name of names) {
      const path = `${folder}/${name}`;
      if (isFile(path)) return { library: blasLibrary(path), reason: "found" };
    }
  }
  if (Deno.build.os === "darwin") return { library: blasLibrary(ACCELERATE), reason: "the system's own" };
  return { reason: `no ${names[0]} where systems keep libraries; TROUPE_BLAS names one elsewhere` };
}
