import assert from "node:assert/strict";
import { decodeBase64 } from "./base64.ts";
import { chunked, Client, type DType, type NDArray, toNDArray } from "../../../mod.ts";
import { assertClose, golden } from "../golden.ts";
import { unpickle } from "../../../ml/chunked/pickle.ts";

const fixture = golden("ml_chunked");

Deno.test("chunked arrays and files", async (t) => {
  const dir = await Deno.makeTempDir();
  try {
    await using client = await Client.local({
      processes: false,
      workers: 1,
      threadsPerWorker: 2,
      memoryLimit: "256MiB",
      allowRead: [dir],
    });
    const X = toNDArray(fixture.X), I = toNDArray(fixture.I as number[][]).astype("int32");

    await t.step("fromNpy() reads what NumPy writes", async () => {
      for (const [name, text] of Object.entries(fixture.npy)) {
        Deno.writeFileSync(`${dir}/${name}.npy`, decodeBase64(text as string));
      }
      const read = async (name: string, options = {}): Promise<NDArray> =>
        await chunked.fromNpy(`${dir}/${name}.npy`, { client, ...options }).compute() as NDArray;
      assert.ok((await read("float64")).equals(X));
      const cut = chunked.fromNpy(`${dir}/float64.npy`, { chunks: [5, 2], client });
      assert.deepEqual(cut.chunks, [[5, 5, 5, 5, 3], [2, 2, 1]]);
      assert.ok((await cut.compute()).equals(X));
      for (const name of ["fortran", "big"]) assert.ok((await read(name, { chunks: 4 })).equals(X), name);
      assert.ok((await read("int32")).equals(I.slice(0, 2)));
      assert.ok((await read("int64")).equals(I.slice(0, 2).astype("int64")));
      assert.deepEqual(
        (await read("bool")).toArray(),
        X.slice(0, 2).toArray().map((r: number[]) => r.map((v) => v > 0)),
      );
      assert.deepEqual((await read("vector", { chunks: 2 })).toArray(), fixture.v);
      const two = chunked.fromNpy([`${dir}/float64.npy`, `${dir}/big.npy`], { client });
      assert.deepEqual(two.shape, [46, 5]);
      assertClose(await two.sum(0).compute(), X.sum(0).map((v) => 2 * v));
      assert.throws(
        () => chunked.fromNpy([`${dir}/float64.npy`, `${dir}/vector.npy`], { client }),
        /vector\.npy holds float64 \[5\]/,
      );
      Deno.writeTextFileSync(`${dir}/no.npy`, "nothing of the kind");
      assert.throws(() => chunked.fromNpy(`${dir}/no.npy`, { client }), {
        name: "FileFormatError",
        message: /no \.npy file/,
      });
    });

    await t.step("fromNpy() reads what dask.array writes as a stack, and toNpyStack() writes the same", async () => {
      Deno.mkdirSync(`${dir}/stack`);
      for (const [name, text] of Object.entries(fixture.stack)) {
        Deno.writeFileSync(`${dir}/stack/${name}`, decodeBase64(text as string));
      }
      const stack = chunked.fromNpy(`${dir}/stack`, { client });
      assert.deepEqual(stack.chunks, [[9, 9, 5], [5]]);
      assert.ok((await stack.compute()).equals(X));
      await stack.toNpyStack(`${dir}/again`);
      for (const name of ["0.npy", "1.npy", "2.npy"]) {
        assert.deepEqual(Deno.readFileSync(`${dir}/again/${name}`), Deno.readFileSync(`${dir}/stack/${name}`), name);
      }
      const info = (of: string) => unpickle(Deno.readFileSync(`${dir}/${of}/info`), of) as Record<string, unknown>;
      assert.deepEqual(info("again").chunks, [[9, 9, 5], [5]]);
      assert.equal(info("again").axis, 0);
      assert.deepEqual(info("again").dtype, ["numpy.dtype", ["<f8", false, true]]);
      const columns = chunked.fromArray(I, { chunks: [10, 2], client });
      await columns.toNpyStack(`${dir}/columns`, 1);
      assert.ok((await chunked.fromNpy(`${dir}/columns`, { client }).compute()).equals(I));
      const some = columns.at(columns.at(":", 0).gt(0));
      await some.toNpyStack(`${dir}/some`);
      assert.ok((await chunked.fromNpy(`${dir}/some`, { client }).compute()).equals(await some.compute()));
      // What all blocks need is computed once.
      const random = chunked.fromArray(X, { chunks: [4, 5], client }).mapBlocks((x: NDArray<Float64Array>) =>
        x.map((v) => v + Math.random())
      );
      await random.sub(random.mean(0)).toNpyStack(`${dir}/centred`);
      assertClose(await chunked.fromNpy(`${dir}/centred`, { client }).mean(0).compute(), new Float64Array(5), 1e-12);
      assert.throws(() => unpickle(new Uint8Array([0x80, 2, 0x69]), "x"), /more than plain data/);
    });

    await t.step("toZarr() and fromZarr()", async () => {
      for (const dtype of ["float64", "float32", "int32", "int64", "uint8", "bool"] as DType[]) {
        const array = (dtype === "bool" ? I.map((v) => v > 0 ? 1 : 0, "uint8") : I).astype(dtype);
        const path = `${dir}/${dtype}.zarr`;
        await chunked.fromArray(array, { chunks: [[7, 9, 7], 2], client }).toZarr(path);
        const meta = JSON.parse(Deno.readTextFileSync(`${path}/zarr.json`));
        assert.deepEqual([meta.shape, meta.data_type, meta.zarr_format], [[23, 5], dtype, 3]);
        assert.deepEqual(meta.chunk_grid.configuration.chunk_shape, [9, 2]);
        const back = await chunked.fromZarr(path, { client });
        assert.deepEqual(back.chunks, [[9, 9, 5], [2, 2, 1]]);
        const value = await back.compute();
        assert.equal(value.dtype, dtype);
        assert.ok(value.equals(array), dtype);
        assert.ok((await (await chunked.fromZarr(path, { client, chunks: [4, -1] })).compute()).equals(array));
      }
      await assert.rejects(chunked.fromZarr(`${dir}/none.zarr`, { client }), {
        name: "FileFormatError",
        message: /no Zarr array/,
      });
    });

    await t.step("fromCsv() reads files by parts, wherever these begin", async () => {
      const rows = X.toArray() as number[][];
      const text = "a,b,c,d,e\n" + rows.map((r) => r.join(",")).join("\n") + "\n";
      Deno.writeTextFileSync(`${dir}/x.csv`, text);
      Deno.writeTextFileSync(`${dir}/y.csv`, text.trimEnd());
      for (const blockBytes of [1e6, 1000, 333, 120, 97, 64, 31]) {
        const table = await chunked.fromCsv(`${dir}/x.csv`, { blockBytes, client });
        assert.ok(Number.isNaN(table.shape[0]) && table.shape[1] === 5);
        assert.ok((await table.compute()).equals(X), `${blockBytes} bytes`);
      }
      const both = await chunked.fromCsv([`${dir}/x.csv`, `${dir}/y.csv`], {
        blockBytes: 300,
        columns: ["e", "a"],
        client,
      });
      await both.computeChunkSizes();
      assert.deepEqual(both.shape, [46, 2]);
      assertClose(await both.sum(0).compute(), [2 * X.col(4).sum(), 2 * X.col(0).sum()]);
      const odd = "# made by hand\r\n\r\nname;x;y\r\n" +
        Array.from(
          { length: 400 },
          (_, i) => `${i % 7 === 0 ? `"n;${i}"` : `n${i}`};${i / 3};${i % 50 ? -i : "NA"}\r\n`,
        ).join("");
      Deno.writeTextFileSync(`${dir}/odd.csv`, odd);
      for (const blockBytes of [1e6, 2000, 77]) {
        const some = await chunked.fromCsv(`${dir}/odd.csv`, {
          blockBytes,
          columns: ["y", "x"],
          delimiter: ";",
          skipRows: 1,
          client,
        });
        const value = await some.compute();
        assert.deepEqual(value.shape, [400, 2]);
        for (let i = 0; i < 400; i++) assert.deepEqual([...value.row(i).data], [i % 50 ? -i : NaN, i / 3]);
      }
      await assert.rejects(chunked.fromCsv(`${dir}/x.csv`, { columns: ["a", "z"], client }), /"z"/);
      Deno.writeTextFileSync(`${dir}/text.csv`, "a,b\n1,x\n2,y\n");
      await assert.rejects(chunked.fromCsv([`${dir}/x.csv`, `${dir}/text.csv`], { client }), {
        name: "FileFormatError",
        message: /text\.csv has columns a, b; .*x\.csv has a, b, c, d, e$/,
      });
      await assert.rejects((await chunked.fromCsv(`${dir}/text.csv`, { client })).compute(), /column "b" holds text/);
    });

    await t.step("fromParquet() reads files by rows", async () => {
      Deno.writeFileSync(`${dir}/x.parquet`, decodeBase64(golden("ml_io").parquet.groups));
      const path = `${dir}/x.parquet`;
      const table = await chunked.fromParquet([path, path], { columns: ["x", "k"], chunks: [300, -1], client });
      assert.deepEqual(table.chunks, [[300, 300, 300, 100, 300, 300, 300, 100], [2]]);
      assert.deepEqual(await table.sum(0).compute().then((s) => s.toArray()), [2 * 499_500 / 4, 2 * 499_500]);
      await assert.rejects((await chunked.fromParquet(path, { client })).compute(), /"s" holds text/);
    });

    await t.step("where workers may not read, the error says what to do", async () => {
      await using other = await Client.local({
        processes: false,
        workers: 1,
        threadsPerWorker: 1,
        memoryLimit: "64MiB",
      });
      await assert.rejects(
        chunked.fromNpy(`${dir}/float64.npy`, { client: other }).compute(),
        /the workers may not read .*float64\.npy: start them with \{ allowRead/,
      );
    });
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
