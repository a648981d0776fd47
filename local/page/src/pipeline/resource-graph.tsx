import type { JSX } from "preact";
import { useMemo } from "preact/hooks";

import type { DeployedResource } from "../../../status/pipeline-status";
import { plural } from "../../../status/figures";
import { resourceCount, resourceTree, type ResourceNode } from "./resource-tree";

/** What was deployed: a box for each component, with its resources. */
export function ResourceGraph(props: {
  readonly resources: readonly DeployedResource[];
}): JSX.Element {
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
        <Components nodes={tree.length === 1 && tree[0] ? tree[0].children : tree} />
      )}
    </section>
  );
}

/** The parts of the program, each closed: together they are longer than the rest of the page. */
function Components({ nodes }: { readonly nodes: readonly ResourceNode[] }): JSX.Element {
  return (
    <ul>
      {nodes.map((node) => (
        <li key={`${node.kind} ${node.name}`} data-component={node.service === null}>
          {node.service === null ? (
            <details>
              <summary>
                <span class="kind">{node.kind}</span> <small>{node.name}</small>
                <span class="service">{resourceCount(node.children)}</span>
              </summary>
              <Nodes nodes={node.children} />
            </details>
          ) : (
            <Node node={node} />
          )}
        </li>
      ))}
    </ul>
  );
}

function Nodes({ nodes }: { readonly nodes: readonly ResourceNode[] }): JSX.Element {
  return (
    <ul>
      {nodes.map((node) => (
        <li key={`${node.kind} ${node.name}`} data-component={node.service === null}>
          <Node node={node} />
        </li>
      ))}
    </ul>
  );
}

function Node({ node }: { readonly node: ResourceNode }): JSX.Element {
  return (
    <>
      <span class="kind">{node.kind}</span> <small>{node.name}</small>
      {node.service !== null && <span class="service">{node.service}</span>}
      {node.children.length > 0 && <Nodes nodes={node.children} />}
    </>
  );
}
