// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.Channel;
import dev.redrive.DeadLetter;
import dev.redrive.Settled;
import dev.redrive.retry.Reason;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.Settlement;
import dev.redrive.spi.Subscription;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Messages of another publisher whose headers leave little room in a frame, or none. */
class FullHeadersTest {
  private static final Map<String, String> TOLD =
      Map.of("redrive-history", "h".repeat(2_000), "redrive-last-failure", "f".repeat(500));

  private Broker broker;
  private Channel channel;

  @BeforeEach
  void open() throws Exception {
    broker = new Broker(Broker.config());
    channel = broker.channel();
  }

  @AfterEach
  void close() throws Exception {
    broker.close();
  }

  /** Publishes a message with so much room in its frame, and takes it. */
  private InMessage full(String queue, int room, Subscription subscription) throws Exception {
    String big = "x".repeat(channel.getConnection().getFrameMax() - room);
    channel.basicPublish("", queue, Broker.properties(Map.of("big", big)), "body".getBytes(UTF_8));
    return broker.next(subscription);
  }

  private Settlement retry(InMessage message) {
    return new Settlement.Retry(message.lease(), broker.now(), TOLD);
  }

  private static Settled settle(Subscription subscription, Settlement settlement) {
    return Broker.await(subscription.settle(List.of(settlement))).get(0);
  }

  private void nothingComesBut(String queue, Subscription subscription) {
    broker.send(queue, "small", Duration.ZERO);
    assertThat(broker.next(subscription).id()).isEqualTo("small");
  }

  @Test
  void retry_without_room_for_what_is_only_told_is_made_without_it() throws Exception {
    broker.provision("full-retry");
    Subscription subscription = broker.subscribe("full-retry");
    InMessage first = full("full-retry", 600, subscription);

    assertThat(settle(subscription, retry(first))).isEqualTo(Settled.DONE);

    InMessage second = broker.next(subscription);
    assertThat(second.id()).isEqualTo(first.id());
    assertThat(second.attempt()).isEqualTo(2);
    assertThat(second.body()).isEqualTo(first.body());
    assertThat(second.headers()).isEqualTo(first.headers());
  }

  @Test
  void death_without_room_for_the_whole_failure_tells_of_as_much_as_fits() throws Exception {
    broker.provision("full-death");
    Subscription subscription = broker.subscribe("full-death");
    InMessage message = full("full-death", 900, subscription);

    Settlement dead =
        new Settlement.Dead(
            message.lease(), Reason.REJECTED, "why: " + "y".repeat(5_000), "kind", 1, TOLD);
    assertThat(settle(subscription, dead)).isEqualTo(Settled.DONE);

    DeadLetter letter = broker.letter("full-death");
    assertThat(letter.reason()).isEqualTo(Reason.REJECTED);
    assertThat(letter.fingerprint()).isEqualTo("kind");
    assertThat(letter.failure()).startsWith("why: yyyy").hasSizeBetween(100, 900);
    assertThat(letter.headers()).isEqualTo(message.headers());
  }

  @Test
  void message_that_cannot_even_be_counted_goes_to_the_dead_letters_as_it_came() throws Exception {
    broker.provision("full-no-retry");
    Subscription subscription = broker.subscribe("full-no-retry");
    InMessage first = full("full-no-retry", 60, subscription);

    assertThat(settle(subscription, retry(first)))
        .as("not what was asked")
        .isEqualTo(Settled.UNKNOWN);

    DeadLetter letter = broker.letter("full-no-retry");
    assertThat(letter.headers()).isEqualTo(first.headers());
    assertThat(letter.body()).isEqualTo(first.body());
    nothingComesBut("full-no-retry", subscription);
    assertThat(broker.replay("full-no-retry")).isEqualTo(1);
    InMessage replayed = broker.next(subscription);
    assertThat(replayed.body()).isEqualTo(first.body());

    Settlement dead = new Settlement.Dead(replayed.lease(), Reason.REJECTED, "no", "kind", 1, TOLD);
    assertThat(settle(subscription, dead)).isEqualTo(Settled.DONE);
    assertThat(broker.letter("full-no-retry").body()).isEqualTo(first.body());
    nothingComesBut("full-no-retry", subscription);
  }

  @Test
  void what_the_broker_takes_no_copy_of_is_given_back_and_holds_up_nobody() throws Exception {
    broker.provision("full-no-grave");
    Subscription subscription = broker.subscribe("full-no-grave");
    InMessage message = full("full-no-grave", 60, subscription);
    channel.queueDelete("contract.full-no-grave.dead");

    assertThat(settle(subscription, retry(message))).isEqualTo(Settled.UNKNOWN);

    nothingComesBut("full-no-grave", subscription);
    assertThat(broker.next(subscription).body()).isEqualTo(message.body());
  }
}
