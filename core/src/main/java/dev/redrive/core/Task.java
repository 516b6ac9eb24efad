// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.retry.Verdict;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A task of an {@link InProcessTaskQueue} from its submission to its end: the future that its
 * submitter holds. Each of its attempts is a {@link Run}, so that what is said of one attempt, such
 * as a timeout that comes just as it returns, can never be taken for a word on the next.
 */
final class Task<R> extends CompletableFuture<R> {
  private final InProcessTaskQueue queue;
  private final Callable<R> work;
  private final TaskHeritage heritage;
  // Attempts that count. Only the attempt that runs, or what ended it, goes on to the next.
  private int attempts;
  private Duration lastDelay = Duration.ZERO;
  private volatile @Nullable Wait wait;

  Task(InProcessTaskQueue queue, Callable<R> work, TaskHeritage heritage) {
    this.queue = queue;
    this.work = work;
    this.heritage = heritage;
  }

  /** The task's place among those that wait for their time. */
  static final class Wait extends DueHeap.Node {
    private final Task<?> task;

    private Wait(Task<?> task, long due) {
      super(due);
      this.task = task;
    }

    Task<?> task() {
      return task;
    }
  }

  Wait waitUntil(long due) {
    Wait place = new Wait(this, due);
    wait = place;
    return place;
  }

  /** The next attempt, to be run in a lane. */
  Lanes.Job nextRun() {
    attempts++;
    return new Run<>(this);
  }

  /** Takes the task back: a waiting one runs no more, a running one is interrupted. */
  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    if (!super.cancel(mayInterruptIfRunning)) {
      return false;
    }
    Wait place = wait;
    if (place != null && queue.forget(place)) {
      leave();
    }
    queue.abandon(this);
    return true;
  }

  /** The task is done and runs no more. Said once, by whoever took it out of where it was last. */
  void leave() {
    queue.left();
  }

  private void failed(Throwable cause) {
    Optional<Duration> delay;
    try {
      delay = delayAfter(queue.decide(attempts, cause, lastDelay));
    } catch (Throwable brokenRule) {
      // A predicate of the user's may throw; the task must not hang for that.
      Causes.suppress(cause, brokenRule);
      delay = Optional.empty();
    }
    // What could only begin when nobody waits any more is not waited for.
    if (delay.filter(each -> heritage.isBefore(queue.dueAfter(each))).isPresent()) {
      lastDelay = delay.get();
      queue.delay(this, delay.get());
    } else {
      end(cause);
    }
  }

  private void end(Throwable cause) {
    // Its place is free before the word goes out: who is told may want it for the next task.
    leave();
    completeExceptionally(cause);
  }

  private Optional<Duration> delayAfter(Verdict verdict) {
    return verdict.fold(
        retry -> Optional.of(retry.delay()),
        dead -> Optional.empty(),
        hold -> {
          // Somebody else's outage spends no attempt.
          attempts--;
          return hold.time();
        },
        discard -> Optional.empty());
  }

  private void stop() {
    super.cancel(true);
    leave();
  }

  /**
   * One attempt. The lane sees to it that it ends once: finished, timed out or stopped, whichever
   * is first.
   */
  static final class Run<R> implements Lanes.Job {
    private final Task<R> task;
    // Only the lane's thread uses these.
    private @Nullable R result;
    private @Nullable Throwable failure;
    private boolean isLate;
    private volatile boolean endsWithDeadline;

    private Run(Task<R> task) {
      this.task = task;
    }

    boolean isOf(Task<?> other) {
      return task == other;
    }

    @Override
    public long limit(long nanos) {
      if (task.heritage.isNone()) {
        return nanos;
      }
      long limit = task.heritage.limit(nanos, task.queue.now());
      endsWithDeadline = limit < nanos;
      return limit;
    }

    @Override
    public void run() {
      // It is in its lane by now, so whoever cancels it from here on finds it there.
      if (task.isDone()) {
        return;
      }
      try {
        if (task.heritage.isNone()) {
          result = task.work.call();
        } else {
          inContext();
        }
      } catch (Throwable thrown) {
        failure = thrown;
      }
    }

    private void inContext() {
      isLate = !task.heritage.isBefore(task.queue.now());
      if (!isLate) {
        task.heritage.run(task.attempts, task.queue.clock(), this::call);
      }
    }

    private void call() {
      try {
        result = task.work.call();
      } catch (Throwable thrown) {
        failure = thrown;
      }
    }

    @Override
    public void finished() {
      Throwable thrown = failure;
      if (isLate) {
        expire();
      } else if (thrown == null) {
        task.leave();
        task.complete(result);
      } else {
        task.failed(thrown);
      }
    }

    @Override
    public void timedOut() {
      if (endsWithDeadline) {
        expire();
      } else {
        task.failed(new TimeoutException("the attempt took longer than " + task.queue.timeout()));
      }
    }

    // The policy is not asked: nothing may follow.
    private void expire() {
      task.end(task.heritage.late());
    }

    @Override
    public void stopped() {
      task.stop();
    }
  }
}
