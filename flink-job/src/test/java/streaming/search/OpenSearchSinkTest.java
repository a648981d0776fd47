package streaming.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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

  private final SettingsFixture settings = new SettingsFixture();

  @Test
  void writesDocumentsUnderTheirIdsAndTheLastOneOfAnIdStays() throws Exception {
    try (FakeOpenSearch domain = FakeOpenSearch.start()) {
      write(domain, document("a", 1), document("b", 1), document("a", 2));

      assertThat(domain.documents())
          .isEqualTo(Map.of("counts/a", "{\"count\":2}", "counts/b", "{\"count\":1}"));
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
  void sendsABulkRequestWhenItIsFull() throws Exception {
    settings.set("search", "bulkActions", "2");
    try (FakeOpenSearch domain = FakeOpenSearch.start()) {
      write(domain, document("a", 1), document("b", 1), document("c", 1));

      assertThat(domain.requests()).containsExactly("/_bulk a b", "/_bulk c");
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

  @Test
  void asksAgainWhenTheTimerSendsTheRequestToo() throws Exception {
    settings.set("search", "flushIntervalMilliseconds", "100");
    try (FakeOpenSearch domain = FakeOpenSearch.start().answering(429, 429)) {
      write(domain, document("a", 1), document("b", 1));

      assertThat(domain.documents()).containsOnlyKeys("counts/a", "counts/b");
    }
  }

  @Test
  void failsTheJobForADocumentThatIsRefused() throws Exception {
    try (FakeOpenSearch domain = FakeOpenSearch.start().answering(201, 400)) {
      assertThatThrownBy(() -> write(domain, document("a", 1), document("b", 1)))
          .hasStackTraceContaining("[counts][b]")
          .hasStackTraceContaining("failed with status 400");
    }
  }

  @Test
  void failsTheJobWhenTheDomainCannotBeReached() throws Exception {
    FakeOpenSearch domain = FakeOpenSearch.start();
    domain.close();

    assertThatThrownBy(() -> write(domain, document("a", 1)))
        .hasStackTraceContaining("Complete bulk has failed");
  }

  @Test
  void refusesACertificateThatNobodyVouchesFor(@TempDir Path directory) throws Exception {
    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(selfSigned(directory)));
    try (FakeOpenSearch domain = new FakeOpenSearch(server)) {
      settings.environment("AWS_ENDPOINT_URL_OPENSEARCH", "https://localhost:" + domain.port());

      assertThatThrownBy(() -> run(document("a", 1)))
          .hasStackTraceContaining(SSLHandshakeException.class.getName());
      assertThat(domain.requests()).isEmpty();
    }
  }

  @Test
  void readsAMissingPortAsThatOfTheScheme() {
    assertThat(OpenSearchSink.host(settings.load()).toURI())
        .isEqualTo("https://vpc-trips-abc.eu-central-1.es.amazonaws.com:443");
    settings.set("search", "endpoint", "http://search");
    assertThat(OpenSearchSink.host(settings.load()).toURI()).isEqualTo("http://search:80");
  }

  private void write(FakeOpenSearch domain, Document... documents) throws Exception {
    settings.environment("AWS_ENDPOINT_URL_OPENSEARCH", "http://localhost:" + domain.port());
    run(documents);
  }

  private void run(Document... documents) throws Exception {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.setParallelism(1);
    new OpenSearchSink(settings.load()).addTo(env.fromData(List.of(documents)));
    env.execute();
  }

  private static Document document(String id, int count) {
    return Document.of("counts", id, json -> json.writeNumberField("count", count));
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
