// The relay's answers: sealpost-link(5), REQUESTS.
const base = document.querySelector("meta[name=relay]").content;

export class Refusal extends Error {
  constructor(status) {
    super("refused");
    this.status = status;
  }
}

async function post(link, what, body) {
  const response = await fetch(`${base}/v1/links/${link.id}/${what}`, {
    method: "POST",
    // A simple request in the sense of CORS: from another web host, too, it needs no leave first.
    headers: { "Content-Type": "text/plain" },
    body: JSON.stringify({ fetch: link.fetch, ...body }),
    cache: "no-store",
    credentials: "omit",
    referrerPolicy: "no-referrer",
  });
  if (!response.ok) throw new Refusal(response.status);
  return response;
}

export const look = async (link) => (await post(link, "look", {})).json();
export const bytes = async (link, what, body) =>
  new Uint8Array(await (await post(link, what, body)).arrayBuffer());
export const tell = async (link, what, body) => void (await bytes(link, what, body));
