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
 * After the first error of a write or a sync, what stands on the disk is not known: the system may
 * have dropped what it could not write and report success the next time. So a sync is never tried
 * again and nothing is acknowledged any more until the process starts anew and reads what is there.
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
    refusal.ifPresent(change::failed);
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
        commit(changes);
      } catch (RuntimeException | Error e) {
        TransportException cause = failure(e);
        health.fence(cause);
        changes.forEach(change -> change.failed(cause));
      }
    }
  }

  private void commit(List<Change> changes) {
    Optional<TransportException> fenced = health.fenced();
    if (fenced.isPresent()) {
      changes.forEach(change -> change.failed(fenced.get()));
      return;
    }
    List<Change> admitted = admit(changes);
    if (admitted.isEmpty()) {
      return;
    }
    try {
      write(admitted);
    } catch (RocksDBException e) {
      TransportException cause = isForWantOfRoom(e) ? broken(e) : fenced(e);
      admitted.forEach(change -> change.failed(cause));
      return;
    }
    admitted.forEach(Change::committed);
    execute(() -> admitted.forEach(Change::answer));
  }

  private void write(List<Change> admitted) throws RocksDBException {
    batch.begin(clock.millis());
    boolean mustSync = false;
    for (Change change : admitted) {
      change.apply(batch);
      mustSync |= change.mustSync();
    }
    batch.write(mustSync);
    batch.end();
  }

  private static boolean isForWantOfRoom(RocksDBException e) {
    return e.getStatus() != null && e.getStatus().getSubCode() == Status.SubCode.NoSpace;
  }

  private TransportException broken(RocksDBException cause) {
    LOG.warn("Nothing is written until there is room on the disk: {}", cause.getMessage());
    isBroken = true;
    health.blocked(true);
    return new TransportException(
        "The disk was full in the middle of a write: " + cause.getMessage() + ". Make room.",
        cause);
  }

  private TransportException fenced(RocksDBException e) {
    TransportException cause = failure(e);
    health.fence(cause);
    return cause;
  }

  private static TransportException failure(Throwable cause) {
    return new TransportException(
        "The store could not be written: "
            + cause.getMessage()
            + ". Nothing is acknowledged any more. Mend the disk and start the process anew;"
            + " everything that was acknowledged is there.",
        cause);
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

  /** Those for which there is room on the disk; the others have failed. */
  private List<Change> admit(List<Change> changes) {
    DiskSpace.Room room = isBroken ? DiskSpace.Room.NONE : disk.room();
    health.blocked(room != DiskSpace.Room.ENOUGH);
    if (room == DiskSpace.Room.ENOUGH) {
      return changes;
    }
    List<Change> admitted = new ArrayList<>();
    for (Change change : changes) {
      if (room == DiskSpace.Room.NONE || change.isNew()) {
        change.failed(new NoSpaceException(disk.refusal()));
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
