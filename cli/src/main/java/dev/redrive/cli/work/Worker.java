// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.work;

import dev.redrive.cli.http.Lease;
import dev.redrive.cli.http.Leases;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Leases messages and runs a command for each, as many at once as it may. Leases only what it can
 * start at once, so that no message waits under a lease.
 *
 * <p>{@link #run} is called once, by the thread that the stop was made for.
 */
public final class Worker {
  private static final Duration POLL = Duration.ofSeconds(20);
  private static final Duration POLL_DRAIN = Duration.ofSeconds(1);
  private static final Duration HAND_BACK = Duration.ofSeconds(15);

  /** Why a worker ended. */
  public enum End {
    /** It did what it was asked to do, or was told to stop. */
    DONE,
    /** The server was away for too long. */
    UNREACHABLE
  }

  private final Leases leases;
  private final WorkOptions options;
  private final Stop stop;
  private final Report report;
  private final ExecutorService threads;
  private final Semaphore slots;
  private final Link link;
  private final Attempts attempts;
  private long left;

  /**
   * A worker on one queue.
   *
   * @param attempts runs the command for one lease
   * @param threads run the attempts
   */
  public Worker(
      Leases leases, WorkOptions options, Attempts attempts, ExecutorService threads, Clock clock) {
    this.leases = leases;
    this.options = options;
    this.stop = attempts.stop();
    this.report = attempts.report();
    this.threads = threads;
    this.slots = new Semaphore(options.concurrency());
    this.link = new Link(clock, options.giveUpAfter(), attempts.random());
    this.attempts = attempts;
    this.left = options.max().orElse(Long.MAX_VALUE);
  }

  /**
   * Works until it is told to stop, has nothing left to do, or the server is away for too long.
   *
   * @throws IOException if the server will not let it work, or the command cannot be started
   */
  public End run() throws IOException {
    End end;
    try {
      end = loop();
      finish();
    } catch (InterruptedException e) {
      if (!stop.isRequested()) {
        Thread.currentThread().interrupt();
      }
      end = End.DONE;
      finishInTime();
    } finally {
      threads.shutdownNow();
    }
    attempts.throwIfBroken();
    return end;
  }

  private End loop() throws IOException, InterruptedException {
    while (left > 0 && !stop.isRequested()) {
      slots.acquire();
      int free = 1 + slots.drainPermits();
      int wanted = (int) Math.min(free, left);
      List<Lease> taken = List.of();
      try {
        taken = leases.take(wanted, options.isDrain() ? POLL_DRAIN : POLL, options.lease());
        Duration away = link.downFor();
        if (link.up()) {
          report.reconnected(away);
        }
        if (taken.isEmpty() && options.isDrain()) {
          return End.DONE;
        }
        left -= taken.size();
        taken.forEach(this::start);
      } catch (IOException e) {
        if (isTooMuch(e)) {
          return End.UNREACHABLE;
        }
      } finally {
        slots.release(free - taken.size());
      }
    }
    return End.DONE;
  }

  private boolean isTooMuch(IOException failure) throws IOException, InterruptedException {
    if (!Link.isPassing(failure)) {
      throw failure;
    }
    if (link.down()) {
      report.disconnected(String.valueOf(failure.getMessage()));
    }
    if (link.isGivenUp()) {
      return true;
    }
    stop.await(link.pause());
    return link.isGivenUp();
  }

  private void start(Lease lease) {
    threads.execute(
        () -> {
          try {
            attempts.run(lease);
          } finally {
            slots.release();
          }
        });
  }

  private void finish() throws InterruptedException {
    slots.acquire(options.concurrency());
  }

  // The stop came by interrupt, so waiting starts afresh here.
  private void finishInTime() {
    int running = options.concurrency() - slots.availablePermits();
    try {
      if (running > 0) {
        report.stopping(running, options.grace());
      }
      if (!ended(options.grace())) {
        attempts.killAll();
        ended(HAND_BACK);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean ended(Duration within) throws InterruptedException {
    return slots.tryAcquire(options.concurrency(), within.toMillis(), TimeUnit.MILLISECONDS);
  }
}
