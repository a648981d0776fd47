package streaming.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.jr.ob.JSON;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import streaming.document.Document;
import streaming.document.DocumentFixture;
import streaming.settings.JobSettings;
import streaming.settings.SettingsFixture;

@Timeout(value = 1, unit = TimeUnit.MINUTES)
class OpenSearchSinkTest {
  @RegisterExtension
  private static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(1)
              .build());

  private final SettingsFixture settings =
      new SettingsFixture()
          .set("search", "retries", "3")
          .set("search", "retryDelayMilliseconds", "10");

  @Test
  void writesDocumentsUnderTheirIdsAndTheLastOneOfAnIdStays() throws Exception {
    try (FakeOpenSearch domain = FakeOpenSearch.start()) {
      write(domain, document("a", 1), document("b", 1), document("a", 2));

      assertThat(domain.documents())
          .isEqualTo(Map.of("counts/a", "{\"count\":2}", "counts/b", "{\"count\":1}"));
    }
  }

  @Test
  void writesAResultIntoTheIndexOfItsDay() throws Exception {
    try (FakeOpenSearch domain = FakeOpenSearch.start()) {
      write(domain, Document.result("visits", "gate", 0, 60_000, true, json -> {}));

      assertThat(domain.documents()).containsOnlyKeys("visits-1970-01-01/gate-0");
    }
  }

  @Test
  void waitsForADomainThatHasNoRoomForTheShardsOfANewIndex() throws Exception {
    try (FakeOpenSearch domain =
        FakeOpenSearch.start().answering(400, 400).refusingAs("validation_exception")) {
      write(domain, document("a", 1));

      assertThat(domain.documents()).containsOnlyKeys("counts/a");
    }
  }

  @Test
  void signsRequestsForTheDomain() throws Exception {
    try (FakeOpenSearch domain = FakeOpenSearch.start()) {
      write(domain, document("a", 1));

      assertThat(domain.authorizations())
          .singleElement()
          .asString()
          .matches(
              "AWS4-HMAC-SHA256 Credential=test/[0-9]{8}/eu-central-1/es/aws4_request,"
                  + " SignedHeaders=.*host;.*x-amz-date.*, Signature=[0-9a-f]{64}");
    }
  }

  @Test
  void theDomainGivesUpBeforeTheClientDoes() throws Exception {
    try (FakeOpenSearch domain = FakeOpenSearch.start()) {
      write(domain, document("a", 1));

      assertThat(domain.queries()).singleElement().asString().contains("timeout=30s");
    }
  }

  @Test
  void countsIndexAndIdTooSoThatNoRequestIsLargerThanItMay() throws Exception {
    settings.set("search", "bulkSizeMiB", "1").set("search", "bulkActions", "10000");
    Document[] documents =
        IntStream.range(0, 6000)
            .mapToObj(place -> document("x".repeat(200) + place, 1))
            .toArray(Document[]::new);
    try (FakeOpenSearch domain = FakeOpenSearch.start()) {
      write(domain, documents);

      assertThat(domain.sizes()).hasSize(2).allMatch(size -> size <= 1024 * 1024);
    }
  }

  @Test
  void sendsABulkRequestWhenItIsFull() throws Exception {
    settings.set("search", "bulkActions", "2");
    try (FakeOpenSearch domain = FakeOpenSearch.start()) {
      write(domain, document("a", 1), document("b", 1), document("c", 1));

      assertThat(domain.requests()).containsExactly("/_bulk a b", "/_bulk c");
    }
  }

  @Test
  void aDocumentThatIsLargerThanARequestHasOneOfItsOwn() throws Exception {
    settings.set("search", "bulkSizeMiB", "1");
    Document large =
        DocumentFixture.document(
            "counts", "b", json -> json.writeStringField("text", "x".repeat(1_500_000)));
    try (FakeOpenSearch domain = FakeOpenSearch.start()) {
      write(domain, document("a", 1), large, document("c", 1));

      assertThat(domain.requests()).containsExactly("/_bulk a", "/_bulk b", "/_bulk c");
    }
  }

  @Test
  void asksAnOverloadedDomainAgainForWhatItDidNotTakeBeforeItGoesOn() throws Exception {
    settings.set("search", "bulkActions", "2");
    try (FakeOpenSearch domain = FakeOpenSearch.start().answering(201, 429)) {
      write(domain, document("a", 1), document("b", 1), document("b", 2));

      assertThat(domain.requests()).containsExactly("/_bulk a b", "/_bulk b", "/_bulk b");
      assertThat(domain.documents()).containsEntry("counts/b", "{\"count\":2}");
    }
  }

  @ParameterizedTest(name = "status {0}")
  @ValueSource(ints = {403, 404})
  void asksAgainForWhatItsIndexDoesNotTakeForTheTimeBeing(int status) throws Exception {
    try (FakeOpenSearch domain = FakeOpenSearch.start().answering(status, status)) {
      write(domain, document("a", 1));

      assertThat(domain.documents()).isEqualTo(Map.of("counts/a", "{\"count\":1}"));
    }
  }

  @Test
  void asksAgainWhenTheTimerSendsTheRequestToo() throws Exception {
    settings.set("search", "flushIntervalMilliseconds", "100");
    try (FakeOpenSearch domain = FakeOpenSearch.start().answering(429, 429)) {
      write(domain, document("a", 1), document("b", 1));

      assertThat(domain.documents()).containsOnlyKeys("counts/a", "counts/b");
    }
  }

  @Test
  void asksAgainWhenTheDomainIsAwayOrFails() throws Exception {
    try (FakeOpenSearch domain = FakeOpenSearch.start().failing(503, 500, 429)) {
      write(domain, document("a", 1));

      assertThat(domain.requests()).containsExactly("failed", "failed", "failed", "/_bulk a");
      assertThat(domain.documents()).containsOnlyKeys("counts/a");
    }
  }

  @Test
  void keepsADocumentThatIsRefusedAsADeadLetterAndGoesOn() throws Exception {
    settings.set("search", "bulkActions", "2");
    try (FakeOpenSearch domain = FakeOpenSearch.start().answering(201, 400)) {
      write(domain, document("a", 1), document("b", 1), document("c", 1));

      assertThat(domain.documents())
          .containsOnlyKeys("counts/a", "counts/c", "dead-letters/counts-b");
      assertThat(JSON.std.mapFrom(domain.documents().get("dead-letters/counts-b")))
          .isEqualTo(
              Map.of(
                  "reason", "rejected",
                  "detail",
                      "counts/b was refused: status 400," + " {\"type\":\"chosen_by_the_test\"}",
                  "eventTime", "1970-01-01T00:00:00Z",
                  "payload", "{\"count\":1}"));
    }
  }

  @Test
  void failsTheJobWhenMostDocumentsAreRefusedForTheSameReason() throws Exception {
    int[] refusals = IntStream.range(0, 20).map(each -> 400).toArray();
    Document[] documents =
        IntStream.range(0, 20)
            .mapToObj(each -> document("a" + each, each))
            .toArray(Document[]::new);
    try (FakeOpenSearch domain = FakeOpenSearch.start().answering(refusals)) {
      assertThatThrownBy(() -> write(domain, documents))
          .hasStackTraceContaining(
              "the domain refuses most of 20 documents for the same reason, such as counts/a10");
      assertThat(domain.documents()).isEmpty();
    }
  }

  @Test
  void earlyResultsAreFoundAsSoonAsTheyAreWritten() throws Exception {
    Document early = document("a", 1);
    early.live = true;
    try (FakeOpenSearch domain = FakeOpenSearch.start()) {
      write(domain, early);
      write(domain, document("b", 1));

      assertThat(domain.queries()).hasSize(2);
      assertThat(domain.queries().get(0)).contains("refresh=true");
      assertThat(domain.queries().get(1)).doesNotContain("refresh");
    }
  }

  @Test
  void failsTheJobWhenADeadLetterIsRefused() throws Exception {
    try (FakeOpenSearch domain = FakeOpenSearch.start().answering(400, 400)) {
      assertThatThrownBy(() -> write(domain, document("a", 1)))
          .hasStackTraceContaining("the domain refuses dead letter counts-a: status 400");
    }
  }

  @Test
  void failsTheJobWhenTheDomainRefusesTheRequest() throws Exception {
    try (FakeOpenSearch domain = FakeOpenSearch.start().failing(403)) {
      assertThatThrownBy(() -> write(domain, document("a", 1)))
          .hasStackTraceContaining("the domain answers a bulk request with status 403");
    }
  }

  @Test
  void failsTheJobWhenTheDomainStaysAway() throws Exception {
    FakeOpenSearch domain = FakeOpenSearch.start();
    domain.close();

    assertThatThrownBy(() -> write(domain, document("a", 1)))
        .hasStackTraceContaining("Writing 1 documents failed, tried 4 times");
  }

  @Test
  void refusesACertificateThatNobodyVouchesFor(@TempDir Path directory) throws Exception {
    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(selfSigned(directory)));
    try (FakeOpenSearch domain = new FakeOpenSearch(server)) {
      settings.environment("AWS_ENDPOINT_URL_OPENSEARCH", "https://localhost:" + domain.port());

      assertThatThrownBy(() -> run(document("a", 1)))
          .hasStackTraceContaining(SSLHandshakeException.class.getSimpleName());
      assertThat(domain.requests()).isEmpty();
    }
  }

  private void write(FakeOpenSearch domain, Document... documents) throws Exception {
    settings.environment("AWS_ENDPOINT_URL_OPENSEARCH", "http://localhost:" + domain.port());
    run(documents);
  }

  private void run(Document... documents) throws Exception {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.setParallelism(1);
    JobSettings loaded = settings.load();
    OpenSearchSink.addTo(
        env.fromData(List.of(documents)), loaded.searchEndpoint().orElseThrow(), loaded);
    env.execute();
  }

  private static Document document(String id, int count) {
    return DocumentFixture.document("counts", id, json -> json.writeNumberField("count", count));
  }

  private static SSLContext selfSigned(Path directory) throws Exception {
    Path store = directory.resolve("keys.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-alias",
                "domain",
                "-storepass",
                "password",
                "-keystore",
                store.toString())
            .redirectErrorStream(true)
            .start();
    assertThat(keytool.waitFor()).isZero();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream stream = Files.newInputStream(store)) {
      keys.load(stream, "password".toCharArray());
    }
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, "password".toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return context;
  }
}
