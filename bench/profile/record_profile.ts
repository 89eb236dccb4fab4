/**
 * Records a CPU profile of a process of Deno that was started with `--inspect`.
 *
 * Source: the Chrome DevTools Protocol.
 *
 * @module
 */
import type { Profile } from "./areas.ts";

const SAMPLING_INTERVAL_US = 500;

/** @param inspector `host:port` that the process listens on */
export async function recordProfile(inspector: string, seconds: number): Promise<Profile> {
  const targets = await (await fetch(`http://${inspector}/json/list`)).json() as {
    readonly webSocketDebuggerUrl: string;
  }[];
  const socket = new WebSocket(targets[0]!.webSocketDebuggerUrl);
  const waiting = new Map<number, (result: unknown) => void>();
  let lastId = 0;
  socket.onmessage = ({ data }) => {
    const { id, result } = JSON.parse(data) as { readonly id?: number; readonly result: unknown };
    if (id !== undefined) waiting.get(id)?.(result);
  };
  const send = (method: string, params = {}) =>
    new Promise<unknown>((resolve) => {
      waiting.set(++lastId, resolve);
      socket.send(JSON.stringify({ id: lastId, method, params }));
    });
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = () => reject(new Error("Cannot record a profile: no inspector answers"));
  });
  try {
    await send("Profiler.enable");
    await send("Profiler.setSamplingInterval", { interval: SAMPLING_INTERVAL_US });
    await send("Profiler.start");
    await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
    return (await send("Profiler.stop") as { readonly profile: Profile }).profile;
  } finally {
    socket.close();
  }
}
