import type { StoredDocument } from "../../../local/verify/result-document";
import { startFakeService, type FakeRequest, type FakeService } from "../status/fake-service";

export interface FakeDomain extends FakeService {
  /** Scrolls that were opened and not deleted. */
  readonly openScrolls: () => number;
}

/** An OpenSearch domain with these documents, as far as reading them page by page goes. */
export async function startFakeDomain(documents: readonly StoredDocument[]): Promise<FakeDomain> {
  const scrolls = new Map<string, { rest: readonly StoredDocument[]; readonly size: number }>();
  let opened = 0;

  const page = (id: string) => {
    const scroll = scrolls.get(id);
    if (scroll === undefined) return undefined;
    const hits = scroll.rest.slice(0, scroll.size);
    scroll.rest = scroll.rest.slice(scroll.size);
    return {
      _scroll_id: id,
      hits: {
        hits: hits.map(({ index, id: _id, source }) => ({ _index: index, _id, _source: source })),
      },
    };
  };

  const service = await startFakeService(({ method, path, query, body }: FakeRequest) => {
    const parameters = (body === "" ? {} : JSON.parse(body)) as Record<string, unknown>;
    const id = String(parameters["scroll_id"]);
    if (path.endsWith("/_refresh")) return {};
    if (path === "/_search/scroll") {
      return method === "DELETE" ? { succeeded: scrolls.delete(id) } : page(id);
    }
    const [, index, action] = path.split("/");
    if (action !== "_search" || !query.has("scroll")) return undefined;
    const rest = documents.filter((document) => document.index === index);
    // Where there is no index there is no scroll either.
    if (rest.length === 0) return { hits: { hits: [] } };
    const name = `scroll-${++opened}`;
    scrolls.set(name, { rest, size: Number(parameters["size"]) });
    return page(name);
  });
  return { ...service, openScrolls: () => scrolls.size };
}
