import { Monitoring } from "../../infra/monitoring/monitoring";

/** Alarms by mail and a dashboard for a stream that another program created. */
export function example() {
  const { topicArn, dashboardUrl } = new Monitoring("monitoring", {
    title: "orders-dev",
    subscribers: ["on-call@example.com"],
    stream: { name: "orders", retentionHours: 24 },
  });
  return { topicArn, dashboardUrl };
}
