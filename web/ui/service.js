// The REST API as the portal uses it.

// The service does not know the token (any more).
export class SignedOut extends Error {}

const kDeadline = 30000;

export async function request(path, token) {
  let response;
  try {
    response = await fetch(`/api/v1/${path}`, {
      headers: { Accept: 'application/json', Authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(kDeadline),
    });
  } catch {
    throw new Error('The service does not answer.');
  }
  if (response.status === 401) throw new SignedOut('The token is not valid any more.');
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(body.detail ?? `The service answered ${response.status}.`);
  return body;
}

// All pages of a list; `path` may have a query.
export async function requestAll(path, token) {
  const items = [];
  let next = '';
  do {
    const mark = path.includes('?') ? '&' : '?';
    const page = await request(`${path}${mark}page_size=500${next && `&page_token=${next}`}`, token);
    items.push(...page.items);
    next = encodeURIComponent(page.next_page_token);
  } while (next);
  return items;
}

// Server-sent events (WHATWG HTML, 9.2.6) out of pieces of any size. The service ends lines with LF.
export class EventReader {
  #rest = '';
  #event = { id: '', type: '', data: [] };

  read(piece) {
    const lines = (this.#rest + piece).split('\n');
    this.#rest = lines.pop();
    const complete = [];
    for (const line of lines) {
      if (line === '') {
        if (this.#event.data.length)
          complete.push({ ...this.#event, data: this.#event.data.join('\n') });
        this.#event = { id: this.#event.id, type: '', data: [] };
        continue;
      }
      const [, name, value] = /^([^:]*):? ?(.*)$/.exec(line);
      if (name === 'id') this.#event.id = value;
      if (name === 'event') this.#event.type = value;
      if (name === 'data') this.#event.data.push(value);
    }
    return complete;
  }
}
