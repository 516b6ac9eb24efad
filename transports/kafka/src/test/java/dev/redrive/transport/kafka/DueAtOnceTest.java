// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.spi.InMessage;
import dev.redrive.spi.OutMessage;
import dev.redrive.spi.WireHeaders;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Records that do not say when they are due. */
@Timeout(60)
class DueAtOnceTest {
  private static final Instant NOW = Instant.parse("2030-01-01T00:00:00.123Z");

  @Test
  void record_whose_time_is_in_the_future_is_handed_over_at_once() {
    try (QueueScene scene = new QueueScene(0)) {
      Instant now = scene.time().instant();

      scene.send(now.plus(Duration.ofHours(1)), "ahead");
      scene.send(now.minus(Duration.ofHours(1)), "behind");

      assertThat(scene.handedOver()).containsExactly("ahead", "behind");
      InMessage ahead = scene.message("ahead");
      assertThat(ahead.dueAt()).isEqualTo(now);
      assertThat(ahead.firstSeen()).isEqualTo(now.plus(Duration.ofHours(1)));
      assertThat(scene.message("behind").dueAt()).isEqualTo(now.minus(Duration.ofHours(1)));
    }
  }

  @Test
  void message_that_is_due_when_it_is_sent_has_the_time_of_its_record_alone() {
    ProducerRecord<byte[], byte[]> record = Content.sent("queue", message(NOW), NOW);

    assertThat(record.headers()).extracting(Header::key).containsExactly("of", WireHeaders.ID);
    assertThat(record.timestamp()).isEqualTo(NOW.toEpochMilli());
  }

  @Test
  void message_that_was_due_long_before_it_is_sent_says_so() {
    ProducerRecord<byte[], byte[]> record =
        Content.sent("queue", message(NOW.minusSeconds(60)), NOW);

    assertThat(Wire.text(record.headers(), WireHeaders.DUE_AT))
        .isEqualTo("2029-12-31T23:59:00.123Z");
    assertThat(Wire.text(record.headers(), WireHeaders.FIRST_SEEN))
        .isEqualTo("2030-01-01T00:00:00.123Z");
  }

  @Test
  void message_that_is_due_later_says_when_and_when_it_was_sent() {
    Instant due = NOW.plusNanos(1);

    ProducerRecord<byte[], byte[]> record = Content.sent("queue", message(due), NOW);

    assertThat(Wire.text(record.headers(), WireHeaders.DUE_AT))
        .isEqualTo("2030-01-01T00:00:00.124Z");
    assertThat(Wire.text(record.headers(), WireHeaders.FIRST_SEEN))
        .isEqualTo("2030-01-01T00:00:00.123Z");
  }

  private static OutMessage message(Instant due) {
    return new OutMessage("id", false, "", due, Map.of("of", "the sender"), "body".getBytes(UTF_8));
  }
}
