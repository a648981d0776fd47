import { useMemo } from "preact/hooks";
import type { PipelineStatus } from "../../../status/pipeline-status";
import { plural } from "../../../status/figures";
import { resourceCount, resourceTree, type ResourceNode } from "./resource-tree";

export function ResourceGraph(props: Pick<PipelineStatus, "resources">) {
  // A new list comes with each status, the same deployment with nearly all of them.
  const version = JSON.stringify(props.resources);
  const tree = useMemo(() => resourceTree(props.resources), [version]);
  return (
    <section class="card resources" aria-labelledby="resources-title">
      <h2 id="resources-title">
        Deployed stack{" "}
        <small>{tree.length === 0 ? "" : plural(resourceCount(tree), "resource")}</small>
      </h2>
      {tree.length === 0 ? (
        <p class="note">Not deployed yet</p>
      ) : (
        <Nodes nodes={tree.length === 1 && tree[0] ? tree[0].children : tree} top />
      )}
    </section>
  );
}

/** Resources and components. Those of the top are closed: together they are longer than the rest of the page. */
function Nodes(props: { readonly nodes: readonly ResourceNode[]; readonly top?: boolean }) {
  return (
    <ul>
      {props.nodes.map(({ kind, name, service, children }) => (
        <li key={`${kind} ${name}`} data-component={service === null}>
          {props.top && service === null ? (
            <details>
              <summary>
                <span class="kind">{kind}</span> <small>{name}</small>
                <span class="service">{resourceCount(children)}</span>
              </summary>
              <Nodes nodes={children} />
            </details>
          ) : (
            <>
              <span class="kind">{kind}</span> <small>{name}</small>
              {service !== null && <span class="service">{service}</span>}
              {children.length > 0 && <Nodes nodes={children} />}
            </>
          )}
        </li>
      ))}
    </ul>
  );
}
