// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.transport.kafka.KafkaLease.State;
import dev.redrive.transport.kafka.Lines.Bounds;
import dev.redrive.transport.kafka.Lines.Spot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class LinesTest {
  private static final int HELD_BACK_MAX = 100;
  private static final TopicPartition PARTITION = new TopicPartition("orders", 0);

  private final Holding holding = new Holding(PARTITION, Optional.of(OrderBy.KEY));
  private final Lines lines = new Lines(new Bounds(10, 100_000, HELD_BACK_MAX));

  private Content content(String key, long offset) {
    byte[] bytes = key.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    return new Content(new ConsumerRecord<>("orders", 0, offset, bytes, new byte[100]));
  }

  private KafkaLease inLog(String key, long offset) {
    return KafkaLease.inLog(holding, content(key, offset), key, 0, Instant.EPOCH);
  }

  private KafkaLease parked(String key, long offset) {
    return KafkaLease.parked(holding, content(key, offset), key, 0);
  }

  LinesTest() {
    lines.reached(Long.MAX_VALUE);
  }

  private KafkaLease stand(KafkaLease lease) {
    lines.stand(new Spot(lease, false));
    return lease;
  }

  @Test
  void first_of_each_key_is_first() {
    KafkaLease first = stand(inLog("a", 1));
    KafkaLease second = stand(inLog("a", 2));
    KafkaLease other = stand(inLog("b", 3));

    assertThat(lines.isFirst(first)).isTrue();
    assertThat(lines.isFirst(second)).isFalse();
    assertThat(lines.isFirst(other)).isTrue();
  }

  @Test
  void next_one_comes_when_the_first_leaves() {
    KafkaLease first = stand(inLog("a", 1));
    KafkaLease second = stand(inLog("a", 2));

    assertThat(lines.leave(first)).contains(second);
    assertThat(lines.leave(second)).isEmpty();
    assertThat(lines.leases()).isEmpty();
  }

  @Test
  void one_that_leaves_from_the_middle_lets_nobody_past() {
    stand(inLog("a", 1));
    KafkaLease second = stand(inLog("a", 2));
    stand(inLog("a", 3));

    assertThat(lines.leave(second)).isEmpty();
  }

  @Test
  void one_that_was_never_there_lets_nobody_past() {
    stand(inLog("a", 2));

    assertThat(lines.leave(inLog("a", 1))).isEmpty();
  }

  @Test
  void place_is_kept_when_a_message_is_parked() {
    stand(inLog("a", 1));
    KafkaLease second = stand(inLog("a", 2));
    KafkaLease first = stand(parked("a", 1));

    assertThat(lines.isFirst(first)).isTrue();
    assertThat(lines.isFirst(second)).isFalse();
    assertThat(lines.toPark("a")).containsExactly(second);
  }

  @Test
  void nobody_is_first_before_the_log_was_read_up_to_it() {
    Lines anew = new Lines(new Bounds(10, 100_000, HELD_BACK_MAX));
    KafkaLease fifth = parked("a", 5);
    KafkaLease other = parked("b", 6);
    KafkaLease dead = parked("c", 4);
    anew.stand(new Spot(fifth, false));
    anew.stand(new Spot(other, false));
    anew.stand(new Spot(dead, true));
    assertThat(anew.reached(3)).isEmpty();
    assertThat(anew.isFirst(fifth)).isFalse();

    KafkaLease third = inLog("a", 3);
    assertThat(anew.reached(4)).isEmpty();
    anew.stand(new Spot(third, false));
    assertThat(anew.isFirst(third)).isTrue();
    assertThat(anew.leave(third)).as("there may be a fourth").isEmpty();
    assertThat(anew.reached(7)).containsExactly(fifth, other);
    assertThat(anew.reached(8)).isEmpty();
  }

  @Test
  void one_that_was_replayed_ahead_waits_for_the_log() {
    Lines anew = new Lines(new Bounds(10, 100_000, HELD_BACK_MAX));
    anew.stand(new Spot(parked("a", 5), true));
    KafkaLease replayed = parked("a", 5);
    anew.stand(new Spot(replayed, false));

    assertThat(anew.isFirst(replayed)).isFalse();
    assertThat(anew.reached(6)).containsExactly(replayed);
  }

  @Test
  void dead_one_is_before_the_others_and_is_not_handed_over() {
    KafkaLease dead = parked("a", 1);
    lines.stand(new Spot(dead, true));
    KafkaLease second = stand(parked("a", 2));

    assertThat(lines.isFirst(second)).isFalse();
    assertThat(lines.waitingCount()).isOne();
    assertThat(lines.leave(dead)).contains(second);
  }

  @Test
  void next_one_that_is_on_its_way_is_not_handed_over() {
    KafkaLease first = stand(inLog("a", 1));
    KafkaLease second = stand(inLog("a", 2));
    second.state(State.SETTLING);

    assertThat(lines.leave(first)).isEmpty();
  }

  @Test
  void what_waits_behind_a_parked_one_is_parked() {
    stand(parked("a", 1));
    KafkaLease second = stand(inLog("a", 2));
    stand(inLog("b", 3));
    KafkaLease behind = stand(inLog("b", 4));

    assertThat(lines.isToPark(second)).isTrue();
    assertThat(lines.isToPark(behind)).isFalse();
  }

  @Test
  void what_comes_is_parked_when_many_wait() {
    for (int i = 0; i < 1_000; i++) {
      stand(inLog("first" + i, i));
    }
    List<KafkaLease> behind = new ArrayList<>();
    for (int i = 0; i <= HELD_BACK_MAX; i++) {
      KafkaLease lease = stand(inLog("first0", 1_000 + i));
      behind.add(lease);
      assertThat(lines.isToPark(lease)).isEqualTo(i == HELD_BACK_MAX);
    }
    lines.leave(behind.get(0));

    assertThat(lines.isToPark(stand(inLog("first1", 2_000)))).isTrue();
    lines.leave(behind.get(1));
    lines.leave(behind.get(2));
    assertThat(lines.isToPark(stand(inLog("first2", 2_001)))).isFalse();
  }

  @Test
  void it_is_full_until_there_is_some_room() {
    List<KafkaLease> waiting = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      assertThat(lines.isFull()).isFalse();
      waiting.add(stand(parked("a", i)));
    }
    assertThat(lines.isFull()).isTrue();
    lines.leave(waiting.get(9));
    assertThat(lines.isFull()).as("nine are as good as ten").isTrue();
    lines.leave(waiting.get(8));
    assertThat(lines.isFull()).isFalse();
  }

  @Test
  void it_is_full_when_the_messages_are_large() {
    Content large =
        new Content(new ConsumerRecord<>("orders", 0, 1, new byte[] {'a'}, new byte[100_000]));
    stand(KafkaLease.parked(holding, large, "a", 0));

    assertThat(lines.isFull()).isTrue();
  }

  @Test
  void what_is_wanted_of_one_that_dies_is_told_once() {
    Parked wanted = new Parked(1, Parked.State.REPLAYED, 0, content("a", 1));
    lines.expect(wanted);

    assertThat(lines.expected(2)).isEmpty();
    assertThat(lines.expected(1)).contains(wanted);
    assertThat(lines.expected(1)).isEmpty();
  }

  /** Beside a model that knows each line as a sorted list, and counts anew each time. */
  @Test
  void lives_of_lines_are_as_a_model_says() {
    for (long seed = 0; seed < 60; seed++) {
      live(seed);
    }
  }

  private void live(long seed) {
    Random random = new Random(seed);
    Lines real = new Lines(new Bounds(20, Long.MAX_VALUE / 1_000, HELD_BACK_MAX));
    real.reached(Long.MAX_VALUE);
    Map<String, TreeMap<Long, KafkaLease>> model = new TreeMap<>();
    for (int step = 0; step < 300; step++) {
      String key = "k" + random.nextInt(4);
      long offset = random.nextInt(60) * 4L + key.charAt(1) - '0';
      TreeMap<Long, KafkaLease> line = model.computeIfAbsent(key, name -> new TreeMap<>());
      String at = "seed " + seed + ", step " + step;
      KafkaLease there = line.get(offset);
      if (there == null || random.nextInt(3) == 0) {
        KafkaLease lease = random.nextBoolean() ? parked(key, offset) : inLog(key, offset);
        line.put(offset, lease);
        real.stand(new Spot(lease, false));
        assertThat(real.isFirst(lease)).as(at).isEqualTo(line.firstKey() == offset);
      } else {
        boolean wasFirst = line.firstKey() == offset;
        line.remove(offset);
        Optional<KafkaLease> next =
            Optional.of(line)
                .filter(rest -> wasFirst && !rest.isEmpty())
                .map(rest -> rest.firstEntry().getValue());
        assertThat(real.leave(there)).as(at).isEqualTo(next);
      }
      long inLogBehind =
          model.values().stream()
              .flatMap(standing -> standing.values().stream().skip(1))
              .filter(lease -> !lease.isParked())
              .count();
      long parkedCount =
          model.values().stream()
              .flatMap(standing -> standing.values().stream())
              .filter(KafkaLease::isParked)
              .count();
      assertThat(real.heldBack()).as(at).isEqualTo((int) inLogBehind);
      assertThat(real.waitingCount()).as(at).isEqualTo((int) parkedCount);
    }
  }
}
