/** A record to be put into the stream. */
record OutgoingRecord(String partitionKey, byte[] data) {}
