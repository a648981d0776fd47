package streaming.search;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignedRequest;
import software.amazon.awssdk.utils.IoUtils;

/** Sends requests that are signed with the credentials of the process. Certificates are checked. */
final class SignedClient implements Closeable {
  /** Service name of signatures, for every engine. */
  private static final String SERVICE = "es";

  private static final Duration CONNECTION_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration RESPONSE_TIMEOUT = Duration.ofSeconds(60);

  private final URI endpoint;
  private final String region;
  private final AwsV4HttpSigner signer = AwsV4HttpSigner.create();

  /** Its own: create() gives the same one to all, and the first client to close would close it. */
  final DefaultCredentialsProvider credentials = DefaultCredentialsProvider.builder().build();

  private final SdkHttpClient client =
      Apache5HttpClient.builder()
          .connectionTimeout(CONNECTION_TIMEOUT)
          .socketTimeout(RESPONSE_TIMEOUT)
          .build();

  SignedClient(URI endpoint, String region) {
    this.endpoint = endpoint;
    this.region = region;
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
    SignedRequest signed = sign(path, lines);
    HttpExecuteResponse response =
        client
            .prepareRequest(
                HttpExecuteRequest.builder()
                    .request(signed.request())
                    .contentStreamProvider(signed.payload().orElseThrow())
                    .build())
            .call();
    try (InputStream body = response.responseBody().orElseGet(AbortableInputStream::createEmpty)) {
      return new Response(response.httpResponse().statusCode(), IoUtils.toByteArray(body));
    }
  }

  private SignedRequest sign(String path, byte[] lines) {
    SdkHttpRequest request =
        SdkHttpRequest.builder()
            .method(SdkHttpMethod.POST)
            .uri(endpoint.resolve(path))
            .putHeader("Content-Type", "application/x-ndjson")
            .putHeader("Content-Length", Integer.toString(lines.length))
            .build();
    return signer.sign(
        sign ->
            sign.identity(credentials.resolveCredentials())
                .request(request)
                .payload(ContentStreamProvider.fromByteArrayUnsafe(lines))
                .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, SERVICE)
                .putProperty(AwsV4HttpSigner.REGION_NAME, region));
  }

  @Override
  public void close() {
    client.close();
    credentials.close();
  }
}
