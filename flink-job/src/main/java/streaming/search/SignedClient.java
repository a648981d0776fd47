package streaming.search;

import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.auth.signer.Aws4Signer;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.auth.signer.params.Aws4SignerParams;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.http.AbortableInputStream;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.http.HttpExecuteRequest;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.http.HttpExecuteResponse;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.http.SdkHttpClient;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.http.SdkHttpFullRequest;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.http.SdkHttpMethod;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.http.apache.ApacheHttpClient;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.regions.Region;
import org.apache.flink.kinesis.shaded.software.amazon.awssdk.utils.IoUtils;

/**
 * Sends requests that are signed with the credentials of the process, as the domain's access policy
 * asks for. Certificates are checked. The AWS SDK is the one in the Kinesis connector.
 */
final class SignedClient implements Closeable {
  /** The name that domains are signed for, whatever engine they run. */
  private static final String SERVICE = "es";

  private static final Duration CONNECTION_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration RESPONSE_TIMEOUT = Duration.ofSeconds(60);

  private final URI endpoint;
  private final Region region;
  private final Aws4Signer signer = Aws4Signer.create();

  /** Its own: create() gives the same one to all, and the first client to close would close it. */
  final DefaultCredentialsProvider credentials = DefaultCredentialsProvider.builder().build();

  private final SdkHttpClient client =
      ApacheHttpClient.builder()
          .connectionTimeout(CONNECTION_TIMEOUT)
          .socketTimeout(RESPONSE_TIMEOUT)
          .build();

  SignedClient(URI endpoint, String region) {
    this.endpoint = endpoint;
    this.region = Region.of(region);
  }

  /** A status and what came with it. */
  static final class Response {
    final int status;
    final byte[] body;

    private Response(int status, byte[] body) {
      this.status = status;
      this.body = body;
    }
  }

  /**
   * Posts lines of JSON.
   *
   * @throws IOException if no answer came
   */
  Response post(String path, byte[] lines) throws IOException {
    SdkHttpFullRequest request = sign(path, lines);
    HttpExecuteResponse response =
        client
            .prepareRequest(
                HttpExecuteRequest.builder()
                    .request(request)
                    .contentStreamProvider(request.contentStreamProvider().orElseThrow())
                    .build())
            .call();
    try (InputStream body = response.responseBody().orElseGet(AbortableInputStream::createEmpty)) {
      return new Response(response.httpResponse().statusCode(), IoUtils.toByteArray(body));
    }
  }

  private SdkHttpFullRequest sign(String path, byte[] lines) {
    SdkHttpFullRequest request =
        SdkHttpFullRequest.builder()
            .method(SdkHttpMethod.POST)
            .uri(endpoint.resolve(path))
            .putHeader("Content-Type", "application/x-ndjson")
            .putHeader("Content-Length", Integer.toString(lines.length))
            .contentStreamProvider(() -> new ByteArrayInputStream(lines))
            .build();
    return signer.sign(
        request,
        Aws4SignerParams.builder()
            .awsCredentials(credentials.resolveCredentials())
            .signingName(SERVICE)
            .signingRegion(region)
            .build());
  }

  @Override
  public void close() {
    client.close();
    credentials.close();
  }
}
