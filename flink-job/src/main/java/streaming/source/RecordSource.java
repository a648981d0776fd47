package streaming.source;

import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Where a job's records come from. */
@FunctionalInterface
public interface RecordSource<E> {
  /** Adds the source to the job: records with their event time and watermarks. */
  DataStream<SourceRecord<E>> addTo(StreamExecutionEnvironment env);
}
