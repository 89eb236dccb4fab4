import { expect } from "@std/expect";
import { describe, it } from "@std/testing/bdd";
import process from "node:process";
import prometheus from "prom-client";
import { registerProcessMetrics } from "./process_metrics.ts";

async function sample(): Promise<Record<string, number>> {
  const register = new prometheus.Registry();
  registerProcessMetrics(register, "1.2.3");
  const lines = (await register.metrics()).split("\n").filter((line) => /^\w/.test(line));
  return Object.fromEntries(lines.map((line) => {
    const [name = "", value] = line.split(/(?:\{.*\})? /);
    return [name, Number(value)];
  }));
}

describe("registerProcessMetrics()", () => {
  it("says nothing that it does not know: no value is zero", async () => {
    const zeros = Object.entries(await sample()).filter(([, value]) => !(value > 0));
    expect(zeros).toEqual([]);
  });

  it("says how much memory there is in RAM, with what was allocated", async () => {
    const before = (await sample()).process_resident_memory_bytes!;
    const held = new Uint8Array(64 * 1024 * 1024).fill(1);
    const after = (await sample()).process_resident_memory_bytes!;
    expect(after - before).toBeGreaterThan(held.length / 2);
  });

  it("counts CPU time", async () => {
    const before = (await sample()).process_cpu_seconds_total!;
    const { user, system } = process.cpuUsage();
    const busyMs = () => {
      const now = process.cpuUsage();
      return (now.user - user + now.system - system) / 1_000;
    };
    // However little of the machine this process gets.
    while (busyMs() < 100);
    const after = (await sample()).process_cpu_seconds_total!;
    expect(after - before).toBeGreaterThan(0.05);
  });
});
