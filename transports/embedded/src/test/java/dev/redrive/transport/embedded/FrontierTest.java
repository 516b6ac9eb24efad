// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.spi.QueueSpec;
import dev.redrive.spi.Sink;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Runs commits, readings, hand-overs, settlements and clock changes in random order, with each
 * commit and each reading cut into its steps, over a store that is a map.
 */
class FrontierTest {
  private static final int SEEDS = 3_000;
  private static final int STEPS = 400;
  private static final long HOUR = 3_600_000;
  private static final long LATE_MAX = Frontier.STEP_MILLIS_MAX;

  @Test
  void every_message_is_read_once_and_never_early_whatever_the_clock_does() {
    for (int seed = 0; seed < SEEDS; seed++) {
      new Run(seed).play();
    }
  }

  private static final class Run implements Taker {
    private final int seed;
    private final Random random;
    private final TreeMap<Place, String> store = new TreeMap<>();
    private final QueueState queue;
    private final Leases leases;
    private final Map<String, Integer> sent = new HashMap<>();
    private final Set<String> ended = new HashSet<>();
    private final List<EmbeddedLease> held = new ArrayList<>();
    private final List<Place> reserved = new ArrayList<>();

    private long now = 10 * HOUR;
    // Only ever goes on, whatever the clock does.
    private long nanoTime;
    private long seq = 1;

    private final TreeMap<Place, String> batch = new TreeMap<>();
    private final List<EmbeddedLease> settled = new ArrayList<>();
    private boolean isCommitting;
    private long begun;
    private long stamp;

    private Optional<Reading> reading = Optional.empty();
    private TreeMap<Place, String> seen = new TreeMap<>();

    Run(int seed) {
      this.seed = seed;
      this.random = new Random(seed);
      QueueSpec spec = new QueueSpec("q", false, OptionalLong.empty(), Duration.ofHours(1));
      this.queue = Catalog.fresh(new QueueRecord(1, spec), state -> {});
      this.leases = queue.leases();
      leases.subscribe(this);
    }

    @Override
    public long leaseNanos() {
      return 1L + random.nextInt(5_000);
    }

    @Override
    public Sink sink() {
      return messages -> {};
    }

    void play() {
      for (int i = 0; i < STEPS; i++) {
        step();
      }
      finish();
    }

    private void step() {
      switch (random.nextInt(12)) {
        case 0 -> begin();
        case 1, 2 -> put("m" + sent.size(), due());
        case 3 -> commit();
        case 4 -> beginReading();
        case 5 -> endReading();
        case 6 -> handOver();
        case 7 -> settle();
        case 8 -> calm();
        case 9 -> reserve();
        case 10 -> unreserve();
        default -> moveClock();
      }
    }

    private long due() {
      return switch (random.nextInt(3)) {
        case 0 -> now + random.nextInt(50);
        case 1 -> now + random.nextInt((int) HOUR);
        default -> Times.AT_ONCE;
      };
    }

    private void begin() {
      if (!isCommitting) {
        isCommitting = true;
        begun = now;
        stamp = queue.beginBatch(now, seq);
      }
    }

    private void put(String id, long due) {
      if (isCommitting) {
        Place place = new Place(Math.max(due, stamp), seq++);
        assertThat(stamp).as("not late, seed %s", seed).isLessThanOrEqualTo(begun + LATE_MAX);
        batch.put(place, id);
        queue.inserted(place.time());
        sent.merge(id, 0, Integer::sum);
      }
    }

    private void settle() {
      if (!isCommitting || held.isEmpty()) {
        return;
      }
      EmbeddedLease lease = held.remove(random.nextInt(held.size()));
      if (leases.beginSettling(lease)) {
        settled.add(lease);
        if (random.nextInt(3) == 0) {
          put(lease.message().id(), due());
        }
      }
    }

