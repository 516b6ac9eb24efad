// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RouteTest {
  private static final Instant NOW = Instant.parse("2026-11-30T10:00:00Z");
  private static final Names NAMES = new Names("redrive", Optional.empty());

  private final Route route = new Route(NAMES);

  @Test
  void what_is_due_before_long_goes_to_its_queue() {
    ProducerRecord<byte[], byte[]> record = record(3);

    assertThat(route.enter(record, NOW.plusMillis(1_999), NOW)).isSameAs(record);
    assertThat(route.enter(record, NOW.minusSeconds(5), NOW)).isSameAs(record);
  }

  @Test
  void delayed_message_enters_at_the_longest_hold_of_its_stay() {
    ProducerRecord<byte[], byte[]> entered = route.enter(record(3), NOW.plusSeconds(10), NOW);

    assertThat(entered.topic()).isEqualTo("redrive.hold.03");
    assertThat(entered.partition()).isNull();
    assertThat(Wire.text(entered.headers(), Wire.QUEUE)).isEqualTo("orders");
    assertThat(Wire.text(entered.headers(), Wire.PARTITION)).isEqualTo("3");
    assertThat(Wire.time(entered.headers(), Wire.HOLD_UNTIL)).contains(NOW.plusSeconds(9));
  }

  @Test
  void message_comes_back_as_it_was_byte_for_byte() {
    ProducerRecord<byte[], byte[]> sent = record(3);
    ProducerRecord<byte[], byte[]> entered = route.enter(sent, NOW.plusSeconds(10), NOW);
    ProducerRecord<byte[], byte[]> lower = route.down(held(entered), NOW.plusSeconds(8)).get();
    ProducerRecord<byte[], byte[]> back = Route.leave(held(lower), 4);

    assertThat(lower.topic()).isEqualTo("redrive.hold.00");
    assertThat(back.topic()).isEqualTo("orders");
    assertThat(back.partition()).isEqualTo(3);
    assertThat(back.key()).isEqualTo(sent.key());
    assertThat(back.value()).isEqualTo(sent.value());
    Headers withoutPlace = Wire.copy(back.headers());
    withoutPlace.remove(Wire.PARTITION);
    assertThat(withoutPlace).isEqualTo(sent.headers());
  }

  @Test
  void message_without_a_partition_or_with_one_that_is_no_more_goes_where_its_key_says() {
    ConsumerRecord<byte[], byte[]> third = held(route.enter(record(3), NOW.plusSeconds(10), NOW));
    assertThat(Route.leave(third, 3).partition()).isNull();

    ConsumerRecord<byte[], byte[]> any = held(route.enter(record(null), NOW.plusSeconds(10), NOW));
    assertThat(Route.partition(any)).isEmpty();
    assertThat(Route.leave(any, 3).partition()).isNull();
  }

  @Test
  void earlier_place_of_a_message_that_may_go_anywhere_is_forgotten() {
    ProducerRecord<byte[], byte[]> record = record(null);
    Wire.put(record.headers(), Wire.PARTITION, "7");

    assertThat(Route.partition(held(route.enter(record, NOW.plusSeconds(10), NOW)))).isEmpty();
  }

  @Test
  void malformed_partition_is_none() {
    ProducerRecord<byte[], byte[]> entered = route.enter(record(3), NOW.plusSeconds(10), NOW);
    for (String malformed : new String[] {"-1", "three", "", "99999999999"}) {
      Wire.put(entered.headers(), Wire.PARTITION, malformed);

      assertThat(Route.leave(held(entered), 4).partition()).as(malformed).isNull();
    }
  }

  @Test
  void levels_go_down_whatever_the_clocks_say() {
    ProducerRecord<byte[], byte[]> entered = route.enter(record(3), NOW.plusSeconds(10), NOW);

    assertThat(route.down(held(entered), NOW.minus(Duration.ofDays(3))).get().topic())
        .isEqualTo("redrive.hold.02");
    assertThat(route.down(held(entered), NOW.plus(Duration.ofDays(3)))).isEmpty();
  }

  @Test
  void message_that_does_not_say_how_long_it_is_held_leaves() {
    ProducerRecord<byte[], byte[]> entered = route.enter(record(3), NOW.plusSeconds(10), NOW);
    entered.headers().remove(Wire.HOLD_UNTIL);

    assertThat(route.down(held(entered), NOW)).isEmpty();
  }

  @Test
  void message_that_waits_for_its_queue_or_has_none_keeps_what_it_says() {
    ConsumerRecord<byte[], byte[]> held = held(route.enter(record(3), NOW.plusSeconds(10), NOW));

    assertThat(Stream.of(route.await(held), route.lose(held)))
        .allSatisfy(
            moved -> {
              assertThat(moved.headers()).isEqualTo(held.headers());
              assertThat(moved.key()).isEqualTo(held.key());
              assertThat(moved.value()).isEqualTo(held.value());
            });
    assertThat(NAMES.holds()).contains(route.await(held).topic());
    assertThat(route.lose(held).topic()).isEqualTo("redrive.lost");
  }

  private static ProducerRecord<byte[], byte[]> record(@Nullable Integer partition) {
    Headers headers = new RecordHeaders();
    headers.add("colour", "red".getBytes(UTF_8));
    headers.add("colour", "blue".getBytes(UTF_8));
    headers.add("none", null);
    return new ProducerRecord<>(
        "orders", partition, null, new byte[] {1, -1}, new byte[] {0, -128, 127}, headers);
  }

  /** The record as a consumer gets it. */
  private static ConsumerRecord<byte[], byte[]> held(ProducerRecord<byte[], byte[]> sent) {
    return new ConsumerRecord<>(
        sent.topic(),
        0,
        0,
        NOW.toEpochMilli(),
        TimestampType.LOG_APPEND_TIME,
        2,
        3,
        sent.key(),
        sent.value(),
        sent.headers(),
        Optional.empty());
  }
}
