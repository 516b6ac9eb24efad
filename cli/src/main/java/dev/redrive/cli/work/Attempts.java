// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.work;

import dev.redrive.cli.http.Lease;
import dev.redrive.cli.http.Leases;
import dev.redrive.cli.work.Ending.How;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;

/**
 * Runs the command for one lease after another, and tells the server what came of it. Thread-safe.
 */
public final class Attempts {
  private static final Duration SIGNAL_TO_STOP = Duration.ofMillis(500);

  private final Leases leases;
  private final CommandSpec command;
  private final Duration lease;
  private final Stop stop;
  private final Report report;
  private final DoubleSupplier random;
  private final Set<Running> running = ConcurrentHashMap.newKeySet();
  private volatile Optional<IOException> broken = Optional.empty();
  private final CountDownLatch never = new CountDownLatch(1);

  /**
   * Attempts on the leases of one queue.
   *
   * @param lease for how long a lease is extended while its command runs
   * @param random numbers from 0 to 1
   */
  public Attempts(
      Leases leases,
      CommandSpec command,
      Duration lease,
      Stop stop,
      Report report,
      DoubleSupplier random) {
    this.leases = leases;
    this.command = command;
    this.lease = lease;
    this.stop = stop;
    this.report = report;
    this.random = random;
  }

  Stop stop() {
    return stop;
  }

  Report report() {
    return report;
  }

  DoubleSupplier random() {
    return random;
  }

  /** Runs the command for this lease, to its end and settlement. */
  void run(Lease taken) {
    try {
      Running process = command.start(taken);
      running.add(process);
      try {
        conclude(taken, process);
      } finally {
        running.remove(process);
      }
    } catch (IOException e) {
      broken = Optional.of(e);
      handBack(taken);
      stop.request();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  // The command cannot run at all, which is not the message's fault.
  private void handBack(Lease taken) {
    Ending none = new Ending(How.STOPPED, -1, "", Duration.ZERO);
    try {
      settle(taken, none, Verdict.RELEASE, command.terminal().clock().instant().plus(lease));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void conclude(Lease taken, Running process) throws InterruptedException {
    Instant leaseEnd = command.terminal().clock().instant().plus(lease);
    Optional<Ending> ending = process.await(lease.dividedBy(3));
    while (ending.isEmpty()) {
      leaseEnd = extend(taken, process, leaseEnd);
      ending = process.await(lease.dividedBy(3));
    }
    Ending end = ending.get();
    // An interrupt from the keyboard reaches the command too, perhaps before it reaches this
    // program.
    boolean isStopping = end.isSignalled() ? stop.await(SIGNAL_TO_STOP) : stop.isRequested();
    settle(taken, end, Verdict.of(end, isStopping), leaseEnd);
  }

  private Instant extend(Lease taken, Running process, Instant leaseEnd)
      throws InterruptedException {
    Instant asked = command.terminal().clock().instant();
    try {
      if (leases.extend(taken, lease)) {
        return asked.plus(lease);
      }
      process.kill(How.LEASE_LOST, Running.PATIENCE);
    } catch (IOException e) {
      // The server may be back before the lease ends; if not, settling tells that it was lost.
    }
    return leaseEnd;
  }

  private void settle(Lease taken, Ending ending, Verdict verdict, Instant leaseEnd)
      throws InterruptedException {
    if (verdict == Verdict.NONE) {
      report.unsettled(taken, ending, "the lease was lost while the command ran");
      return;
    }
    Link link = new Link(command.terminal().clock(), Optional.empty(), random);
    while (true) {
      try {
        if (tell(taken, ending, verdict)) {
          report.settled(taken, ending, verdict);
        } else {
          report.unsettled(taken, ending, "the lease had ended");
        }
        return;
      } catch (IOException e) {
        boolean isOver = command.terminal().clock().instant().isAfter(leaseEnd);
        if (isOver || !Link.isPassing(e)) {
          report.unsettled(taken, ending, String.valueOf(e.getMessage()));
          return;
        }
        link.down();
        never.await(link.pause().toMillis(), TimeUnit.MILLISECONDS);
      }
    }
  }

  private boolean tell(Lease taken, Ending ending, Verdict verdict)
      throws IOException, InterruptedException {
    return switch (verdict) {
      case ACK -> leases.ack(taken);
      case RETRY -> leases.retry(taken, failure(ending));
      case DEAD -> leases.dead(taken, failure(ending));
      case RELEASE, NONE -> leases.release(taken);
    };
  }

  private String failure(Ending ending) {
    String end = ending.description(command.timeout());
    return ending.errorTail().isEmpty() ? end : end + ": " + ending.errorTail();
  }

  /** Kills what runs; its messages are handed back. */
  void killAll() throws InterruptedException {
    running.forEach(process -> process.ask(How.STOPPED));
    Instant end = command.terminal().clock().instant().plus(Running.PATIENCE);
    for (Running process : running) {
      Duration left = Duration.between(command.terminal().clock().instant(), end);
      process.kill(How.STOPPED, left.isNegative() ? Duration.ZERO : left);
    }
  }

  /** Throws what kept the command from being started, if anything did. */
  void throwIfBroken() throws IOException {
    Optional<IOException> cause = broken;
    if (cause.isPresent()) {
      throw cause.get();
    }
  }
}
