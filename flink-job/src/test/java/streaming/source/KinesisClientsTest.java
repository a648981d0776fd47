package streaming.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardResponseHandler;
import streaming.settings.SettingsFixture;

/** The first bytes that clients send. */
@Timeout(30)
class KinesisClientsTest {
  @Test
  void requestsSpeakHttp1() throws Exception {
    assertThat(firstBytes(KinesisClients::requests)).startsWith("POST / HTTP/1.1");
  }

  @Test
  void subscriptionsSpeakHttp2WithoutTls() throws Exception {
    assertThat(firstBytes(KinesisClients::subscriptions)).startsWith("PRI * HTTP/2.0");
  }

  @Test
  void reachTheRegionsOwnEndpointUnlessThereIsAnother() {
    try (KinesisAsyncClient client =
        new KinesisClients(new SettingsFixture().load()).subscriptions()) {
      assertThat(client.serviceClientConfiguration().endpointOverride()).isEmpty();
      assertThat(client.serviceClientConfiguration().region()).hasToString("eu-central-1");
    }
  }

  private interface Maker {
    KinesisAsyncClient from(KinesisClients clients);
  }

  private static String firstBytes(Maker maker) throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String endpoint = "http://localhost:" + server.getLocalPort();
      KinesisClients clients =
          new KinesisClients(
              new SettingsFixture().environment("AWS_ENDPOINT_URL_KINESIS", endpoint).load());
      try (KinesisAsyncClient client = maker.from(clients)) {
        client.subscribeToShard(
            request -> request.consumerARN("consumer").shardId("shard"),
            SubscribeToShardResponseHandler.builder()
                .onEventStream(events -> {})
                .onError(error -> {})
                .build());
        try (Socket socket = server.accept()) {
          return new String(
              socket.getInputStream().readNBytes("POST / HTTP/1.1".length()),
              StandardCharsets.ISO_8859_1);
        }
      }
    }
  }
}
