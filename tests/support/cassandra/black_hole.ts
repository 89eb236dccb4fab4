/**
 * An address that swallows what is sent to it, as a firewall does that drops packets, or a node whose machine
 * has lost its network: a connection to it is neither made nor refused.
 *
 * It listens and accepts nothing. Once its queue is full, the kernel drops every further attempt: listen(2).
 *
 * @module
 */

/** Far more than a connection on one machine takes. */
const UNANSWERED_MS = 200;

/** Resolves once it swallows. When it is disposed, nothing listens there any more. */
export async function openBlackHole(
  address: { readonly hostname: string; readonly port: number },
): Promise<Disposable> {
  const listener = Deno.listen(address);
  const queue: Deno.TcpConn[] = [];
  for (;;) {
    const connecting = Deno.connect(address);
    const connection = await Promise.race([connecting, unanswered()]);
    if (connection === null) {
      // Ends with the listener, one way or the other.
      connecting.then((late) => late.close(), () => {});
      break;
    }
    queue.push(connection);
  }
  return {
    [Symbol.dispose]() {
      listener.close();
      for (const connection of queue) connection.close();
    },
  };
}

function unanswered(): Promise<null> {
  return new Promise((resolve) => setTimeout(() => resolve(null), UNANSWERED_MS));
}
