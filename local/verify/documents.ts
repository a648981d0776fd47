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

export interface DocumentsOptions {
  /** Indices, aliases and patterns to read; one that does not exist holds nothing. A document of an alias has its name. */
  readonly indices: readonly string[];
  /** Documents a page, 1 to 10000 (index.max_result_window). @default 5000 */
  readonly pageSize?: number;
}

/** How long the service keeps a scroll open between two pages. */
const KEEP_ALIVE = "1m";

/**
 * Every document of the indices exactly once, one index after the other: refreshed first, then read from one point in time.
 * @throws Error that names the request when the domain does not answer or refuses
 */
export async function* storedDocuments(
  endpoint: string,
  options: DocumentsOptions,
): AsyncGenerator<StoredDocument> {
  const { indices, pageSize = 5000 } = options;
  for (const index of indices) {
    await request(endpoint, "POST", `/${index}/_refresh?ignore_unavailable=true`);
    let page = (await request(
      endpoint,
      "POST",
      `/${index}/_search?scroll=${KEEP_ALIVE}&ignore_unavailable=true`,
      { size: pageSize, sort: ["_doc"] },
    )) as ScrollPage;
    let { _scroll_id: scrollId } = page;
    if (scrollId === undefined) continue;
    try {
      while (page.hits.hits.length > 0) {
        for (const hit of page.hits.hits) {
          const found = index.includes("*") ? hit._index : index;
          yield { index: found, id: hit._id, source: hit._source };
        }
        page = (await request(endpoint, "POST", "/_search/scroll", {
          scroll: KEEP_ALIVE,
          scroll_id: scrollId,
        })) as ScrollPage;
        scrollId = page._scroll_id ?? scrollId;
      }
    } finally {
      await request(endpoint, "DELETE", "/_search/scroll", { scroll_id: scrollId });
    }
  }
}

async function request(
  endpoint: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<unknown> {
  const url = new URL(path, endpoint);
  const response = await fetch(url, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
  }).catch((error: unknown) => {
    throw new Error(`OpenSearch does not answer at ${method} ${url.href}`, { cause: error });
  });
  if (!response.ok) {
    const text = (await response.text()).slice(0, 500);
    throw new Error(`OpenSearch answered ${response.status} to ${method} ${url.href}: ${text}`);
  }
  return response.json();
}
