package org.apache.flink.streaming.connectors.kinesis.model;

/**
 * A position in the state of the Kinesis consumer that releases to 0.1 had. Flink finds it under
 * this name, with these fields.
 */
public final class SequenceNumber {
  public String sequenceNumber;
  public long subSequenceNumber;

  // Part of what was saved, though nothing reads it.
  @SuppressWarnings("unused")
  private int cachedHash;
}
