package streaming.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.flink.metrics.SimpleCounter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.kinesis.model.KinesisException;
import software.amazon.awssdk.services.kinesis.model.LimitExceededException;
import software.amazon.awssdk.services.kinesis.model.ResourceInUseException;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;

class PatienceTest {
  private final SimpleCounter retries = new SimpleCounter();

  static Stream<Throwable> temporary() {
    return Stream.of(
        refusal(400, "KMSThrottlingException"),
        refusal(400, "KMSDisabledException"),
        refusal(400, "ThrottlingException"),
        refusal(500, "InternalFailure"),
        AwsServiceException.builder().statusCode(503).build(),
        LimitExceededException.builder().statusCode(400).build(),
        ResourceInUseException.builder().statusCode(400).build(),
        SdkClientException.create("connection refused"),
        new IOException("connection reset"),
        new CompletionException(new ExecutionException(new IOException("connection reset"))));
  }

  @ParameterizedTest
  @MethodSource("temporary")
  void waitsOut(Throwable error) throws Exception {
    assertThat(attempts(1).failed(error)).isEqualTo(100);
  }

  static Stream<Throwable> permanent() {
    return Stream.of(
        ResourceNotFoundException.builder().statusCode(400).build(),
        refusal(400, "AccessDeniedException"),
        KinesisException.builder().statusCode(400).build(),
        AwsServiceException.builder().statusCode(400).build(),
        new IllegalStateException("a mistake"),
        new CompletionException("without a cause", null));
  }

  @ParameterizedTest
  @MethodSource("permanent")
  void doesNotWaitOut(Throwable error) {
    assertThatThrownBy(() -> attempts(9).failed(error))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("Reading failed: ")
        .hasCause(error);
  }

  @Test
  void waitsTwiceAsLongEachTimeUpToHalfAMinute() throws Exception {
    Patience.Attempts attempts = attempts(50);

    long[] waits = new long[50];
    for (int retry = 0; retry < waits.length; retry++) {
      waits[retry] = attempts.failed("busy");
    }

    assertThat(waits).startsWith(100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000);
    assertThat(waits[49]).isEqualTo(30_000);
    assertThat(retries.getCount()).isEqualTo(50);
  }

  @Test
  void givesUpAfterSoManyRetriesInARow() throws Exception {
    Patience.Attempts attempts = attempts(6);
    for (int retry = 1; retry <= 6; retry++) {
      attempts.failed("busy");
    }
    attempts.succeeded();
    for (int retry = 1; retry <= 6; retry++) {
      attempts.failed("busy");
    }

    assertThatThrownBy(() -> attempts.failed("busy"))
        .hasMessage("Reading failed, tried 7 times: busy");
  }

  private Patience.Attempts attempts(int most) {
    return new Patience(Duration.ofMillis(100), most).attempts("Reading", retries);
  }

  private static Throwable refusal(int status, String code) {
    return KinesisException.builder()
        .statusCode(status)
        .awsErrorDetails(AwsErrorDetails.builder().errorCode(code).build())
        .build();
  }
}
