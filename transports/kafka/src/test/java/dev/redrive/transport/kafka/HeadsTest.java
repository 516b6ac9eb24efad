// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HeadsTest {
  private static final Instant BEGIN = Instant.parse("2026-11-30T10:00:00Z");
  private static final Duration LONGEST = Duration.ofSeconds(1);
  private static final TopicPartition SHORT = new TopicPartition("short", 0);
  private static final TopicPartition LONG = new TopicPartition("long", 0);
  private static final int MEGABYTE = 1_024 * 1_024;

  private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");
  private final Heads heads =
      new Heads(consumer, topic -> Duration.ofSeconds(topic.equals("short") ? 1 : 60));

  @BeforeEach
  void assign() {
    consumer.updateBeginningOffsets(Map.of(SHORT, 0L, LONG, 0L));
    consumer.assign(List.of(SHORT, LONG));
  }

  @Test
  void record_is_due_when_its_hold_is_over_and_not_a_millisecond_before() {
    add(SHORT, 0, 10, BEGIN, BEGIN.plusMillis(500));

    assertThat(heads.due(BEGIN.plusMillis(999))).isEmpty();
    assertThat(offsets(heads.due(BEGIN.plusMillis(1_000)))).containsExactly(0L);
    assertThat(offsets(heads.due(BEGIN.plusMillis(1_500)))).containsExactly(1L);
    assertThat(heads.due(BEGIN.plusSeconds(100))).isEmpty();
  }

  @Test
  void partition_with_a_longer_hold_holds_up_no_other() {
    add(LONG, 0, 10, BEGIN);
    add(SHORT, 0, 10, BEGIN.plusSeconds(1));

    assertThat(heads.due(BEGIN.plusSeconds(2)))
        .extracting(ConsumerRecord::topic)
        .containsExactly("short");
  }

  @Test
  void consumer_waits_until_the_next_is_due_and_not_in_vain() {
    assertThat(heads.patience(BEGIN, LONGEST)).isEqualTo(LONGEST);
    add(LONG, 0, 10, BEGIN);
    assertThat(heads.patience(BEGIN, LONGEST)).isEqualTo(LONGEST);
    add(SHORT, 0, 10, BEGIN);
    Instant before = BEGIN.plusMillis(900).plusNanos(1);

    Duration patience = heads.patience(before, LONGEST);

    assertThat(patience).isBetween(Duration.ofMillis(99), Duration.ofMillis(101));
    assertThat(heads.due(before.plusMillis(patience.toMillis()))).hasSize(1);
    assertThat(heads.patience(BEGIN.plusSeconds(200), LONGEST)).isZero();
  }

  @Test
  void partition_with_enough_is_paused_until_half_of_it_is_gone() {
    add(SHORT, 0, 10, IntStream.range(0, 500).mapToObj(BEGIN::plusMillis).toArray(Instant[]::new));
    heads.bound(BEGIN);
    assertThat(consumer.paused()).containsExactly(SHORT);

    heads.due(BEGIN.plusMillis(1_248));
    heads.bound(BEGIN.plusMillis(1_248));
    assertThat(consumer.paused()).containsExactly(SHORT);

    heads.due(BEGIN.plusMillis(1_249));
    heads.bound(BEGIN.plusMillis(1_249));
    assertThat(consumer.paused()).isEmpty();
  }

  @Test
  void what_is_too_large_in_all_is_given_up_from_the_end_and_read_again_when_it_is_due() {
    add(SHORT, 0, 7 * MEGABYTE, BEGIN, BEGIN.plusMillis(1), BEGIN.plusMillis(2));

    heads.bound(BEGIN);

    assertThat(consumer.paused()).containsExactly(SHORT);
    assertThat(consumer.position(SHORT)).isEqualTo(2);
    assertThat(offsets(heads.due(BEGIN.plusMillis(1_001)))).containsExactly(0L, 1L);
    heads.bound(BEGIN.plusMillis(1_001));
    assertThat(consumer.paused()).as("not due, and it would be given up again").isNotEmpty();
    assertThat(heads.patience(BEGIN.plusMillis(1_001), LONGEST)).isLessThan(LONGEST);
    heads.bound(BEGIN.plusMillis(1_002));
    assertThat(consumer.paused()).isEmpty();
  }

  @Test
  void record_that_is_too_large_alone_is_moved_when_it_is_due() {
    add(SHORT, 0, 17 * MEGABYTE, BEGIN);
    heads.bound(BEGIN);
    assertThat(consumer.paused()).containsExactly(SHORT);
    assertThat(consumer.position(SHORT)).isZero();

    Instant due = BEGIN.plusSeconds(1);
    heads.bound(due);
    assertThat(consumer.paused()).isEmpty();
    add(SHORT, 0, 17 * MEGABYTE, BEGIN);

    assertThat(offsets(heads.due(due))).containsExactly(0L);
    heads.bound(due);
    assertThat(consumer.paused()).isEmpty();
  }

  @Test
  void batches_are_bounded_and_lose_nothing() {
    add(SHORT, 0, MEGABYTE, IntStream.range(0, 20).mapToObj(i -> BEGIN).toArray(Instant[]::new));
    Instant due = BEGIN.plusSeconds(1);

    assertThat(offsets(heads.due(due))).startsWith(0L).hasSizeBetween(8, 9);
    assertThat(offsets(heads.due(due))).startsWith(8L);
    assertThat(offsets(heads.due(due))).endsWith(19L);
  }

  @Test
  void partition_that_another_process_has_is_forgotten() {
    add(SHORT, 0, 10, BEGIN);
    add(LONG, 0, 10, BEGIN);

    heads.onPartitionsRevoked(List.of(SHORT));
    assertThat(heads.due(BEGIN.plusSeconds(100)))
        .extracting(ConsumerRecord::topic)
        .containsExactly("long");

    add(LONG, 1, 10, BEGIN);
    heads.onPartitionsLost(List.of(LONG));
    assertThat(heads.due(BEGIN.plusSeconds(100))).isEmpty();
  }

  @Test
  void after_a_failure_all_is_read_again_that_is_not_committed() {
    consumer.commitSync(Map.of(SHORT, new OffsetAndMetadata(3)));
    add(SHORT, 3, 17 * MEGABYTE, BEGIN, BEGIN);
    add(LONG, 0, 10, BEGIN);
    heads.due(BEGIN.plusSeconds(1));
    consumer.seek(LONG, 1);
    heads.bound(BEGIN);

    heads.rewind();

    assertThat(consumer.position(SHORT)).isEqualTo(3);
    assertThat(consumer.position(LONG)).isZero();
    assertThat(consumer.paused()).isEmpty();
    assertThat(heads.due(BEGIN.plusSeconds(100))).isEmpty();
  }

  /** Records that were appended at these times, with so many bytes each. */
  private void add(TopicPartition partition, long offset, int size, Instant... appended) {
    List<ConsumerRecord<byte[], byte[]>> records =
        IntStream.range(0, appended.length)
            .mapToObj(
                i ->
                    new ConsumerRecord<>(
                        partition.topic(),
                        partition.partition(),
                        offset + i,
                        appended[i].toEpochMilli(),
                        TimestampType.LOG_APPEND_TIME,
                        0,
                        size,
                        new byte[0],
                        new byte[0],
                        new RecordHeaders(),
                        Optional.empty()))
            .toList();
    heads.add(new ConsumerRecords<>(Map.of(partition, records), Map.of()));
  }

  private static List<Long> offsets(List<ConsumerRecord<byte[], byte[]>> records) {
    return records.stream().map(ConsumerRecord::offset).toList();
  }
}
