// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.standardwebhooks.Webhook;
import java.security.SecureRandom;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Signatures by the Standard Webhooks specification, held against its reference library (S13, S14).
 */
class SignerTest {
  private static final String ID = "msg_p5jXN8AQM9LWM0D4loKWxJek";
  private static final String SECRET = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  private static final String BODY = "{\"test\": 2432232314}";

  @Test
  void scenario_of_the_specification_is_signed_as_the_reference_signs_it() throws Exception {
    String ours = Signer.sign(List.of(Secret.parse(SECRET)), ID, 1614265330, BODY.getBytes(UTF_8));

    assertThat(ours).isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    assertThat(ours).isEqualTo(new Webhook(SECRET).sign(ID, 1614265330, BODY));
  }

  @RepeatedTest(50)
  void any_message_is_signed_as_the_reference_signs_it(RepetitionInfo repetition) throws Exception {
    Random random = new Random(repetition.getCurrentRepetition());
    Secret secret = Secret.generate(new SecureRandom());
    StringBuilder body = new StringBuilder();
    random.ints(random.nextInt(2000), 32, 0xd7ff).forEach(body::appendCodePoint);
    long timestamp = random.nextInt(Integer.MAX_VALUE);

    String ours = Signer.sign(List.of(secret), ID, timestamp, body.toString().getBytes(UTF_8));

    assertThat(ours).isEqualTo(new Webhook(secret.reveal()).sign(ID, timestamp, body.toString()));
  }

  @Test
  void every_secret_of_a_rotation_signs_with_a_space_between() {
    Secret old = Secret.generate(new SecureRandom());
    Secret fresh = Secret.generate(new SecureRandom());
    byte[] body = BODY.getBytes(UTF_8);

    assertThat(Signer.sign(List.of(fresh, old), ID, 1, body))
        .isEqualTo(
            Signer.sign(List.of(fresh), ID, 1, body)
                + " "
                + Signer.sign(List.of(old), ID, 1, body));
  }

  @ParameterizedTest
  @CsvSource({
    "msg_1, msg_1",
    "a.b, a%2Eb",
    "a%2Eb, a%252Eb",
    "01J8:x-y~z, 01J8:x-y~z",
    "é, %C3%A9",
    "'a b', a%20b",
    "'a\r\nx: y', a%0D%0Ax:%20y",
  })
  void id_is_written_without_a_dot_and_never_like_another(String id, String header) {
    assertThat(WebhookId.of(id)).isEqualTo(header);
  }
}
