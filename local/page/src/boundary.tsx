import { Component, type ComponentChildren, type JSX } from "preact";

interface BoundaryProps {
  readonly title: string;
  readonly children: ComponentChildren;
}

interface Failure {
  readonly problem?: string;
  /** What could not be shown; whatever comes after it is tried again. */
  readonly children?: ComponentChildren;
}

/** Keeps an error in a card to that card. */
export class Boundary extends Component<BoundaryProps, Failure> {
  override componentDidCatch(error: unknown): void {
    const problem = error instanceof Error ? error.message : String(error);
    this.setState({ problem, children: this.props.children });
  }

  override render(): JSX.Element {
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
