package org.apache.flink.streaming.connectors.kinesis.model;

/**
 * A shard in the state of the Kinesis consumer that releases to 0.1 had. Flink finds it under this
 * name, with these fields.
 */
public class StreamShardMetadata {
  public String streamName;
  public String shardId;
  public String parentShardId;
  public String adjacentParentShardId;
  public String startingHashKey;
  public String endingHashKey;
  public String startingSequenceNumber;
  public String endingSequenceNumber;
}
