// The API behind the page. A failure keeps the server's own code and sentence.

export class ApiError extends Error {
  constructor(readonly status: number, readonly code: string, message: string) { super(message); }
}

export type Query = Record<string, string | number | undefined>;

const TRIES = 4;
const pause = (ms: number) => new Promise((done) => { setTimeout(done, ms); });

/** A server that is only busy is asked again, by its own word (Retry-After) a little later each time. */
export async function get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask<T>(path, query, signal);
    } catch (fault) {
      if (!(fault instanceof ApiError) || fault.code !== 'busy' || attempt === TRIES) throw fault;
      await pause(1000 * attempt);
      signal?.throwIfAborted();
    }
  }
}

async function ask<T>(path: string, query: Query, signal?: AbortSignal): Promise<T> {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== '') search.set(name, String(value));
  const address = search.toString() !== "" ? `${path}?${search}` : path;
  const answer = await fetch(address, { signal, headers: { Accept: 'application/json' } });
  const body = await answer.json().catch(() => null);
  if (!answer.ok) {
    const fault = body?.error ?? {};
    throw new ApiError(answer.status, fault.code ?? 'http', fault.message ?? answer.statusText);
  }
  return body as T;
}
