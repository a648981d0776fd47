package streaming.source;

import java.util.Properties;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.connectors.kinesis.config.AWSConfigConstants;
import org.apache.flink.streaming.connectors.kinesis.config.ConsumerConfigConstants;
import streaming.settings.JobSettings;

/**
 * Reads a Kinesis data stream: by enhanced fan-out as a registered consumer, else by polling. The
 * connector takes apart the records that the Kinesis Producer Library has aggregated. The only
 * place that knows which connector it is.
 *
 * @param <E> the type of the event
 */
public final class KinesisSource<E> implements RecordSource<E> {
  /**
   * A shard answers five GetRecords calls a second, shared by all polling readers; this leaves one
   * a second to Firehose
   * (https://docs.aws.amazon.com/firehose/latest/dev/writing-with-kinesis-streams.html).
   */
  static final int POLL_INTERVAL_MILLISECONDS = 250;

  private final JobSettings settings;
  private final EventParser<E> parser;

  public KinesisSource(JobSettings settings, EventParser<E> parser) {
    this.settings = settings;
    this.parser = parser;
  }

  @Override
  // Flink deprecates sources of the consumer's kind. Their successor would change this class alone.
  @SuppressWarnings("deprecation")
  public DataStream<SourceRecord<E>> addTo(StreamExecutionEnvironment env) {
    return env.addSource(
            new EventTimeConsumer<>(
                settings.streamName(),
                new RecordSchema<>(parser),
                consumerProperties(settings),
                settings.outOfOrderness(),
                settings.idleness()))
        .uid("kinesis-source")
        .name("Kinesis source");
  }

  static Properties consumerProperties(JobSettings settings) {
    Properties properties = new Properties();
    properties.setProperty(AWSConfigConstants.AWS_REGION, settings.streamRegion());
    settings
        .kinesisEndpoint()
        .ifPresent(url -> properties.setProperty(AWSConfigConstants.AWS_ENDPOINT, url));
    properties.setProperty(
        ConsumerConfigConstants.STREAM_INITIAL_POSITION, settings.initialPosition());
    settings
        .initialTimestamp()
        .ifPresent(
            instant ->
                properties.setProperty(
                    ConsumerConfigConstants.STREAM_INITIAL_TIMESTAMP,
                    Long.toString(instant.getEpochSecond())));
    settings.consumerArn().ifPresent(arn -> fanOut(settings.streamName(), arn, properties));
    properties.setProperty(
        ConsumerConfigConstants.SHARD_GETRECORDS_INTERVAL_MILLIS,
        Integer.toString(POLL_INTERVAL_MILLISECONDS));
    return properties;
  }

  /** The consumer exists already, and stays when the job ends. */
  private static void fanOut(String stream, String consumerArn, Properties properties) {
    properties.setProperty(
        ConsumerConfigConstants.RECORD_PUBLISHER_TYPE,
        ConsumerConfigConstants.RecordPublisherType.EFO.name());
    properties.setProperty(
        ConsumerConfigConstants.EFO_REGISTRATION_TYPE,
        ConsumerConfigConstants.EFORegistrationType.NONE.name());
    properties.setProperty(ConsumerConfigConstants.efoConsumerArn(stream), consumerArn);
  }
}
