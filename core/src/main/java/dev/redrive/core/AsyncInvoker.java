// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.AsyncHandler;
import dev.redrive.Message;
import dev.redrive.spi.Environment;
import dev.redrive.spi.Timers;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** Starts handlers that do not block, on the engine's executor. */
final class AsyncInvoker<T> implements Invoker<T> {
  private static final String CLOSED = "the worker was closed";

  private final AsyncHandler<T> handler;
  private final Environment environment;
  // In the order they began, so that on virtual time a run is always the same.
  private final Set<Call> running = Collections.synchronizedSet(new LinkedHashSet<>());
  private volatile boolean isStopped;

  AsyncInvoker(AsyncHandler<T> handler, Environment environment) {
    this.handler = handler;
    this.environment = environment;
  }

  @Override
  public void invoke(Attempt<T> attempt) {
    Call call = new Call(attempt);
    running.add(call);
    // Looked at after the adding: stop() looks among what runs after saying so.
    if (isStopped) {
      call.handBack();
      return;
    }
    call.timer = environment.timers().after(attempt.timeout(), call::timeOut);
    try {
      environment.executor().execute(call);
    } catch (RejectedExecutionException closing) {
      call.handBack();
    }
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
    List.copyOf(running).forEach(Call::handBack);
  }

  /** One call of the handler; what comes after its end changes nothing. */
  private final class Call implements Runnable {
    private final Attempt<T> attempt;
    // Set after the call is known, so that a timer that fires at once finds it.
    private volatile Timers.@Nullable Timer timer;

    Call(Attempt<T> attempt) {
      this.attempt = attempt;
    }

    @Override
    public void run() {
      try {
        Optional<Message<T>> message = attempt.start();
        if (message.isEmpty()) {
          forget();
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
      forget();
      if (failure == null) {
        attempt.succeed();
      } else {
        attempt.fail(failure);
      }
    }

    void timeOut() {
      forget();
      attempt.timeOut();
    }

    void handBack() {
      forget();
      attempt.handBack(CLOSED);
    }

    private void forget() {
      running.remove(this);
      Timers.Timer pending = timer;
      if (pending != null) {
        pending.cancel();
      }
    }
  }
}
