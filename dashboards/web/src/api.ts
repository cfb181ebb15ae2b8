// The API behind the page. A failure keeps the server's own code and sentence.

export class ApiError extends Error {
  constructor(readonly status: number, readonly code: string, message: string) { super(message); }
}

export type Query = Record<string, string | number | undefined>;

export async function get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
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
