package org.apache.flink.streaming.connectors.kinesis.model;

/**
 * A position in the state of the Kinesis consumer that releases to 0.1 had. Flink finds it under
 * this name, with these fields.
 */
public final class SequenceNumber {
  private String sequenceNumber;
  private long subSequenceNumber;

  // Part of what was saved, though nothing reads it.
  @SuppressWarnings("unused")
  private int cachedHash;

  public String getSequenceNumber() {
    return sequenceNumber;
  }

  public long getSubSequenceNumber() {
    return subSequenceNumber;
  }
}
