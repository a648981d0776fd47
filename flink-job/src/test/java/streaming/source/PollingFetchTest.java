package streaming.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Delayed;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.flink.metrics.SimpleCounter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.GetRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorResponse;
import software.amazon.awssdk.services.kinesis.model.KinesisException;
import software.amazon.awssdk.services.kinesis.model.ProvisionedThroughputExceededException;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;
import streaming.retry.Patience;

@Timeout(30)
class PollingFetchTest {
  private final ScheduledThreadPoolExecutor clock = new ScheduledThreadPoolExecutor(1);
  private final Reads reads = new Reads();
  private final ReceivedAnswers received = new ReceivedAnswers();
  private final ShardFetch fetch =
      new PollingFetch(
          reads,
          "trips",
          new ShardSplit(
              "shardId-000000000000",
              BigInteger.ZERO,
              BigInteger.ONE,
              ShardPosition.from(0),
              SourceRecord.NO_EVENT_TIME),
          new Patience(Duration.ofMillis(1), 3).attempts("Reading", new SimpleCounter()),
          clock,
          received);

  @AfterEach
  void stopTheClock() {
    clock.shutdownNow();
  }

  @Test
  void aShardThatDoesNotSayHowFarBehindItIsIsAtItsTip() throws Exception {
    reads.answer(null);

    fetch.next();
    assertThat(((ShardFetch.Answer) received.take()).millisBehindLatest).isZero();
    fetch.next();

    assertThat(clock.getQueue()).as("waits before it reads again").hasSize(1);
  }

  @Test
  void aShardThatIsBehindIsReadWithoutAPause() throws Exception {
    reads.answer(1L);
    reads.answer(1L);

    fetch.next();
    fetch.next();

    assertThat(received).hasSize(2);
    assertThat(clock.getQueue()).isEmpty();
  }

  @Test
  void aShardThatHasThrottledIsAskedForNoMoreThanItGives() throws Exception {
    reads.answers.add(
        CompletableFuture.failedFuture(
            ProvisionedThroughputExceededException.builder()
                .awsErrorDetails(
                    AwsErrorDetails.builder()
                        .errorCode("ProvisionedThroughputExceededException")
                        .build())
                .build()));
    reads.answer(1L, 10_000_000);

    fetch.next();
    received.take();
    fetch.next();
    assertThat(pause()).as("of 10 MB at 2 MB a second").isBetween(4_000L, 5_000L);
  }

  @Test
  void aShardThatHasExpiredIsOver() throws Exception {
    reads.fail(
        "Shard shardId-000000000000 in stream trips under account 123456789012 does not exist");

    fetch.next();

    ShardFetch.Answer answer = (ShardFetch.Answer) received.take();
    assertThat(answer.isLast).isTrue();
    assertThat(answer.records).isEmpty();
    assertThat(clock.getQueue()).isEmpty();
  }

  @Test
  void aStreamThatDoesNotExistIsNoShardThatIsOver() throws Exception {
    reads.fail("Stream trips under account 123456789012 not found.");

    fetch.next();

    assertThat(received.take())
        .isInstanceOfSatisfying(
            Exception.class, failure -> assertThat(failure).hasMessageContaining("not found"));
  }

  @Test
  void readsNothingAfterItIsClosed() {
    fetch.close();
    fetch.next();

    assertThat(reads.started).isZero();
  }

  @Test
  void waitsForNothingAfterItIsClosed() {
    reads.answer(0L);
    fetch.next();
    fetch.close();
    fetch.next();

    assertThat(clock.getQueue()).isEmpty();
  }

  @Test
  void passesNothingOnAfterItIsClosed() {
    CompletableFuture<GetRecordsResponse> slow = new CompletableFuture<>();
    reads.answers.add(slow);
    fetch.next();
    fetch.close();
    slow.completeExceptionally(KinesisException.builder().statusCode(400).build());

    assertThat(received).isEmpty();
  }

  /** Milliseconds until the next read. */
  private long pause() {
    return ((Delayed) clock.getQueue().peek()).getDelay(TimeUnit.MILLISECONDS);
  }

  private static final class Reads implements KinesisAsyncClient {
    private final List<CompletableFuture<GetRecordsResponse>> answers = new ArrayList<>();
    private int started;

    private void answer(Long millisBehindLatest) {
      answer(millisBehindLatest, 0);
    }

    private void answer(Long millisBehindLatest, int bytes) {
      Record record =
          Record.builder()
              .data(SdkBytes.fromByteArray(new byte[bytes]))
              .partitionKey("")
              .sequenceNumber("1")
              .build();
      answers.add(
          CompletableFuture.completedFuture(
              GetRecordsResponse.builder()
                  .records(bytes == 0 ? List.of() : List.of(record))
                  .nextShardIterator("next")
                  .millisBehindLatest(millisBehindLatest)
                  .build()));
    }

    private void fail(String message) {
      answers.add(
          CompletableFuture.failedFuture(
              ResourceNotFoundException.builder().statusCode(400).message(message).build()));
    }

    @Override
    public CompletableFuture<GetShardIteratorResponse> getShardIterator(
        GetShardIteratorRequest request) {
      started++;
      return CompletableFuture.completedFuture(
          GetShardIteratorResponse.builder().shardIterator("first").build());
    }

    @Override
    public CompletableFuture<GetRecordsResponse> getRecords(GetRecordsRequest request) {
      return answers.remove(0);
    }

    @Override
    public String serviceName() {
      return SERVICE_NAME;
    }

    @Override
    public void close() {}
  }
}
