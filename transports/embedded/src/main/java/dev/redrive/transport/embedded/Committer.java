// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.TransportException;
import dev.redrive.spi.Environment;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The only writer. All changes that gathered while the last batch was on its way to the disk are
 * the next batch: one write and one sync for all of them. Nobody waits for a batch to fill up.
 *
 * <p>What is true after a crash, by where it struck:
 *
 * <ul>
 *   <li>before the write: nothing of the batch; nobody was told anything but that it failed;
 *   <li>in the write: nothing of the batch, for its record in the log is cut off;
 *   <li>between write and sync: all of it if only the process ended; all or nothing of it if the
 *       power did; nobody was told;
 *   <li>after the sync: all of it, whether or not the callers were still told.
 * </ul>
 *
 * A change that cannot be applied fails alone: it is taken out of the batch again, and the others
 * are written without it.
 *
 * <p>After the first error of a write or a sync, what stands on the disk is not known: the system
 * may have dropped what it could not write and report success the next time. So a sync is never
 * tried again and nothing is acknowledged any more until the process starts anew and reads what is
 * there.
 *
 * <p>A full disk is the one error to come back from: it says that nothing was dropped. When there
 * is room again, the store is closed, opened and read as a new process would, and work goes on.
 */
final class Committer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Committer.class);

  private final Batch batch;
  private final DiskSpace disk;
  private final Health health;
  private final InstantSource clock;
  private final Executor executor;
  private final PendingChanges pending;
  private final Runnable revival;
  private final Thread thread;

  /** True until the store was opened again, after a write that met a full disk. */
  private volatile boolean isBroken;

  /**
   * A committer that is yet to be started.
   *
   * @param revival opens the store again, and lets all who know of it forget what they know
   */
  Committer(
      Batch batch,
      DiskSpace disk,
      Health health,
      Environment environment,
      PendingChanges pending,
      Runnable revival) {
    this.batch = batch;
    this.disk = disk;
    this.health = health;
    this.clock = environment.clock();
    this.executor = environment.executor();
    this.pending = pending;
    this.revival = revival;
    this.thread = environment.threads().newThread(this::run);
    this.thread.setName("redrive-embedded-commit");
  }

  void start() {
    thread.start();
  }

  /** Takes a change, or calls its {@link Change#failed}. */
  void submit(Change change) {
    Optional<TransportException> refusal = pending.offer(change);
    refusal.ifPresent(cause -> fail(List.of(change), cause));
  }

  /** The disk may have room again: goes on if nothing could be written for want of it. */
  void lookForRoom() {
    if (isBroken) {
      pending.call();
    } else {
      health.blocked(disk.room() != DiskSpace.Room.ENOUGH);
    }
  }

  private void run() {
    while (!pending.isDone()) {
      List<Change> changes = pending.take();
      try {
        if (isBroken && disk.hasReserve()) {
          revive();
        }
        commit(admit(changes));
      } catch (TransportException e) {
        // The disk could not be asked for its room; nothing was written.
        fail(changes, e);
      } catch (RuntimeException | Error e) {
        fail(changes, fenced(e));
      }
    }
  }

  private void commit(List<Change> admitted) {
    if (admitted.isEmpty()) {
      return;
    }
    batch.begin(clock.millis());
    List<Change> applied = apply(admitted);
    try {
      write(applied);
    } catch (RocksDBException | RuntimeException | Error e) {
      fail(applied, isForWantOfRoom(e) ? broken(e) : fenced(e));
      return;
    }
    for (Change change : applied) {
      // Written is written: whatever goes wrong now, the caller is told that it was.
      guard(change, change::committed);
    }
    execute(() -> applied.forEach(change -> guard(change, change::answer)));
  }

  /** Those that could be applied; the others have failed, each by itself. */
  private List<Change> apply(List<Change> admitted) {
    List<Change> applied = new ArrayList<>(admitted.size());
    for (Change change : admitted) {
      try {
        batch.apply(change);
        applied.add(change);
      } catch (RocksDBException | RuntimeException | Error e) {
        LOG.error("{} could not be applied, and is left out", change.getClass().getName(), e);
        fail(
            List.of(change),
            new TransportException("It could not be made, and nothing of it was written: " + e, e));
      }
    }
    return applied;
  }

  private void write(List<Change> applied) throws RocksDBException {
    batch.write(applied.stream().anyMatch(Change::mustSync));
    batch.end();
  }

  private static void fail(List<Change> changes, TransportException cause) {
    changes.forEach(change -> guard(change, () -> change.failed(cause)));
  }

  /** What one change gets wrong is no other one's harm. */
  private static void guard(Change change, Runnable step) {
    try {
      step.run();
    } catch (RuntimeException | Error e) {
      LOG.error("{} could not be brought to its end", change.getClass().getName(), e);
    }
  }

  private static boolean isForWantOfRoom(Throwable e) {
    return e instanceof RocksDBException database
        && database.getStatus() != null
        && database.getStatus().getSubCode() == Status.SubCode.NoSpace;
  }

  private TransportException broken(Throwable cause) {
    LOG.warn("Nothing is written until there is room on the disk: {}", cause.getMessage());
    isBroken = true;
    health.blocked(true);
    return new TransportException(
        "The disk was full in the middle of a write: " + cause.getMessage() + ". Make room.",
        cause);
  }

  private TransportException fenced(Throwable cause) {
    TransportException end =
        new TransportException(
            "The store could not be written: "
                + cause.getMessage()
                + ". Nothing is acknowledged any more. Mend the disk and start the process anew;"
                + " everything that was acknowledged is there.",
            cause);
    health.fence(end);
    return end;
  }

  private void revive() {
    try {
      revival.run();
      isBroken = false;
      health.blocked(false);
      LOG.info("The disk has room again, and the store was opened again");
    } catch (TransportException e) {
      LOG.warn("The store could not be opened again, which is tried later: {}", e.getMessage());
    }
  }

  /** Those that may be written, and for which there is room on the disk; the others have failed. */
  private List<Change> admit(List<Change> changes) {
    Optional<TransportException> fenced = health.fenced();
    if (fenced.isPresent()) {
      fail(changes, fenced.get());
      return List.of();
    }
    DiskSpace.Room room = isBroken ? DiskSpace.Room.NONE : disk.room();
    health.blocked(room != DiskSpace.Room.ENOUGH);
    if (room == DiskSpace.Room.ENOUGH) {
      return changes;
    }
    NoSpaceException refusal = new NoSpaceException(disk.refusal());
    List<Change> admitted = new ArrayList<>();
    for (Change change : changes) {
      if (room == DiskSpace.Room.NONE || change.isNew()) {
        fail(List.of(change), refusal);
      } else {
        admitted.add(change);
      }
    }
    return admitted;
  }

  private void execute(Runnable answers) {
    try {
      executor.execute(answers);
    } catch (RejectedExecutionException closing) {
      // The executor was shut down before the transport: who still waits is answered here.
      answers.run();
    }
  }

  /** Refuses what comes, writes what came before, and ends. Idempotent; waits. */
  @Override
  public void close() {
    pending.close();
    boolean isInterrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        isInterrupted = true;
      }
    }
    if (isInterrupted) {
      Thread.currentThread().interrupt();
    }
    batch.close();
  }
}
