package __package__;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Properties;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.java.tuple.Tuple3;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;

/**
 * Sends documents (index, id and JSON) with each watermark and checkpoint. A request that fails
 * restarts the job from its last checkpoint; a document that is written again replaces itself.
 */
final class OpenSearchWriter implements SinkWriter<Tuple3<String, String, String>> {
  private static final int MAX_REQUEST_CHARACTERS = 1_000_000;

  private final URI bulk;
  private final String region;
  private final boolean signed;
  private final ObjectMapper json = new ObjectMapper();
  private final StringBuilder lines = new StringBuilder();
  private final DefaultCredentialsProvider credentials =
      DefaultCredentialsProvider.builder().build();
  private final HttpClient client =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

  OpenSearchWriter(Properties output) {
    bulk = URI.create(output.getProperty("endpoint")).resolve("/_bulk");
    region = output.getProperty("aws.region");
    signed = "https".equals(bulk.getScheme());
    if (!signed && !"127.0.0.1".equals(bulk.getHost())) {
      throw new IllegalArgumentException("endpoint must begin with https://; got " + bulk);
    }
  }

  @Override
  public void write(Tuple3<String, String, String> document, Context context)
      throws IOException, InterruptedException {
    ObjectNode action = json.createObjectNode();
    action.putObject("index").put("_index", document.f0).put("_id", document.f1);
    lines.append(action).append('\n').append(document.f2).append('\n');
    if (lines.length() > MAX_REQUEST_CHARACTERS) flush(false);
  }

  @Override
  public void writeWatermark(Watermark watermark) throws IOException, InterruptedException {
    flush(false);
  }

  @Override
  public void flush(boolean endOfInput) throws IOException, InterruptedException {
    if (lines.length() == 0) return;
    byte[] body = lines.toString().getBytes(StandardCharsets.UTF_8);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(bulk)
            .version(HttpClient.Version.HTTP_1_1)
            .timeout(Duration.ofSeconds(60))
            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    // The client writes Host itself.
    headers(body).toBuilder()
        .removeHeader("Host")
        .forEachHeader((name, values) -> values.forEach(value -> request.header(name, value)));
    HttpResponse<String> response =
        client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() != 200
        || json.readTree(response.body()).path("errors").asBoolean(true)) {
      throw new IOException("OpenSearch: " + response.statusCode() + " " + response.body());
    }
    lines.setLength(0);
  }

  private SdkHttpRequest headers(byte[] body) {
    SdkHttpRequest unsigned =
        SdkHttpRequest.builder()
            .method(SdkHttpMethod.POST)
            .uri(bulk)
            .putHeader("Content-Type", "application/x-ndjson")
            .build();
    if (!signed) return unsigned;
    return AwsV4HttpSigner.create()
        .sign(
            sign ->
                sign.identity(credentials.resolveCredentials())
                    .request(unsigned)
                    .payload(ContentStreamProvider.fromByteArray(body))
                    .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "es")
                    .putProperty(AwsV4HttpSigner.REGION_NAME, region))
        .request();
  }

  @Override
  public void close() {
    credentials.close();
  }
}
