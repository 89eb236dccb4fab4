import { expect } from "@std/expect";
import { after, before, describe, it } from "@std/testing/bdd";
import { takeFullDisk } from "../../tests/support/full_disk.ts";
import { openFileSink } from "./file_sink.ts";

const encode = (text: string) => new TextEncoder().encode(text);

describe("openFileSink()", () => {
  let folder: string;
  before(async () => {
    folder = await Deno.makeTempDir({ prefix: "cqlgate-test-" });
  });
  after(() => Deno.remove(folder, { recursive: true }));
  const read = (path: string) => Deno.readTextFile(path);

  for (const durable of [false, true]) {
    it(`appends to what is there${durable ? ", on the disk" : ""}, and may be read by the group`, async () => {
      const path = `${folder}/append-${durable}`;
      for (const line of ["0\n", "1\n2\n"]) {
        const sink = await openFileSink(path, { durable });
        await sink.write(encode(line));
        await sink.close();
      }
      expect(await read(path)).toBe("0\n1\n2\n");
      expect((await Deno.stat(path)).mode! & 0o7).toBe(0);
    });
  }

  it("ends half a line that a killed process has left", async () => {
    const path = `${folder}/torn`;
    await Deno.writeTextFile(path, '{"a":1}\n{"b"');
    const sink = await openFileSink(path, { durable: false });
    await sink.write(encode('{"c":3}\n'));
    await sink.close();
    expect(await read(path)).toBe('{"a":1}\n{"b"\n{"c":3}\n');
  });

  it("refuses a file that another process writes to", async () => {
    const path = `${folder}/shared`;
    const sink = await openFileSink(path, { durable: false });
    await expect(openFileSink(path, { durable: false })).rejects.toThrow(
      `Cannot write to "${path}": another process writes to it`,
    );
    await sink.close();
    await (await openFileSink(path, { durable: false })).close();
  });

  it("goes on in a new file after a rename, a removal and a signal, and loses nothing", async () => {
    const path = `${folder}/rotated`;
    const sink = await openFileSink(path, { durable: true });
    await sink.write(encode("0\n"));
    await Deno.rename(path, `${path}.1`);
    await sink.write(encode("1\n"));
    await Deno.remove(path);
    await sink.write(encode("2\n"));
    sink.reopen!();
    await sink.write(encode("3\n"));
    await sink.close();
    expect([await read(`${path}.1`), await read(path)]).toEqual(["0\n", "2\n3\n"]);
  });

  it("goes on where the file was cut to nothing", async () => {
    const path = `${folder}/truncated`;
    const sink = await openFileSink(path, { durable: false });
    await sink.write(encode("0\n"));
    await Deno.truncate(path);
    await sink.write(encode("1\n"));
    await sink.close();
    expect(await read(path)).toBe("1\n");
  });

  it("fails where the disk is full", async () => {
    using disk = await takeFullDisk();
    const sink = await openFileSink(disk.path, { durable: false });
    await expect(sink.write(encode("0\n"))).rejects.toThrow(/No space left/);
    await sink.close();
  });

  it("says why a file cannot be opened", async () => {
    const options = { durable: false };
    await expect(openFileSink(`${folder}/none/audit`, options)).rejects.toThrow(
      /its folder does not exist: create it$/,
    );
    await expect(openFileSink(folder, options)).rejects.toThrow(/directory/);
  });

  it("lets go of a file that it was about to open when it was closed", async () => {
    const path = `${folder}/closed`;
    // Each time the write is a little further when the sink is closed.
    for (let turns = 0; turns < 40; turns++) {
      const sink = await openFileSink(path, { durable: false });
      sink.reopen?.();
      const written = sink.write(encode("0\n")).catch(() => {});
      for (let turn = 0; turn < turns; turn++) await Deno.stat(folder);
      await sink.close();
      await written;
      await (await openFileSink(path, { durable: false })).close();
    }
  });
});
