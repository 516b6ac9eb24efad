// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.TransportException;
import dev.redrive.TransportState;
import dev.redrive.testkit.Poll;
import dev.redrive.testkit.VirtualTime;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Changes with bugs among changes without, all in one batch. */
class CommitterTest {
  private static final Duration BOUND = Duration.ofSeconds(30);

  @TempDir private Path root;
  private final RealThreads threads = new RealThreads();
  private final Health health = new Health(Runnable::run);
  private DataFolder folder;
  private Store store;
  private QueueState queue;
  private Committer committer;

  @BeforeEach
  void open() {
    folder = DataFolder.open(root.resolve("data"));
    store = Store.open(folder);
    queue = Catalog.fresh(new QueueRecord(1, Desk.spec()), state -> {});
    DiskSpace disk = new DiskSpace(folder, () -> Long.MAX_VALUE, () -> 0, 0);
    committer =
        new Committer(
            new Batch(store, new Sequence(store)),
            disk,
            health,
            threads.environment(new VirtualTime()),
            new PendingChanges(1 << 20),
            () -> {});
  }

  @AfterEach
  void close() {
    committer.close();
    store.close();
    folder.close();
    threads.close();
  }

  /** A step of a change that can be made to fail. */
  private enum Step {
    NONE,
    APPLY,
    COMMITTED,
    ANSWER,
    FAILED
  }

  /** Puts one message and counts it; fails in the middle of one of its steps. */
  private final class Probe implements Change {
    private final String name;
    private final Step broken;
    private final List<Step> steps = new CopyOnWriteArrayList<>();

    Probe(String name, Step broken) {
      this.name = name;
      this.broken = broken;
    }

    private void reach(Step step) {
      steps.add(step);
      if (broken == step || (broken == Step.FAILED && step == Step.APPLY)) {
        throw new IllegalStateException("a bug in " + name);
      }
    }

    @Override
    public int weight() {
      return 1;
    }

    @Override
    public boolean mustSync() {
      return true;
    }

    @Override
    public boolean isNew() {
      return false;
    }

    @Override
    public void apply(Batch batch) throws org.rocksdb.RocksDBException {
      batch.put(Family.META, key(name), new byte[] {1});
      batch.touch(queue).sent();
      MessageRecord message = new MessageRecord(name, "", 0, 0, 0, 0, Map.of(), new byte[0]);
      batch.insert(queue, message, message.encode(), 0);
      reach(Step.APPLY);
    }

    @Override
    public void committed() {
      reach(Step.COMMITTED);
    }

    @Override
    public void answer() {
      reach(Step.ANSWER);
    }

    @Override
    public void failed(TransportException cause) {
      reach(Step.FAILED);
    }
  }

  private static byte[] key(String name) {
    return name.getBytes(StandardCharsets.UTF_8);
  }

  private List<Probe> run(Step... broken) {
    List<Probe> probes = new ArrayList<>();
    for (Step step : broken) {
      Probe probe = new Probe("probe-" + probes.size(), step);
      probes.add(probe);
      committer.submit(probe);
    }
    // All wait before it is started, so that they are one batch.
    committer.start();
    Probe last = probes.get(probes.size() - 1);
    Poll.until("the last is answered", BOUND, () -> last.steps.contains(Step.ANSWER));
    return probes;
  }

  @Test
  void bug_in_one_change_fails_that_change_alone() {
    List<Probe> probes =
        run(Step.NONE, Step.APPLY, Step.FAILED, Step.COMMITTED, Step.ANSWER, Step.NONE);

    List<Step> whole = List.of(Step.APPLY, Step.COMMITTED, Step.ANSWER);
    List<Step> failed = List.of(Step.APPLY, Step.FAILED);
    assertThat(probes)
        .extracting(probe -> probe.steps)
        .containsExactly(whole, failed, failed, whole, whole, whole);
    assertThat(health.state()).isEqualTo(TransportState.UP);
    assertThat(probes)
        .extracting(probe -> store.get(Family.META, key(probe.name)).isPresent())
        .containsExactly(true, false, false, true, true, true);
  }

  @Test
  void change_that_failed_leaves_no_trace_in_counts_ids_and_places() {
    run(Step.APPLY, Step.NONE, Step.APPLY, Step.NONE);

    assertThat(queue.counts().sent()).isEqualTo(2);
    assertThat(queue.counts().live()).isEqualTo(2);
    byte[] key = Keys.meta("count/1");
    assertThat(CountRecord.decode(key, store.get(Family.META, key).orElseThrow()))
        .isEqualTo(queue.counts());
    assertThat(store.get(Family.IDS, Keys.id(1, "probe-0"))).isEmpty();
    assertThat(store.get(Family.IDS, Keys.id(1, "probe-1"))).isPresent();
  }

  @Test
  void sequence_numbers_stay_reserved_though_the_change_that_began_their_block_failed() {
    run(Step.APPLY, Step.NONE);

    Sequence afterRestart = new Sequence(store);
    long used = Keys.place(placeKeyOf("probe-1")).seq();
    assertThat(afterRestart.toCome()).isGreaterThan(used);
  }

  private byte[] placeKeyOf(String id) {
    byte[] key = Keys.id(1, id);
    Place place = PointerRecord.decode(key, store.get(Family.IDS, key).orElseThrow()).place();
    return Keys.place(1, place);
  }

  @Test
  void low_water_mark_that_a_failed_change_moved_is_back() {
    queue.low(new Place(Long.MAX_VALUE, 0));

    run(Step.APPLY, Step.NONE);

    byte[] key = Keys.meta("low/1");
    assertThat(store.get(Family.META, key)).isPresent();
  }
}
