import type { Load } from "./load";

/** A Flink application. */
export interface ApplicationPlan {
  readonly parallelism: number;
  readonly parallelismPerKpu: number;
  /** KPUs of the job; the service bills one more for orchestration. */
  readonly kpus: number;
  /** Records a second that they get done. */
  readonly recordsPerSecond: number;
}

/** A subtask of each operator has a vCPU of its own, so that what a KPU gets done holds for each of them. */
const parallelismPerKpu = 1;

/**
 * The application that keeps up with the busiest second of a load, or that has the parallelism asked for.
 * @see https://docs.aws.amazon.com/managed-flink/latest/java/how-scaling.html
 */
export function planApplication(load: Load): ApplicationPlan {
  const { recordsPerSecond, peak, recordsPerSecondPerKpu } = load;
  const needed = Math.max(1, Math.ceil((recordsPerSecond * peak) / recordsPerSecondPerKpu));
  const parallelism = load.parallelism ?? needed * parallelismPerKpu;
  const kpus = Math.ceil(parallelism / parallelismPerKpu);
  return {
    parallelism,
    parallelismPerKpu,
    kpus,
    recordsPerSecond: kpus * recordsPerSecondPerKpu,
  };
}
