import type { AreaFigures } from "./demand-view";
import { plural } from "../../../status/figures";
import { decimal } from "../format";

/** 116 trips, 48 are normal (score 15.1). */
export function describeArea(figures: AreaFigures | undefined): string {
  if (figures === undefined) return "No trips";
  const { trips, normal, score } = figures;
  if (normal === undefined || score === undefined) return plural(trips, "trip");
  return `${plural(trips, "trip")}, ${decimal(normal)} would be normal (score ${decimal(score)})`;
}
