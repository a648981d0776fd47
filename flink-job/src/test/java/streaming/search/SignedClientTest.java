package streaming.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.api.Test;

class SignedClientTest {
  @Test
  void closesNoCredentialsButItsOwn() {
    try (SignedClient one = client();
        SignedClient other = client()) {
      assertThat(one.credentials).isNotSameAs(other.credentials);
    }
  }

  private static SignedClient client() {
    return new SignedClient(URI.create("http://localhost"), "eu-central-1");
  }
}
