// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.MessageState;
import dev.redrive.MessageStatus;
import dev.redrive.spi.InMessage;
import dev.redrive.spi.Lease;
import dev.redrive.spi.Sink;
import dev.redrive.testkit.VirtualTime;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;

/**
 * Marks of attempts and the ends of leases, which race: a crash counts an attempt that had begun
 * under a lease that still holds, and no other.
 */
class MarkTest implements Taker {
  private static final long NOW = 1_000_000;
  private static final long LEASE = 1_000;

  @TempDir private Path root;
  private DataFolder folder;
  private Store store;
  private Sequence sequence;
  private Batch batch;
  private QueueState queue;

  @BeforeEach
  void open() {
    folder = DataFolder.open(root.resolve("data"));
    store = Store.open(folder);
    sequence = new Sequence(store);
    batch = new Batch(store, sequence);
    queue = Catalog.fresh(new QueueRecord(1, Desk.spec()), state -> {});
    queue.leases().subscribe(this);
  }

  @AfterEach
  void close() {
    batch.close();
    store.close();
    folder.close();
  }

  @Override
  public long leaseNanos() {
    return LEASE;
  }

  @Override
  public Sink sink() {
    return messages -> {};
  }

  private EmbeddedLease leased() throws RocksDBException {
    MessageRecord message = new MessageRecord("m", "", 0, 0, 0, 0, Map.of(), new byte[0]);
    batch.begin(NOW);
    batch.touch(queue).sent();
    Place place = batch.insert(queue, message, message.encode(), Times.AT_ONCE);
    batch.write(true);
    batch.end();
    queue.leases().request(this, 1);
    Reading reading = queue.beginReading(NOW, sequence.toCome(), 1).orElseThrow();
    queue.endReading(List.of(new Found(place, message)), reading.bound(), Long.MAX_VALUE);
    return queue.handOver(NOW, 0, 1).orElseThrow().leases().get(0);
  }

  private void commit(Change change) throws RocksDBException {
    batch.begin(NOW);
    batch.apply(change);
    batch.write(change.mustSync());
    batch.end();
    change.committed();
    change.answer();
  }

  private boolean isMarked(EmbeddedLease lease) {
    return store.get(Family.RUNNING, Keys.running(1, lease.place().seq())).isPresent();
  }

  @Test
  void mark_that_comes_after_its_lease_was_lost_is_not_written() throws RocksDBException {
    EmbeddedLease lease = leased();
    MarkChange begin = MarkChange.begin(queue, List.of(lease));

    commit(MarkChange.takeBack(queue, queue.expire(LEASE)));
    commit(begin);

    assertThat(isMarked(lease)).isFalse();
    assertThat(begin.result()).isCompletedWithValue(Set.of());
  }

  @Test
  void mark_that_comes_after_its_taker_was_closed_is_not_written() throws RocksDBException {
    EmbeddedLease lease = leased();
    MarkChange begin = MarkChange.begin(queue, List.of(lease));

    List<EmbeddedLease> seized = queue.leases().seize(this);
    commit(begin);
    queue.leases().giveBack(seized);

    assertThat(isMarked(lease)).isFalse();
    assertThat(begin.result()).isCompletedWithValue(Set.of());
  }

  @Test
  void mark_of_a_lease_that_is_lost_later_is_taken_back() throws RocksDBException {
    EmbeddedLease lease = leased();
    MarkChange begin = MarkChange.begin(queue, List.of(lease));

    commit(begin);
    assertThat(isMarked(lease)).isTrue();
    assertThat(begin.result()).isCompletedWithValue(Set.of(lease));
    commit(MarkChange.takeBack(queue, queue.expire(LEASE)));

    assertThat(isMarked(lease)).isFalse();
  }

  @Test
  void mark_of_a_settlement_under_way_is_removed_by_it() throws RocksDBException {
    EmbeddedLease lease = leased();
    MarkChange begin = MarkChange.begin(queue, List.of(lease));
    assertThat(queue.leases().beginSettling(lease)).isTrue();

    commit(begin);
    commit(new SettleChange(queue, List.of(new SettleChange.End(lease, MessageState.SUCCEEDED))));

    assertThat(isMarked(lease)).isFalse();
  }

  @Test
  void attempts_that_begin_while_their_leases_end_count_none_after_a_crash() throws Exception {
    Path live = root.resolve("live");
    Path crashed = root.resolve("crashed");
    VirtualTime time = new VirtualTime();
    ExecutorService other = Executors.newSingleThreadExecutor();
    try (Desk desk = Desk.open(live, time)) {
      for (int i = 0; i < 40; i++) {
        desk.send("m" + i);
        InMessage message = desk.next();
        List<Lease> lease = List.of(message.lease());
        Future<?> begun = other.submit(() -> desk.subscription().begin(lease));
        desk.advance(Duration.ofMinutes(11));
        begun.get();
      }
      desk.advance(Duration.ofMinutes(11));
      Folders.copyAsKilled(live, crashed);
    } finally {
      other.shutdown();
    }
    try (Desk desk = Desk.open(crashed, time)) {
      for (int i = 0; i < 40; i++) {
        assertThat(desk.find("m" + i)).map(MessageStatus::attempts).contains(0);
      }
    }
  }
}
