import { Component, type ComponentChildren } from "preact";

interface BoundaryProps {
  readonly title: string;
  readonly children: ComponentChildren;
}

/** Keeps an error in a card to that card. Whatever comes after what could not be shown is tried again. */
export class Boundary extends Component<
  BoundaryProps,
  { readonly problem?: string; readonly children?: ComponentChildren }
> {
  override componentDidCatch(error: unknown): void {
    const problem = error instanceof Error ? error.message : String(error);
    this.setState({ problem, children: this.props.children });
  }

  override render() {
    const { title, children } = this.props;
    if (this.state.problem === undefined || this.state.children !== children)
      return <>{children}</>;
    return (
      <section class="card" role="alert">
        <h2>{title}</h2>
        <p class="note">Cannot be shown: {this.state.problem}</p>
      </section>
    );
  }
}
