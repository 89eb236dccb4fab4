/**
 * Requests as bytes, for what `fetch()` would correct or refuse to send.
 *
 * @module
 */

/**
 * Sends the request line and headers as they are, with `Connection: close`, and with the right `Host` if
 * they have none.
 *
 * @param url the URL of the service
 * @param options.addsHost false for a request without `Host`
 * @returns the status and the body of the answer
 */
export async function sendRaw(
  url: string,
  lines: readonly string[],
  { addsHost = true } = {},
): Promise<{ readonly status: number; readonly body: string }> {
  const { hostname, port, host } = new URL(url);
  using connection = await Deno.connect({ hostname, port: Number(port) });
  const hasHost = lines.some((line) => /^host:/i.test(line));
  const rest = [...hasHost || !addsHost ? [] : [`Host: ${host}`], "Connection: close", "", ""];
  await connection.write(new TextEncoder().encode([...lines, ...rest].join("\r\n")));
  const answer = await new Response(connection.readable).text();
  const body = answer.slice(answer.indexOf("\r\n\r\n") + 4);
  return { status: Number(answer.split(" ", 2)[1]), body };
}
