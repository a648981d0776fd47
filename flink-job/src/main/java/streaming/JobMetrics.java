package streaming;

import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;

/**
 * The job's own metrics. Managed Service for Apache Flink forwards the metrics of this group to
 * CloudWatch
 * (https://docs.aws.amazon.com/managed-flink/latest/java/monitoring-metrics-custom.html).
 */
public final class JobMetrics {
  public static final String RECORDS = "records";
  public static final String MALFORMED = "malformed";
  public static final String FUTURE = "future";
  public static final String LATE = "late";
  public static final String PARTLY_LATE = "partlyLate";
  public static final String DUPLICATES = "duplicates";
  public static final String ADMITTED = "admitted";
  public static final String OUTSIDE = "outside";
  public static final String CANARIES = "canaries";
  public static final String UNKNOWN_ZONE = "unknownZone";
  public static final String WATERMARK_LAG = "watermarkLagMilliseconds";
  public static final String DOCUMENTS = "documents";
  public static final String REJECTED = "rejected";
  public static final String LAG = "millisBehindLatest";
  public static final String RETRIES = "retries";
  public static final String QUEUE = "queuedDocuments";
  public static final String REQUEST_TIME = "requestMilliseconds";

  private static final String FORWARDED = "KinesisAnalytics";

  private JobMetrics() {}

  public static Counter counter(MetricGroup operator, String name) {
    return operator.addGroup(FORWARDED).counter(name);
  }

  public static void gauge(MetricGroup operator, String name, Gauge<Long> value) {
    operator.addGroup(FORWARDED).gauge(name, value);
  }
}
