// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.Context;
import dev.redrive.Origin;
import dev.redrive.SendRefusedException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;

/**
 * What a task takes along of whoever submits it, as a message does ({@link Heritage}): the request,
 * its trace and its deadline, and around its attempts what logs show and the span that was current.
 * Most tasks are of no request, and pay nothing for it. Immutable.
 */
final class TaskHeritage {
  /** Of what belongs to nothing. */
  static final TaskHeritage NONE = new TaskHeritage("", "", Origin.NONE, UnaryOperator.identity());

  private final String queue;
  private final String id;
  private final Origin origin;
  private final UnaryOperator<Runnable> outer;

  private TaskHeritage(String queue, String id, Origin origin, UnaryOperator<Runnable> outer) {
    this.queue = queue;
    this.id = id;
    this.origin = origin;
    this.outer = outer;
  }

  /**
   * The heritage of a task that this thread submits now.
   *
   * @param numbers how many tasks of the queue had one; a number is the task's name
   */
  static TaskHeritage current(String queue, AtomicLong numbers) {
    Origin origin = Origin.current();
    Optional<Context> context = Context.current();
    if (context.isEmpty() && origin.equals(Origin.NONE)) {
      return NONE;
    }
    Origin rounded = origin.deadline().map(Times::ceil).map(origin::withDeadline).orElse(origin);
    String id = queue + "-" + numbers.incrementAndGet();
    return new TaskHeritage(queue, id, rounded, outer(context));
  }

  // Of a task's own surroundings only what they lie in: a task that submits the next one, and so
  // on for ever, must not pile them up.
  private static UnaryOperator<Runnable> outer(Optional<Context> context) {
    UnaryOperator<Runnable> around =
        context.map(Context::surroundings).orElse(UnaryOperator.identity());
    return around instanceof Within within ? within.outer() : around;
  }

  /** The logs of a task, within what surrounded its submission. */
  private record Within(UnaryOperator<Runnable> outer, LogContext logs)
      implements UnaryOperator<Runnable> {
    @Override
    public Runnable apply(Runnable task) {
      return outer.apply(logs.around(task));
    }
  }

  boolean isNone() {
    return this == NONE;
  }

  /**
   * Checks the deadline.
   *
   * @throws SendRefusedException if a task that is due then could not be tried before it
   */
  void check(Instant now, Instant due) {
    if (!isBefore(due) || !isBefore(now)) {
      throw new SendRefusedException(
          SendRefusedException.Cause.INVALID,
          "the deadline "
              + origin.deadline().orElseThrow()
              + ", inherited from what is being done, is not after the due time "
              + due
              + " of a task for "
              + queue
              + "; submit it within Origin.current().withoutDeadline().wrap(…) if it is to be done"
              + " all the same");
    }
  }

  /** True if this time comes before the deadline, or there is none. */
  boolean isBefore(Instant time) {
    return origin.deadline().map(time::isBefore).orElse(true);
  }

  /** How long work that begins now may take, of this many nanoseconds. */
  long limit(long nanos, Instant now) {
    return origin
        .deadline()
        .map(end -> Math.max(0, Math.min(nanos, Times.nanos(Duration.between(now, end)))))
        .orElse(nanos);
  }

  /** Why it is not done any more. */
  TimeoutException late() {
    return new TimeoutException("the deadline " + origin.deadline().orElseThrow() + " passed");
  }

  /** Runs a task's work in its context. */
  void run(int attempt, InstantSource clock, Runnable work) {
    LogContext logs = LogContext.of(queue, id, attempt, origin);
    new Context(id, queue, attempt, origin, clock, new Within(outer, logs)).wrap(work).run();
  }
}
