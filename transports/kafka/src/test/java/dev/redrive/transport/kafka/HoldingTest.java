// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.transport.kafka.Lines.Bounds;
import dev.redrive.transport.kafka.Lines.Spot;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class HoldingTest {
  private static final TopicPartition PARTITION = new TopicPartition("orders", 0);
  private static final Instant NOW = Instant.EPOCH;

  private final Holding holding = new Holding(PARTITION, Optional.of(OrderBy.KEY));
  private final Lines lines = new Lines(new Bounds(1, 100_000, 100));

  private static ConsumerRecord<byte[], byte[]> record(long offset) {
    return new ConsumerRecord<>("orders", 0, offset, new byte[] {'k'}, new byte[10]);
  }

  @Test
  void nothing_is_taken_before_it_is_known_what_is_parked() {
    holding.load(Progress.start(0, "", 1, 4_096), 0);
    assertThat(holding.isKnown()).isTrue();
    assertThat(holding.isLoaded()).isFalse();

    holding.load(lines);
    assertThat(holding.isLoaded()).isTrue();
  }

  @Test
  void nothing_is_taken_while_too_much_is_parked() {
    holding.load(Progress.start(0, "", 1, 4_096), 0);
    holding.load(lines);
    holding.polled(List.of(record(0), record(1)), 2);
    KafkaLease first = holding.take(NOW).orElseThrow();
    KafkaLease parked = KafkaLease.parked(holding, first.content(), "k", 0);
    assertThat(holding.arrived()).isEmpty();
    lines.stand(new Spot(parked, false));

    assertThat(holding.take(NOW)).isEmpty();
    assertThat(holding.hasBacklog()).isTrue();
    lines.leave(parked);
    assertThat(holding.take(NOW)).map(KafkaLease::offset).contains(1L);
  }

  @Test
  void log_is_read_up_to_what_is_parked_however_much_that_is() {
    holding.load(Progress.start(0, "", 1, 4_096), 0);
    for (int i = 0; i < 3; i++) {
      KafkaLease parked = KafkaLease.parked(holding, new Content(record(2 + i)), "k", 0);
      lines.stand(new Spot(parked, false));
    }
    holding.load(lines);
    holding.polled(List.of(record(0), record(1)), 5);
    assertThat(lines.isFull()).isTrue();

    assertThat(holding.take(NOW)).map(KafkaLease::offset).contains(0L);
    assertThat(holding.take(NOW)).map(KafkaLease::offset).contains(1L);
  }

  @Test
  void what_is_parked_is_not_taken_from_the_log_again() {
    holding.load(Progress.start(0, "", 1, 4_096), 0);
    KafkaLease parked = KafkaLease.parked(holding, new Content(record(0)), "k", 0);
    lines.stand(new Spot(parked, false));
    holding.load(lines);
    holding.polled(List.of(record(0), record(1)), 2);

    assertThat(holding.take(NOW)).map(KafkaLease::offset).contains(1L);
    assertThat(holding.arrived()).containsExactly(parked);
  }

  @Test
  void all_that_stand_in_line_are_lost_with_the_partition() {
    holding.load(Progress.start(0, "", 1, 4_096), 0);
    holding.load(lines);
    KafkaLease parked = KafkaLease.parked(holding, new Content(record(0)), "k", 0);
    lines.stand(new Spot(parked, false));
    KafkaLease again = holding.takeAgain(parked);

    assertThat(holding.forget()).contains(again);
    assertThat(again.state()).isEqualTo(KafkaLease.State.GONE);
    assertThat(holding.isLoaded()).isFalse();
  }
}
