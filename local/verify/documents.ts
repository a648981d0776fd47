import type { DocumentSource, StoredDocument } from "./result-document";

interface ScrollPage {
  readonly _scroll_id?: string;
  readonly hits: {
    readonly hits: readonly {
      readonly _index: string;
      readonly _id: string;
      readonly _source: DocumentSource;
    }[];
  };
}

const SCROLL = "/_search/scroll";
const KEEP_ALIVE = "1m";

/**
 * Every document of the indices exactly once, one index after the other: refreshed first, then read from one point in time.
 * @param indices aliases and patterns, too; one that does not exist holds nothing. A document of an alias has its name.
 * @param size documents a page, 1 to 10000 (index.max_result_window)
 * @throws Error that names the request when the domain does not answer or refuses
 */
export async function* storedDocuments(
  endpoint: string,
  indices: readonly string[],
  size = 5000,
): AsyncGenerator<StoredDocument> {
  const ask = (method: string, path: string, body?: object) =>
    request(new URL(path, endpoint), method, body);
  for (const index of indices) {
    await ask("POST", `/${index}/_refresh?ignore_unavailable=true`);
    const search = `/${index}/_search?scroll=${KEEP_ALIVE}&ignore_unavailable=true`;
    let page = (await ask("POST", search, { size, sort: ["_doc"] })) as ScrollPage;
    let { _scroll_id: scroll_id } = page;
    if (scroll_id === undefined) continue;
    try {
      while (page.hits.hits.length > 0) {
        for (const hit of page.hits.hits) {
          const found = index.includes("*") ? hit._index : index;
          yield { index: found, id: hit._id, source: hit._source };
        }
        page = (await ask("POST", SCROLL, { scroll: KEEP_ALIVE, scroll_id })) as ScrollPage;
        scroll_id = page._scroll_id ?? scroll_id;
      }
    } finally {
      await ask("DELETE", SCROLL, { scroll_id });
    }
  }
}

async function request(url: URL, method: string, body?: object): Promise<unknown> {
  const response = await fetch(url, {
    method,
    headers: { "content-type": "application/json" },
    ...(body && { body: JSON.stringify(body) }),
  }).catch((error: unknown) => {
    throw new Error(`OpenSearch does not answer at ${method} ${url.href}`, { cause: error });
  });
  if (!response.ok) {
    const text = (await response.text()).slice(0, 500);
    throw new Error(`OpenSearch answered ${response.status} to ${method} ${url.href}: ${text}`);
  }
  return response.json();
}
