// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.AsyncHandler;
import dev.redrive.Message;
import dev.redrive.spi.Environment;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Starts handlers that do not block, on the engine's executor. One wake-up, at the earliest
 * timeout, serves all of them, so that an attempt that ends in time sets no timer.
 */
final class AsyncInvoker<T> implements Invoker<T> {
  private static final String CLOSED = "the worker was closed";

  private final AsyncHandler<T> handler;
  private final Environment environment;
  // In the order they began, so that on virtual time a run is always the same.
  private final Set<Call> running = Collections.synchronizedSet(new LinkedHashSet<>());
  private final WakeUp sweep;
  private volatile boolean isStopped;

  AsyncInvoker(AsyncHandler<T> handler, Environment environment) {
    this.handler = handler;
    this.environment = environment;
    this.sweep = WakeUp.byElapsed(environment, this::sweep);
  }

  @Override
  public void invoke(Attempt<T> attempt) {
    Call call = new Call(attempt);
    running.add(call);
    // Looked at after the adding: stop() looks among what runs after saying so.
    if (isStopped) {
      call.handBack(CLOSED);
      return;
    }
    try {
      sweep.notAfter(call.due);
      environment.executor().execute(call);
    } catch (RuntimeException | Error refused) {
      // It is closing, or there is no memory for a timer or a thread.
      call.handBack("no thread for its handler: " + refused);
    }
  }

  private void sweep() {
    long now = environment.timers().nanoTime();
    long next = Long.MAX_VALUE;
    for (Call call : List.copyOf(running)) {
      if (call.due <= now) {
        call.timeOut();
      } else {
        next = Math.min(next, call.due);
      }
    }
    sweep.notAfter(next);
  }

  @Override
  public void limit(int concurrency, Duration timeout) {
    // The worker bounds how many attempts begin, and each attempt knows its own timeout.
  }

  @Override
  public int runningCount() {
    return running.size();
  }

  @Override
  public void stop() {
    isStopped = true;
    List.copyOf(running).forEach(call -> call.handBack(CLOSED));
  }

  /** One call of the handler; what comes after its end changes nothing. */
  private final class Call implements Runnable {
    private final Attempt<T> attempt;
    // As Timers.nanoTime.
    private final long due;

    Call(Attempt<T> attempt) {
      this.attempt = attempt;
      this.due = Times.later(environment.timers().nanoTime(), attempt.limit());
    }

    @Override
    public void run() {
      try {
        Optional<Message<T>> message = attempt.start();
        if (message.isEmpty()) {
          running.remove(this);
          return;
        }
        attempt.context().wrap(() -> handle(message.get())).run();
      } catch (Throwable failure) {
        end(failure);
      }
    }

    private void handle(Message<T> message) {
      CompletionStage<?> stage;
      try {
        stage = handler.handle(message);
      } catch (Throwable failure) {
        end(failure);
        return;
      }
      stage.whenComplete((result, failure) -> end(failure));
    }

    private void end(@Nullable Throwable failure) {
      running.remove(this);
      if (failure == null) {
        attempt.succeed();
      } else {
        attempt.fail(failure);
      }
    }

    void timeOut() {
      running.remove(this);
      attempt.timeOut();
    }

    void handBack(String why) {
      running.remove(this);
      attempt.handBack(why);
    }
  }
}