    private void commit() {
      if (isCommitting) {
        settled.forEach(lease -> store.remove(lease.place()));
        store.putAll(batch);
        queue.endBatch();
        for (EmbeddedLease lease : settled) {
          leases.settled(lease);
          if (!batch.containsValue(lease.message().id())) {
            assertThat(ended.add(lease.message().id())).as("ended once, seed %s", seed).isTrue();
          }
        }
        batch.clear();
        settled.clear();
        isCommitting = false;
      }
    }

    private void beginReading() {
      if (reading.isEmpty()) {
        reading = queue.beginReading(now, seq, 3);
        seen = new TreeMap<>(store);
      }
    }

    private void endReading() {
      if (reading.isEmpty()) {
        return;
      }
      List<Found> found = new ArrayList<>();
      Place end = reading.get().bound();
      long nextDue = Long.MAX_VALUE;
      for (Map.Entry<Place, String> each : seen.tailMap(reading.get().from()).entrySet()) {
        Place place = each.getKey();
        if (!place.isBefore(end) || found.size() == 3) {
          end = found.size() == 3 ? Place.min(end, place) : end;
          nextDue = place.time();
          break;
        }
        found.add(new Found(place, message(each.getValue())));
      }
      queue.endReading(found, end, nextDue);
      reading = Optional.empty();
    }

    private static MessageRecord message(String id) {
      return new MessageRecord(id, "", 0, 0, 0, 0, Map.of(), new byte[0]);
    }

    private void handOver() {
      queue.expire(nanoTime);
      leases.request(this, 1 + random.nextInt(3));
      Optional<HandOver> next = queue.handOver(now, nanoTime, 10);
      next.ifPresent(handOver -> handOver.leases().forEach(this::take));
    }

    private void take(EmbeddedLease lease) {
      assertThat(lease.place().time()).as("not early, seed %s", seed).isLessThanOrEqualTo(now);
      assertThat(store).as("is there, seed %s", seed).containsKey(lease.place());
      assertThat(reserved).as("is free, seed %s", seed).doesNotContain(lease.place());
      assertThat(ended).as("had not ended, seed %s", seed).doesNotContain(lease.message().id());
      held.add(lease);
    }

    private void reserve() {
      if (!store.isEmpty()) {
        Place place = store.keySet().stream().toList().get(random.nextInt(store.size()));
        if (queue.reserve(place)) {
          reserved.add(place);
        }
      }
    }

    private void unreserve() {
      reserved.forEach(queue::unreserve);
      reserved.clear();
    }

    /** When nothing is under way any more, somebody has all that is due. */
    private void calm() {
      unreserve();
      commit();
      endReading();
      for (int i = 0; i < 2 + store.size(); i++) {
        beginReading();
        endReading();
        handOver();
      }
      for (Place place : store.headMap(new Place(now + 1, 0)).keySet()) {
        assertThat(queue.isLeased(place)).as("not left, seed %s, %s", seed, place).isTrue();
      }
    }

    private void moveClock() {
      nanoTime += random.nextInt(1_000);
      switch (random.nextInt(8)) {
        case 0 -> now -= random.nextInt((int) HOUR);
        case 1 -> now += random.nextInt((int) HOUR);
        case 2 -> now -= random.nextInt(1_500);
        default -> now += random.nextInt(20);
      }
    }

    /** Everything sent must come, and nothing else. */
    private void finish() {
      unreserve();
      commit();
      endReading();
      now += 24 * HOUR;
      nanoTime += HOUR;
      int idle = 0;
      while (idle < 3) {
        int before = ended.size();
        begin();
        queue.expire(nanoTime);
        while (!held.isEmpty()) {
          EmbeddedLease lease = held.remove(0);
          if (leases.beginSettling(lease)) {
            settled.add(lease);
          }
        }
        commit();
        beginReading();
        endReading();
        handOver();
        idle = ended.size() == before && held.isEmpty() ? idle + 1 : 0;
      }
      assertThat(ended).as("all came, seed %s", seed).isEqualTo(sent.keySet());
      assertThat(store).as("seed %s", seed).isEmpty();
    }
  }
}
