// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

import dev.redrive.Handler;
import dev.redrive.Message;
import dev.redrive.ResultHandler;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs blocking handlers in {@link Lanes}. */
final class LaneInvoker<T> implements Invoker<T> {
  private static final Logger log = LoggerFactory.getLogger(LaneInvoker.class);

  private final Handler<T> handler;
  private final Lanes lanes;

  LaneInvoker(Handler<T> handler, Lanes lanes) {
    this.handler = handler;
    this.lanes = lanes;
  }

  @Override
  public void invoke(Attempt<T> attempt) {
    lanes.submit(new HandlerJob(attempt));
  }

  @Override
  public void together(Runnable invocations) {
    lanes.together(invocations);
  }

  @Override
  public void limit(int concurrency, Duration timeout) {
    lanes.limit(concurrency, timeout);
  }

  @Override
  public int runningCount() {
    return lanes.runningCount();
  }

  @Override
  public void stop() {
    lanes.stop();
  }

  private final class HandlerJob implements Lanes.Job {
    private final Attempt<T> attempt;

    HandlerJob(Attempt<T> attempt) {
      this.attempt = attempt;
    }

    @Override
    public long limit(long nanos) {
      return attempt.limit(nanos);
    }

    @Override
    public void run() {
      try {
        Optional<Message<T>> message = attempt.start();
        message.ifPresent(decoded -> attempt.context().wrap(() -> handle(decoded)).run());
      } catch (Throwable escaped) {
        // From around the handler, for example an Error in a codec.
        attempt.fail(escaped);
        throw escaped;
      }
    }

    private void handle(Message<T> message) {
      try {
        call(message);
      } catch (Throwable failure) {
        // Errors too: one message that exhausts the stack or the heap must not stop the others.
        attempt.fail(failure);
        if (failure instanceof VirtualMachineError) {
          log.error("the handler failed for message {}", message.id(), failure);
        }
        return;
      }
      attempt.succeed();
    }

    private void call(Message<T> message) throws Exception {
      if (handler instanceof ResultHandler<T> leaving) {
        attempt.leave(leaving.result(message));
      } else {
        handler.handle(message);
      }
    }

    @Override
    public void timedOut() {
      attempt.timeOut();
    }

    @Override
    public void stopped() {
      attempt.handBack("the worker was closed");
    }

    @Override
    public void finished() {
      // It ended itself in run(), unless there was no memory for that.
      attempt.abandon();
    }
  }
}
