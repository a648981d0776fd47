import { DeliveryStream } from "../../infra/delivery/delivery-stream";
import { ArchiveQueries } from "../../infra/query/archive-queries";

/** An archive of orders with a view and a query, of which analysts may read two columns. */
export function example() {
  const archive = new DeliveryStream("archive", {
    table: {
      databaseName: "shop",
      tableName: "orders",
      description: "Orders",
      schema: {
        properties: {
          placed: { type: "string", format: "date-time" },
          price: { type: "number" },
          customer: { type: "string" },
        },
      },
    },
    bufferMiB: 128,
    bufferSeconds: 300,
    logRetentionDays: 30,
  });
  const queries = new ArchiveQueries("queries", {
    archive: archive.queried(),
    scanLimitMiB: 1024,
    views: {
      revenue: {
        sql: "SELECT date_trunc('day', placed) AS day, sum(price) AS revenue FROM orders GROUP BY 1",
        columns: { day: "date", revenue: "double" },
      },
    },
    queries: {
      "best-days": {
        sql: "SELECT * FROM revenue ORDER BY revenue DESC LIMIT 10",
        description: "The days with the highest revenue.",
      },
    },
    readers: {
      roleArns: ["arn:aws:iam::123456789012:role/analyst"],
      columns: ["placed", "price"],
    },
  });
  return { workgroupName: queries.workgroupName };
}
