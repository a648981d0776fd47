package streaming.search;

import io.github.acm19.aws.interceptor.http.AwsRequestSigningApacheInterceptor;
import org.apache.flink.connector.opensearch.sink.RestClientFactory;
import org.apache.http.HttpRequestInterceptor;
import org.opensearch.client.RestClientBuilder;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.signer.Aws4Signer;

/**
 * Signs every request with the credentials of the process, as the domain's access policy asks for.
 * Certificates are checked, as they are by default.
 */
final class SigningClientFactory implements RestClientFactory {
  private static final long serialVersionUID = 1L;

  /** The name that domains are signed for, whatever engine they run. */
  private static final String SERVICE = "es";

  private final String region;

  SigningClientFactory(String region) {
    this.region = region;
  }

  @Override
  public void configureRestClientBuilder(RestClientBuilder builder, RestClientConfig config) {
    HttpRequestInterceptor signer =
        new AwsRequestSigningApacheInterceptor(
            SERVICE, Aws4Signer.create(), DefaultCredentialsProvider.create(), region);
    builder.setHttpClientConfigCallback(client -> client.addInterceptorLast(signer));
  }
}
